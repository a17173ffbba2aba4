"""What O's scores say of memories: which were scored, and which come first.

Letters: N memories of the scope, C candidates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memnn.slots import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Scores of candidates.

    Attributes:
        rows: Rows of the candidates, ascending, shape [C].
        scores: Their scores, shape [C]; -inf for those that are not to be had.
    """

    rows: Rows
    scores: NDArray[np.float32]

    @classmethod
    def of_all(cls, scores: NDArray[np.float32]) -> "Ranking":
        """Of every row of a scope, shape [N]."""
        return cls(np.arange(len(scores)), scores)

    @classmethod
    def joined(cls, parts: Sequence["Ranking"]) -> "Ranking":
        """One ranking of several stretches of rows, in their order."""
        rows = np.concatenate([part.rows for part in parts] or [np.empty(0, np.int64)])
        scores = np.concatenate([part.scores for part in parts] or [np.empty(0, np.float32)])
        return cls(rows, scores)

    @property
    def considered(self) -> int:
        """How many may be had."""
        return int(np.isfinite(self.scores).sum())

    def at(self, rows: Sequence[int]) -> NDArray[np.float32]:
        """Scores of some rows; -inf for those that are no candidates."""
        wanted = np.asarray(rows, dtype=np.int64)
        if not len(self.rows):
            return np.full(len(wanted), -np.inf, np.float32)
        places = np.minimum(np.searchsorted(self.rows, wanted), len(self.rows) - 1)
        known = self.rows[places] == wanted
        return np.where(known, self.scores[places], np.float32(-np.inf))

    def raised(self, rows: Sequence[int] | Rows, by: NDArray[np.float32]) -> "Ranking":
        """The same with the scores of some candidates raised."""
        scores = self.scores.copy()
        scores[np.searchsorted(self.rows, rows)] += by
        return Ranking(self.rows, scores)

    def best(self, count: int) -> list[int]:
        """Rows of the highest finite scores, best first; of equals the newest first."""
        count = min(count, self.considered)
        if not count:
            return []
        least = np.partition(self.scores, -count)[-count]
        kept = np.flatnonzero(self.scores >= least)
        order = np.lexsort((-kept, -self.scores[kept]))
        return [int(row) for row in self.rows[kept[order][:count]]]
