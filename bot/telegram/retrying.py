"""Which calls to Telegram are tried again, and when. Pure: counts tries, waits for nothing.

What surely was not carried out is repeated: an unreachable server, an error of Telegram's own
(5xx), a call too many (429). What the Bot API refuses (400, 403, a wrong token) is not. Where the
answer was lost, a call that may be carried out twice is repeated; a message is repeated once after
a broken connection, since a reply twice is better than none and idle connections do break, but not
after a time-out, since a slow Telegram mostly has the message.
"""

from datetime import timedelta
from typing import Final

from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from bot.web.client import CallError, DroppedError, NotSentError

_TRIES: Final = 6  # 0.5 + 1 + 2 + 4 + 8 seconds between them
_REFUSALS: Final = 20  # each tells its own wait
_FIRST_WAIT_S: Final = 0.5
_LONGEST_WAIT_S: Final = 30.0
_MARGIN_S: Final = 0.1
_MESSAGES: Final = ("send", "forward", "copy")


class Tries:
    """The tries of one call."""

    def __init__(self, endpoint: str) -> None:
        self._message = endpoint.startswith(_MESSAGES) and endpoint != "sendChatAction"
        self._failures = 0
        self._refusals = 0
        self._dropped = False

    def wait_s(self, error: TelegramError) -> float | None:
        """Seconds until the call may be tried again after this error; None: it has failed."""
        if isinstance(error, RetryAfter):
            self._refusals += 1
            return retry_after_s(error) if self._refusals < _REFUSALS else None
        if not isinstance(error, NetworkError) or isinstance(error, BadRequest):
            return None
        if not self._harmless(error.__cause__):
            return None
        self._failures += 1
        return backoff_s(self._failures) if self._failures < _TRIES else None

    def _harmless(self, cause: BaseException | None) -> bool:
        unknown = isinstance(cause, CallError) and not isinstance(cause, NotSentError)
        if not (unknown and self._message):
            return True
        first, self._dropped = not self._dropped, True
        return isinstance(cause, DroppedError) and first


def retry_after_s(error: RetryAfter) -> float:
    """How long Telegram asks to wait, and a little."""
    after = error.retry_after
    return (after.total_seconds() if isinstance(after, timedelta) else after) + _MARGIN_S


def backoff_s(failures: int) -> float:
    """How long to wait after so many failures in a row."""
    return min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** (failures - 1))
