"""O's first pass: linear scores of memories for a question, over the candidates that hashing gives.

Letters: N memories of the scope, C candidates, n embedding size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from memnn.candidates import candidate_rows
from memnn.features import match_features
from memnn.model import Model
from memnn.ranking import Ranking
from memnn.scorer import Among, Candidates, Role
from memnn.slots import Rows, Slots
from memnn.vocabulary import Word


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
    """
    asked = {w.hash: w.rarity for w in (*question, *asker) if w.content}
    texts = [slots.derived(row, model.memory) for row in chosen]
    new = {w.hash: w.rarity for t in texts for w in t if w.content and w.hash not in asked}
    seen = _Seen.of(slots, [*asked, *new], chosen)
    memories = Candidates(
        vectors=torch.from_numpy(slots.vectors(seen.rows)),
        match=torch.from_numpy(match_features(asked.items(), slots, seen.rows))[None],
        allowed=torch.from_numpy(seen.allowed)[None],
        among=seen.among,
    )
    asking = model.embed([question], Role.QUESTION)
    if not chosen:
        return seen.ranked(model.scorer.first_hop(asking, memories)[0].numpy())
    supports = model.embed(texts, Role.SUPPORT).mean(0, keepdim=True)
    new_match = torch.from_numpy(match_features(new.items(), slots, seen.rows))[None]
    return seen.ranked(model.scorer.next_hop(asking, supports, memories, new_match)[0].numpy())


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

    @classmethod
    def of(cls, slots: Slots, words: Sequence[int], chosen: Sequence[int]) -> "_Seen":
        candidates = candidate_rows(slots, words)
        if candidates is None:
            rows = np.arange(slots.rows)
            return cls(rows, slots.alive & ~np.isin(rows, chosen), None)
        beside = np.concatenate([candidates - 1, candidates, candidates + 1])
        rows = np.unique(np.clip(beside, 0, slots.rows - 1))
        allowed = np.isin(rows, candidates, assume_unique=True) & ~np.isin(rows, chosen)
        return cls(rows, allowed, _among(slots, rows))

    def ranked(self, scores: NDArray[np.float32]) -> Ranking:
        if self.among is None:
            return Ranking(self.rows, scores)
        return Ranking(self.rows[self.allowed], scores[self.allowed])


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
