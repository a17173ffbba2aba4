"""In a group, who asks rather means what they told themselves, most of all where they ask of it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memnn.slots import Slots
from memnn.vocabulary import Word, form_hash

# Logits: so much less likely is what others told. With more, what is asked of others is missed.
_OF_ONESELF: Final = 6.0
_ELSE: Final = 3.0
_PLAIN: Final = ("i", "my", "me", "mine", "myself", "im", "ive", "we", "us", "our", "ours")
_JOINED: Final = tuple(
    f"{who}'{end}" for who in ("i", "we") for end in ("m", "re", "ve", "d", "ll")
)
_ONESELF: Final = frozenset(map(form_hash, (*_PLAIN, *_JOINED)))


def of_others(
    question: Sequence[Word], slots: Slots, asker: Sequence[Word]
) -> NDArray[np.float32] | None:
    """What each row loses because others told it, logits, shape [N]; None in a scope of one.

    Args:
        question: The question's words.
        slots: The memories.
        asker: The name of who asks, under whose words everything is filed that they told; none in
            a scope of one.
    """
    name = [word.hash for word in asker if word.content]
    if not name:
        return None
    own = np.ones(slots.rows, np.bool_)
    for word in name:
        own &= np.isin(np.arange(slots.rows), slots.postings(word))
    oneself = not _ONESELF.isdisjoint(word.form for word in question)
    return np.where(own, np.float32(0.0), np.float32(_OF_ONESELF if oneself else _ELSE))
