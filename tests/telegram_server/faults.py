"""What goes wrong on order, and Telegram's limits on sending."""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from tests.telegram_server.call import Call
from tests.telegram_server.errors import too_many


@dataclass(slots=True)
class Fault:
    """What happens to the next calls of a method.

    Attributes:
        method: Which; "*" for any but getUpdates.
        status: Answered instead of the effect: 429, 403, 500 …
        description: Said along with it; Telegram's usual words where empty.
        retry_after_s: With 429.
        delay_s: The answer comes so much later, the effect at once.
        drop: The connection breaks without an answer, before or after the effect.
        chat: Only calls for this chat.
        times: For so many calls.

    """

    method: str
    status: int = 0
    description: str = ""
    retry_after_s: int = 1
    delay_s: float = 0.0
    drop: Literal["", "before", "after"] = ""
    chat: int | None = None
    times: int = 1

    def meets(self, call: Call) -> bool:
        """Whether the call is one of those."""
        any_call = self.method == "*" and call.method.lower() != "getupdates"
        named = any_call or self.method.lower() == call.method.lower()
        return self.times > 0 and named and self.chat in {None, call.chat_id}


@dataclass(frozen=True, slots=True)
class Violation:
    """A message that came too early: when (monotonic seconds), where, and the limit."""

    at: float
    chat: int
    limit: str


@dataclass(slots=True)
class Limits:
    """How many messages and edits Telegram takes, in sliding windows.

    Attributes:
        on: Whether they are enforced.
        chat: So many in a private chat, in so many seconds.
        group: Likewise in a group or channel.
        overall: Likewise in all chats.
        slack_s: Two messages may come closer by this: networks are uneven.
        violations: What came too early.

    """

    on: bool = False
    chat: tuple[int, float] = (1, 1.0)
    group: tuple[int, float] = (20, 60.0)
    overall: tuple[int, float] = (30, 1.0)
    slack_s: float = 0.05
    violations: list[Violation] = field(default_factory=list)
    _sent: dict[int | None, deque[float]] = field(default_factory=dict)

    def check(self, call: Call) -> None:
        """Count a message.

        Raises:
            Refused: It comes too early, and counts for nothing.

        """
        chat = call.chat_id
        light = call.method.lower() == "sendchataction"
        if not self.on or chat is None or light or not call.method.startswith(("send", "edit")):
            return
        own = ("chat", self.chat) if chat > 0 else ("group", self.group)
        windows = [(chat, *own), (None, "overall", self.overall)]
        for key, name, (most, period_s) in windows:
            sent = self._sent.setdefault(key, deque())
            while sent and sent[0] <= call.at - period_s + self.slack_s:
                sent.popleft()
            if len(sent) >= most:
                self.violations.append(Violation(call.at, chat, name))
                raise too_many(max(1, math.ceil(sent[0] + period_s - call.at)))
        for key, *_ in windows:
            self._sent[key].append(call.at)
