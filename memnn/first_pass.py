"""O's first pass: linear scores of memories for a question, over the candidates that hashing gives.

Letters: N memories of the scope, C candidates, n embedding size.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from memnn.candidates import candidate_rows, merged
from memnn.features import match_features
from memnn.model import Model
from memnn.ranking import Ranking
from memnn.scorer import Among, Candidates, Role
from memnn.slots import Rows, Slots
from memnn.speaking import of_others
from memnn.vocabulary import Word

_BLOCK: Final = 1 << 16  # rows that are scored at once: so much memory is taken, whatever N is


@torch.inference_mode()
def first_pass(
    model: Model,
    question: Sequence[Word],
    slots: Slots,
    chosen: Sequence[int] = (),
    asker: Sequence[Word] = (),
) -> Ranking:
    """Score memories for a first hop, or for the next one.

    Args:
        model: The network.
        question: The question's words.
        slots: The memories; at least one.
        chosen: Rows of the supports chosen so far, which are not to be had.
        asker: The name of who asks, which is a word of what they told; none in a scope of one.
            They rather mean what they told themselves.
    """
    asked = {w.hash: w.rarity for w in (*question, *asker) if w.content}
    texts = [model.memory(slots.text(row)) for row in chosen]
    new = {w.hash: w.rarity for t in texts for w in t if w.content and w.hash not in asked}
    asking = model.embed([question], Role.QUESTION)
    supports = model.embed(texts, Role.SUPPORT).mean(0, keepdim=True) if texts else None

    lost = of_others(question, slots, asker)

    def scored(seen: _Seen) -> Ranking:
        memories = Candidates(
            vectors=torch.from_numpy(slots.vectors(seen.rows)),
            match=torch.from_numpy(match_features(asked.items(), slots, seen.rows))[None],
            allowed=torch.from_numpy(seen.allowed)[None],
            among=seen.among,
        )
        if supports is None:
            found = seen.ranked(model.scorer.first_hop(asking, memories))
        else:
            match = torch.from_numpy(match_features(new.items(), slots, seen.rows))[None]
            found = seen.ranked(model.scorer.next_hop(asking, supports, memories, match))
        return found if lost is None else Ranking(found.rows, found.scores - lost[found.rows])

    parts = [scored(seen) for seen in _looked_at(slots, [*asked, *new], chosen)]
    return parts[0] if len(parts) == 1 else Ranking.joined(parts)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """The rows that are looked at: candidates, and those right beside, which the score weighs.

    Attributes:
        rows: Ascending.
        allowed: Which of them may be chosen.
        among: Their place among all; None where these are all.
    """

    rows: Rows
    allowed: NDArray[np.bool_]
    among: Among | None

    def ranked(self, scores: Tensor) -> Ranking:
        """The scores of the rows, shape [1, R], as a ranking of those that may be chosen."""
        found = scores[0].numpy()
        if self.among is None:
            return Ranking(self.rows, found)
        return Ranking(self.rows[self.allowed], found[self.allowed])


def _looked_at(slots: Slots, words: Sequence[int], chosen: Sequence[int]) -> Iterator[_Seen]:
    """The candidates with what is right beside them; of too many rows, a block at a time."""
    candidates = candidate_rows(slots, words)
    if candidates is None and slots.rows <= _BLOCK:
        rows = np.arange(slots.rows)
        yield _Seen(rows, slots.alive & ~np.isin(rows, chosen), None)
        return
    if candidates is None:
        candidates = np.flatnonzero(slots.alive)
    for at in range(0, len(candidates), _BLOCK):
        block = candidates[at : at + _BLOCK]
        before, after = np.maximum(block - 1, 0), np.minimum(block + 1, slots.rows - 1)
        rows = merged([before, block, after])
        allowed = np.zeros(len(rows), np.bool_)
        allowed[np.searchsorted(rows, block)] = True
        allowed &= ~np.isin(rows, chosen)
        yield _Seen(rows, allowed, _among(slots, rows))


def _among(slots: Slots, rows: Rows) -> Among:
    """Which of the rows hold a memory, and how many were told since each."""
    age = slots.rows - 1 - rows
    if slots.dead:
        dead = np.flatnonzero(~slots.alive)
        age -= slots.dead - np.searchsorted(dead, rows, side="right")
    return Among(
        shown=torch.from_numpy(slots.alive[rows]),
        age=torch.from_numpy(age.astype(np.float32)),
        total=len(slots),
    )
