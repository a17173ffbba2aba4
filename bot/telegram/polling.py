"""Long polling: updates are fetched, kept for good, and only then confirmed by the next fetch.

python-telegram-bot's Updater confirms before anything is kept, so it is not used.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, Final, NoReturn

from telegram.error import Conflict, InvalidToken, TelegramError

from bot.errors import ConfigurationError
from bot.telegram.application import Bot
from bot.telegram.intake import id_of
from bot.telegram.reaching import REFUSED, insist, named, wait_after
from bot.telegram.retrying import backoff_s
from memnn.errors import StoreError

_WAIT_S: Final = 30
_CONFIRM_S: Final = 3.0
_CONFLICT: Final = (
    "Telegram gives the updates of this bot to someone else: another process polls with its token, "
    "or has set a webhook. Stop that one; trying again in %.1f s"
)

log = logging.getLogger(__name__)


class Polling:
    """Fetches updates until it is cancelled."""

    def __init__(
        self,
        bot: Bot,
        take: Callable[[Iterable[object]], Awaitable[None]],
        polled: Callable[[], None],
    ) -> None:
        """Make it.

        Args:
            bot: Whose updates to fetch.
            take: Where they go; when it returns they are kept.
            polled: Told of every fetch that was answered.
        """
        self._bot = bot
        self._take = take
        self._polled = polled
        self._offset = 0
        self._failures = 0

    async def run(self) -> NoReturn:
        """Fetch and take in, again and again.

        Raises:
            ConfigurationError: Telegram refuses the token.
        """
        await insist("take the webhook away", self._bot.delete_webhook)
        while True:
            try:
                await self._once()
            except InvalidToken:
                raise ConfigurationError(REFUSED) from None
            except (TelegramError, StoreError) as error:
                self._failures += 1
                await asyncio.sleep(self._told(error))
            else:
                self._failures = 0

    async def confirm(self) -> None:
        """Tell Telegram what was taken in last, so that it does not come again; at the end."""
        with suppress(TelegramError, TimeoutError):
            async with asyncio.timeout(_CONFIRM_S):
                await self._bot.fetch(self._offset, 0, limit=1)

    async def _once(self) -> None:
        updates: list[dict[str, Any]] = await self._bot.fetch(self._offset, _WAIT_S)
        self._polled()
        if not updates:
            return
        await self._take(updates)
        ids = [update_id for update_id in map(id_of, updates) if update_id is not None]
        if not ids:
            raise TelegramError("updates without ids")  # they cannot be confirmed, and come again
        self._offset = max(ids) + 1

    def _told(self, error: TelegramError | StoreError) -> float:
        """Log why there are no updates; returns how long to wait."""
        if isinstance(error, StoreError):
            wait_s = backoff_s(self._failures)
            log.error("%s Updates wait at Telegram meanwhile", error)
            return wait_s
        wait_s = wait_after(error, self._failures)
        if isinstance(error, Conflict):
            log.error(_CONFLICT, wait_s)
        else:
            log.warning("cannot fetch updates (%s); again in %.1f s", named(error), wait_s)
        return wait_s
