"""How fast the bot speaks: Telegram's limits are kept, and what it refuses waits and comes again.

Messages and edits count for their chat (one a second), their group (20 a minute) and the bot (30 a
second); reactions, answers to buttons and the like for the bot alone; the rest is free. All by the
loop's clock, which does not jump. Everything is first come, first served, and a chat that has to
wait takes no turn of another.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeAlias

from telegram.error import RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot.settings import Settings
from bot.telegram.limits import Chat, Holds, Window, Windows
from bot.telegram.retrying import Tries

_MESSAGES: Final = ("send", "edit", "forward", "copy")
_LIGHT: Final = frozenset({"sendChatAction"})
_FOR_SOMEONE: Final = frozenset({"chat_id", "callback_query_id"})
_S_PER_MIN: Final = 60.0

Result: TypeAlias = bool | dict[str, Any] | list[dict[str, Any]]

log = logging.getLogger(__name__)


class Pacer(BaseRateLimiter[None]):
    """Sends each call at its time, again where that helps; what finally fails is raised."""

    def __init__(self, settings: Settings, sent: Callable[[float], None]) -> None:
        """Keep the limits of the settings; tell ``sent`` the seconds that each call took."""
        self._settings = settings
        self._sent = sent
        self._overall = Windows(Window(settings.sends_per_s, 1.0))
        self._chats: OrderedDict[Chat, Windows] = OrderedDict()
        self._holds = Holds()
        self._among = 1

    def share(self, among: int) -> None:
        """Keep to an equal share of what the bot may send; each chat is one worker's alone."""
        if among != self._among:
            self._among = among
            self._overall = Windows(Window(max(1, self._settings.sends_per_s // among), 1.0))

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,  # noqa: ANN401 -- the base class has it
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,  # noqa: ARG002 -- likewise
    ) -> Result:
        """Make a call to the Bot API.

        Raises:
            TelegramError: It failed for good.
        """
        tries = Tries(endpoint)
        while True:
            await self._turn(endpoint, data)
            start = _now()
            try:
                result = await callback(*args, **kwargs)
            except TelegramError as error:
                await self._again(error, tries, _chat(data))
            else:
                self._sent(_now() - start)
                return result

    async def _turn(self, endpoint: str, data: dict[str, Any]) -> None:
        """Wait until the call may be made."""
        chat = _chat(data)
        if chat is not None and endpoint.startswith(_MESSAGES) and endpoint not in _LIGHT:
            await _moment(self._windows(chat).book(_now()))
        while (held := self._holds.until(chat)) > _now():
            await _moment(held)
        if not _FOR_SOMEONE.isdisjoint(data):
            await _moment(self._overall.book(_now()))

    async def _again(self, error: TelegramError, tries: Tries, chat: Chat | None) -> None:
        """Wait before the call is tried again, or raise what it failed for."""
        wait_s = tries.wait_s(error)
        if wait_s is None:
            raise error
        log.info("%s: trying again in %.1f s", type(error).__name__, wait_s)
        if not isinstance(error, RetryAfter) or chat is None:
            await asyncio.sleep(wait_s)
        elif self._holds.hold(chat, _now(), wait_s):
            log.warning("Telegram finds the bot too fast; it says nothing for %.1f s", wait_s)

    def _windows(self, chat: Chat) -> Windows:
        """The windows of a chat; those of chats that have long been quiet are dropped."""
        windows = self._chats.pop(chat, None) or self._new(chat)
        now = _now()
        while self._chats and next(iter(self._chats.values())).idle(now):
            self._chats.popitem(last=False)
        self._chats[chat] = windows
        return windows

    def _new(self, chat: Chat) -> Windows:
        own = Window(self._settings.chat_sends_per_s, 1.0)
        if isinstance(chat, int) and chat > 0:
            return Windows(own)
        return Windows(own, Window(self._settings.group_sends_per_min, _S_PER_MIN))


def _chat(data: dict[str, Any]) -> Chat | None:
    """The chat that a call is for; a name stands for itself."""
    chat: Chat | None = data.get("chat_id")
    try:
        return chat if chat is None else int(chat)
    except ValueError:
        return chat


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _moment(moment: float) -> None:
    delay = moment - _now()
    if delay > 0:
        await asyncio.sleep(delay)
