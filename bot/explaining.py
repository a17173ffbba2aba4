"""What an edge shows of a trace: the lines of each hop, with scores as shares of the best. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from memnn.records import Hop, Memory, Scored

SHOWN = 5
STOP = "nothing more: stop here"


@dataclass(frozen=True, slots=True)
class Line:
    """One candidate of a hop.

    Attributes:
        memory: The candidate; None for the null memory, which ends the hops.
        score: What it scored.
        share: The same from 0, the lowest that is shown, to 1, the highest.
        chosen: The hop took it.
    """

    memory: Memory | None
    score: float
    share: float
    chosen: bool


def lines(number: int, hop: Hop) -> Iterator[Line]:
    """The best candidates of a hop, best first, and the null memory where it was one.

    Args:
        number: Of the hop, from 1: the first always takes a memory, if there is any.
        hop: What O saw in it.
    """
    shown = hop.best[:SHOWN]
    may_stop = number > 1 or hop.chosen is None
    scores = [_score(scored) for scored in shown] + [hop.stop] * may_stop
    memories = [scored.memory for scored in shown] + [None] * may_stop
    low, high = min(scores), max(scores)
    for memory, score in zip(memories, scores, strict=True):
        share = (score - low) / (high - low) if high > low else 1.0
        yield Line(memory, score, share, hop.chosen == (memory.id if memory else None))


def _score(scored: Scored) -> float:
    return scored.first if scored.second is None else scored.second
