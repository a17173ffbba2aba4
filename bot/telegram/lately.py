"""What the edge keeps in mind for a while: in this process only, and bounded."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from memnn.records import Message

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_MINUTE_S: Final = 60.0
_HOUR_S: Final = 60 * _MINUTE_S


class Lately(Generic[K, V]):
    """The newest entries, each for a while."""

    def __init__(self, most: int, for_s: float = float("inf")) -> None:
        """Keep at most so many entries, each for so many seconds."""
        self._most = most
        self._for_s = for_s
        self._held: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def put(self, key: K, value: V) -> None:
        """Keep an entry; the oldest go."""
        self._held[key] = (time.monotonic(), value)
        self._held.move_to_end(key)
        while len(self._held) > self._most:
            self._held.popitem(last=False)

    def get(self, key: K) -> V | None:
        """An entry; None where it is not known, or no longer."""
        since, value = self._held.get(key, (float("-inf"), None))
        return value if time.monotonic() - since < self._for_s else None

    def once(self, key: K, value: V) -> bool:
        """Keep an entry that is not known; returns whether it was not."""
        new = self.get(key) is None
        if new:
            self.put(key, value)
        return new


@dataclass(frozen=True, slots=True)
class Recent:
    """What handlers remember of what they did.

    Attributes:
        answers: (chat, answer's message id) → id of the message that it answers.
        said: (chat, message id) → a message whose kind is unsure, for the button below its reply.
        refusing: Chats that refuse reactions.
        albums: Of those the bot cannot read one is told for all their pictures.
        strangers: Who was told that the bot is not for everyone.
    """

    answers: Lately[tuple[int, int], int] = field(default_factory=lambda: Lately(20_000))
    said: Lately[tuple[int, int], Message] = field(default_factory=lambda: Lately(5_000))
    refusing: Lately[int, bool] = field(default_factory=lambda: Lately(5_000, _HOUR_S))
    albums: Lately[str, bool] = field(default_factory=lambda: Lately(5_000, _HOUR_S))
    strangers: Lately[int, bool] = field(default_factory=lambda: Lately(5_000, _HOUR_S))
