"""Which of two memories wins, with write time by triples, and who beats them all (section 3.4).

s_Ot(x, y, y') = s(x, y) - s(x, y') + Φt(x, y, y'): above zero, y beats y'. Φt has a feature each
for x older than y, x older than y', y older than y', and, so that it can be antisymmetric, for y'
older than y; what a feature is worth depends on the question. x is as old as its latest support.
Candidates 0 and 1 are the null memories, which have no age: STOP, that the supports suffice, and
FAIL, that a wrong one is among them.
Letters: R rows, N memories, M = 2 + N candidates.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

STOP, FAIL = 0, 1
NULLS = 2
TIMES = 4  # features of Φt
NEVER = -1e9  # a score that never wins


@dataclass(frozen=True, slots=True)
class Scores:
    """What O thinks of the candidates.

    Attributes:
        each: s(x, y), shape [R, M]; `NEVER` for those that may not be chosen.
        time: What each feature of Φt is worth, shape [R, TIMES].
        age: The row of x's latest support, shape [R]; N or more where x is the question alone.
    """

    each: Tensor
    time: Tensor
    age: Tensor

    @property
    def allowed(self) -> Tensor:
        """Which candidates may be chosen, one or zero, shape [R, M]."""
        return (self.each > NEVER / 2).float()

    def against_all(self, one: Tensor) -> Tensor:
        """s_Ot(x, y, y') of one candidate y a row against every y', shape [R, M].

        Args:
            one: The candidate of each row, shape [R].
        """
        return self._triples(self.each.gather(1, one[:, None]), one[:, None]).squeeze(1)

    def triples(self) -> Tensor:
        """s_Ot(x, y, y') of every pair, y down and y' across, shape [R, M, M]."""
        return self._triples(self.each, self._places)

    def log_likelihood(self) -> Tensor:
        """Log-probability that a candidate beats all, shape [R, M]; a softmax without time."""
        return -torch.logsumexp(-self.triples(), 2)

    def winners(self) -> Tensor:
        """Who wins the tournament: each candidate in turn meets the winner so far, shape [R]."""
        if not self.time.any():
            return self.each.argmax(1)
        beats = self.triples() > 0
        rows = torch.arange(len(self.each))
        winner = torch.zeros_like(rows)
        for candidate in range(1, self.each.shape[1]):
            winner = torch.where(beats[rows, candidate, winner], candidate, winner)
        return winner

    @property
    def _places(self) -> Tensor:
        return torch.arange(self.each.shape[1])[None]  # [1, M]

    def _triples(self, own: Tensor, one: Tensor) -> Tensor:
        """s_Ot of some candidates y, their scores ``own`` [R, Y] and places ``one`` [R or 1, Y]."""
        one, other = one[:, :, None], self._places[:, None]  # [., Y, 1], [1, 1, M]
        age = (self.age + NULLS)[:, None, None]
        x_older_y, x_older_other, older, newer = self.time[:, :, None, None].unbind(1)
        worth = x_older_y * (age < one) + x_older_other * (age < other)
        worth = worth + older * (one < other) + newer * (other < one)
        timed = (one >= NULLS) & (other >= NULLS)
        return own[:, :, None] - self.each[:, None] + worth * timed
