"""Who asks of themselves, in a group, rather means what they told themselves."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memnn.slots import Slots
from memnn.vocabulary import Word, form_hash

OF_OTHERS: Final = 6.0  # a logit: so much less likely is what others told, see `told_by_others`
_PLAIN: Final = ("i", "my", "me", "mine", "myself", "im", "ive")
_JOINED: Final = tuple(f"i{mark}{end}" for mark in "'’" for end in ("m", "ve", "d", "ll"))
_ONESELF: Final = frozenset(map(form_hash, (*_PLAIN, *_JOINED)))


def told_by_others(
    question: Sequence[Word], slots: Slots, asker: Sequence[Word]
) -> NDArray[np.bool_] | None:
    """Which rows others told, shape [N]; None where nobody asks of themselves.

    Args:
        question: The question's words.
        slots: The memories.
        asker: The name of who asks, under whose words everything is filed that they told; none in
            a scope of one.
    """
    name = [word.hash for word in asker if word.content]
    if not name or _ONESELF.isdisjoint(word.form for word in question):
        return None
    others = np.zeros(slots.rows, np.bool_)
    for word in name:
        others |= ~np.isin(np.arange(slots.rows), slots.postings(word))
    return others
