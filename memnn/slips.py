"""O's first pass forgives slips of the finger, among the memories that it ranks highest anyway.

A mistyped word matches nothing exactly, so a memory that holds it, or is asked for with it, falls
behind. Among the best of a ranking, a word of the question that a memory lacks counts in part where
the memory holds one that is a slip away (see `memnn.vocabulary`). That needs no further index: what
is asked for is nearly always among them, only too far down for the page.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memnn.features import Postings, as_features, rarity_here
from memnn.first_pass import first_pass
from memnn.model import Model
from memnn.ranking import Ranking
from memnn.scorer import Scorer
from memnn.slots import Slots
from memnn.vocabulary import Word

_LOOKED_AT: Final = 24  # memories; with 48 dev and the calibrating users gained nothing more
_WORTH: Final = 0.6  # of an exact match; with 1.0 words that only look alike cost as much

Texts = Sequence[Sequence[Word]]


def first_hop(
    model: Model, question: Sequence[Word], slots: Slots, asker: Sequence[Word] = ()
) -> Ranking:
    """Memories ranked for a first hop: O's first pass, with slips forgiven.

    Args:
        model: The network.
        question: The question's words.
        slots: The memories; at least one.
        asker: See `memnn.first_pass.first_pass`.
    """
    plain = first_pass(model, question, slots, asker=asker)
    words = (*question, *asker)
    return forgiving(model.scorer, words, slots, plain, lambda row: model.memory(slots.text(row)))


def forgiving(
    scorer: Scorer,
    question: Sequence[Word],
    slots: Postings,
    ranking: Ranking,
    words_of: Callable[[int], Sequence[Word]],
) -> Ranking:
    """A first hop's ranking with slips forgiven.

    Args:
        scorer: What an exact match is worth.
        question: The question's words.
        slots: The memories.
        ranking: Their scores.
        words_of: The words of the memory in a row.
    """
    asked = list({word.hash: word for word in question if word.content}.values())
    rows = ranking.best(_LOOKED_AT)
    if not rows or not any(word.near for word in asked):
        return ranking
    rarity = np.array(
        [rarity_here(len(slots.postings(w.hash)), w.rarity, slots.rows) for w in asked], np.float32
    )
    texts = [words_of(row) for row in rows]
    held = _held(asked, texts)
    exact = held @ rarity
    near = exact + _WORTH * ((_near(asked, texts) & ~held) @ rarity)
    total, lengths = float(rarity.sum()) + 1e-6, slots.lengths[rows]
    gained = as_features(near, total, lengths) - as_features(exact, total, lengths)
    return ranking.raised(rows, gained @ scorer.match.detach().numpy())


def _held(asked: Sequence[Word], texts: Texts) -> NDArray[np.bool_]:
    """Which texts hold which words, shape [texts, asked]."""
    hashes = [{word.hash for word in text} for text in texts]
    return np.array([[word.hash in held for word in asked] for held in hashes])


def _near(asked: Sequence[Word], texts: Texts) -> NDArray[np.bool_]:
    """Which texts hold a word or one a slip away from it, shape [texts, asked]."""
    names = [{name for word in text for name in word.near} for text in texts]
    return np.array([[not held.isdisjoint(word.near) for word in asked] for held in names])
