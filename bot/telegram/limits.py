"""Limits on how often something may be done, as moments in time. Pure: nothing here waits."""

from collections import deque
from typing import Final, TypeAlias

Chat: TypeAlias = int | str  # an id, or a public name
SLACK: Final = 1.02  # what leaves here evenly arrives there less so
_MANY_CHATS: Final = 3
_AT_ONCE_S: Final = 5.0


class Window:
    """At most so many moments in any stretch of time."""

    def __init__(self, most: int, stretch_s: float) -> None:
        self._stretch_s = stretch_s * SLACK
        self._booked: deque[float] = deque(maxlen=most)

    def free_at(self, now: float) -> float:
        """The first moment from now on that is free."""
        full = len(self._booked) == self._booked.maxlen
        return max(now, self._booked[0] + self._stretch_s) if full else now

    def book(self, moment: float) -> None:
        """Take a moment, not before the last one taken."""
        self._booked.append(moment)

    def idle(self, now: float) -> bool:
        """Whether nothing that was booked counts any more."""
        return not self._booked or self._booked[-1] + self._stretch_s <= now


class Windows:
    """Several windows at once, such as those of one chat."""

    def __init__(self, *windows: Window) -> None:
        self._windows = windows

    def book(self, now: float) -> float:
        """Take the first moment that is free in all of them."""
        moment = max(window.free_at(now) for window in self._windows)
        for window in self._windows:
            window.book(moment)
        return moment

    def idle(self, now: float) -> bool:
        """Whether none of them has anything that counts."""
        return all(window.idle(now) for window in self._windows)


class Holds:
    """Who was told to wait.

    Telegram does not say whether a chat or the whole bot was too fast. Since each chat's own limit
    is kept here, several chats refused at once mean the bot.
    """

    def __init__(self) -> None:
        self._until: dict[Chat, float] = {}
        self._refused: dict[Chat, float] = {}
        self._all_until = 0.0

    def hold(self, chat: Chat, now: float, wait_s: float) -> bool:
        """Let a chat wait; returns whether all have to."""
        self._until = {c: until for c, until in self._until.items() if until > now}
        self._until[chat] = max(now + wait_s, self._until.get(chat, 0.0))
        self._refused = {c: at for c, at in self._refused.items() if at > now - _AT_ONCE_S}
        self._refused[chat] = now
        everyone = len(self._refused) >= _MANY_CHATS
        if everyone:
            self._all_until = max(self._all_until, now + wait_s)
        return everyone

    def until(self, chat: Chat | None) -> float:
        """When a chat may be sent something again."""
        own = self._until.get(chat, 0.0) if chat is not None else 0.0
        return max(own, self._all_until)
