"""What a network is made of: I, G, O and R as `memnn.network` joins them to a store.

The served model and the papers' networks over a closed dictionary are both such parts, so whatever
holds a conversation with one can hold it with the other.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from memnn.ranking import Ranking
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

    def words(self, text: str, speaker: str = "") -> tuple[int, ...]:
        """The word buckets of a text (section 3.3), the name of who said it among them."""
        ...

    def rank(self, text: str, slots: Slots, asker: str = "") -> Ranking:
        """s_O(x, m_i) of the first hop.

        Args:
            text: The question.
            slots: At least one memory.
            asker: See `memnn.records.Message.speaker`.
        """
        ...

    def take_up(self, text: str, slots: Slots, asker: str = "") -> Callable[[], Answer]:
        """R(O(x, m)), its first step done: what the memories hold for the question is taken out.

        Args:
            text: The question.
            slots: At least one memory.
            asker: See `memnn.records.Message.speaker`.

        Returns:
            The other steps, which are nearly all of the work. They touch nothing that changes, so
            another thread may take them; their result is the answer, or that there is none.
        """
        ...
