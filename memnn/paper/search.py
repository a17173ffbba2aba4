"""O's hops: paths of supports that grow until the null memory ends them (tasks paper, section 5).

A path that comes to FAIL has a wrong support and is dropped. Pure: knows no scores but those that
it is given.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from memnn.mechanisms import Mechanisms, Ranking
from memnn.paper.hops import Chosen
from memnn.paper.write_time import FAIL, NULLS, STOP, Scores

_HOPELESS = -30.0  # log-probability of a step that no path takes

Look = Callable[[Sequence[int], Sequence[Chosen]], Scores]


@dataclass(frozen=True, slots=True)
class Path:
    """Supports chosen so far.

    Attributes:
        rows: The supports, in the order of the hops.
        log_p: Sum of the steps' log-probabilities; 0 where a tournament decides.
        ended: Whether STOP was reached.
    """

    rows: Chosen = ()
    log_p: float = 0.0
    ended: bool = False


def search(look: Look, count: int, config: Mechanisms) -> list[Chosen]:
    """The supports of some questions.

    Args:
        look: Scores of rows: the question of each, and the supports chosen before it.
        count: How many questions.
        config: Says how many hops, whether they may end before, and how wide the beam is.
    """
    beams = [[Path()] for _ in range(count)]
    for hop in range(config.hops + config.adaptive):  # one more, in which only STOP is left
        open_ = [(i, path) for i, beam in enumerate(beams) for path in beam if not path.ended]
        if not open_:
            break
        scores = look([i for i, _ in open_], [path.rows for _, path in open_])
        grown = [[path for path in beam if path.ended] for beam in beams]
        for (i, path), steps in zip(open_, _steps(scores, config), strict=True):
            grown[i] += _grow(path, steps, may_go_on=hop < config.hops)
        beams = [
            sorted(new, key=lambda path: -path.log_p)[: config.beam] if new else old
            for new, old in zip(grown, beams, strict=True)
        ]
    return [max(beam, key=lambda path: (path.ended, path.log_p)).rows for beam in beams]


def _steps(scores: Scores, config: Mechanisms) -> list[list[tuple[int, float]]]:
    """The best candidates of every row, with log-probabilities."""
    if config.ranking is Ranking.MARGIN:
        return [[(winner, 0.0)] for winner in scores.winners().tolist()]
    best = scores.log_likelihood().topk(min(config.beam + 1, scores.each.shape[1]), 1)
    return [
        list(zip(candidates, values, strict=True))
        for candidates, values in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    ]


def _grow(path: Path, steps: Sequence[tuple[int, float]], *, may_go_on: bool) -> list[Path]:
    grown = []
    for candidate, log_p in steps:
        if candidate == FAIL or log_p < _HOPELESS:
            continue
        if candidate == STOP:
            grown.append(Path(path.rows, path.log_p + log_p, ended=True))
        elif may_go_on:
            grown.append(Path((*path.rows, candidate - NULLS), path.log_p + log_p))
    return grown
