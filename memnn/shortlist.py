"""What of a memory may go on a question's page, and how it is marked there.

The linear first pass scores every memory, for the first hop and, with each of its two best as a
support, for the next. The best, and what goes on from the very best, stand on one page.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memnn.first_pass import first_pass
from memnn.model import Model
from memnn.ranking import Ranking
from memnn.reading import MARKS
from memnn.slips import first_hop
from memnn.slots import Slots
from memnn.vocabulary import Word

_AGE_SCALE = 5.0  # memories
_FIRST_RANKED, _LATER_RANKED = 12, 3  # of the first hop's scores, of each later hop's
_SPRUNG = 2  # best memories from which a later hop is tried
_LEAST = -40.0  # a score that never wins, as the reader sees it
_MOST_AGE = 100


@dataclass(frozen=True, slots=True, eq=False)
class Shortlist:
    """What may go on a page.

    Attributes:
        rows: Rows of the candidates, the most promising first.
        first: Their first-hop scores, shape [K].
        later: Their best scores as a next hop from one of the two best, shape [K].
    """

    rows: tuple[int, ...]
    first: NDArray[np.float32]
    later: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """The memories as ranked for a question.

    Attributes:
        first: For the first hop.
        later: For the next hop, from each of the best.
    """

    first: Ranking
    later: Sequence[Ranking]

    def shortlist(self, most: int) -> Shortlist:
        """The most promising rows: for the first hop, for a later one, and told right beside.

        What goes on from the very best may go on the page, and each row is marked by its best
        score of all later hops.

        Args:
            most: How many rows at most.
        """
        best = self.first.best(_FIRST_RANKED)
        onward = [row for line in self.later[:1] for row in line.best(_LATER_RANKED)]
        beside = self._beside(best[:_SPRUNG])
        order = [*best[:5], *onward[:2], *best[5:8], *onward[2:], *beside, *best[8:]]
        return self._scored(list(dict.fromkeys(order))[:most])

    def around(self, listed: Shortlist, supports: Sequence[int]) -> Shortlist:
        """A shortlist and what else may belong to supports: told right beside, or of the best.

        Args:
            listed: What comes first.
            supports: Their rows.
        """
        rows = [*listed.rows, *supports, *self._beside(supports), *self.first.best(_FIRST_RANKED)]
        return self._scored(list(dict.fromkeys(rows)))

    def _beside(self, rows: Sequence[int]) -> list[int]:
        """What was told right before and after some rows, where that may be had."""
        beside = [near for row in rows for near in (row - 1, row + 1)]
        scores = self.first.at(beside)
        return [row for row, score in zip(beside, scores, strict=True) if score > -np.inf]

    def _scored(self, rows: Sequence[int]) -> Shortlist:
        lines = [line.at(rows) for line in self.later]
        carried = np.max(lines, axis=0) if lines else np.full(len(rows), _LEAST, np.float32)
        return Shortlist(tuple(rows), self.first.at(rows), carried)


def ranked(
    model: Model, question: Sequence[Word], slots: Slots, asker: Sequence[Word] = ()
) -> Ranked:
    """Rank the memories for the first hop and, from each of the best, for the next.

    Args:
        model: The network.
        question: The question's words.
        slots: The memories; at least one.
        asker: See `memnn.first_pass.first_pass`.
    """
    first = first_hop(model, question, slots, asker)
    sprung = first.best(_SPRUNG)
    return Ranked(first, [first_pass(model, question, slots, [row], asker) for row in sprung])


def candidate_marks(listed: Shortlist, total: int, shown: Collection[int]) -> NDArray[np.float32]:
    """What the reader sees of candidates beside their words, shape [K, MARKS].

    First-hop score below the best and by itself, rank, score as a later hop, recency by share,
    by count fading quickly and by count; last a one, or a two where the memory told right before
    stands on the page as well, for pronouns.

    Args:
        listed: The candidates.
        total: How many rows the scope has.
        shown: The rows that stand on the page.
    """
    first = np.maximum(listed.first, _LEAST)
    age = total - 1 - np.asarray(listed.rows, dtype=np.float32)
    marks = np.empty((len(listed.rows), MARKS), dtype=np.float32)
    marks[:, 0] = (first - listed.first.max(initial=_LEAST)) / 10
    marks[:, 1] = first / 20
    marks[:, 2] = np.arange(len(first)) / 16
    marks[:, 3] = np.maximum(listed.later, _LEAST) / 20
    marks[:, 4] = 1 - age / max(total, 1)
    marks[:, 5] = np.exp(-age / _AGE_SCALE)
    marks[:, 6] = np.minimum(age, _MOST_AGE) / _MOST_AGE
    marks[:, 7] = [1 + (row - 1 in shown) for row in listed.rows]
    return marks
