"""What a network is made of: I, G, O and R as `memnn.network` joins them to a store.

The served model and the papers' networks over a closed dictionary are both such parts, so whatever
holds a conversation with one can hold it with the other.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from memnn.records import Answer, Message, Perception, Plan
from memnn.slots import Slots


class Parts(Protocol):
    """I, G, O and R. All are pure: memories come in as `Slots`, what is to be stored goes out."""

    @property
    def fingerprint(self) -> bytes:
        """See `memnn.store.Featuriser`."""
        ...

    def perceive(self, message: Message) -> Perception:
        """I(x): a message's sentences and their kinds."""
        ...

    def plan(self, perception: Perception, *, everything: bool = False) -> Plan:
        """G: what of a message is stored; all of it with ``everything``, whatever its kind."""
        ...

    def plans(self, perceptions: Sequence[Perception]) -> list[Plan]:
        """What `plan` says of each of many messages, sooner than one by one."""
        ...

    def features(self, texts: Sequence[str]) -> list[bytes]:
        """See `memnn.store.Featuriser`."""
        ...

    def words(self, text: str) -> tuple[int, ...]:
        """The word buckets of a text (section 3.3)."""
        ...

    def scores(self, text: str, slots: Slots) -> NDArray[np.float32]:
        """s_O(x, m_i) of the first hop, one a row, shape [N]; -inf for rows without a memory."""
        ...

    def answer(self, text: str, slots: Slots) -> Answer:
        """R(O(x, m)): the answer from at least one memory, or none."""
        ...
