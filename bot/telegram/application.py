"""The parts of python-telegram-bot, put together as this bot uses them."""

import asyncio
from typing import Any, Final, TypeAlias

from telegram.ext import Application, ExtBot

from bot.settings import Settings
from bot.telegram.intake import KINDS
from bot.telegram.ordering import CHATS_AT_ONCE, InOrder
from bot.telegram.pacing import Pacer
from bot.telegram.request import Request

AnyApplication: TypeAlias = Application[Any, Any, Any, Any, Any, Any]

_GRACE_S: Final = 10.0  # for the answer to a poll to arrive


class Bot(ExtBot[None]):
    """The bot of a token, whose updates can be had as they came."""

    async def fetch(self, offset: int, wait_s: int, limit: int = 100) -> list[dict[str, Any]]:
        """The updates from an id on; those before it are confirmed, and do not come again.

        Args:
            offset: The id; 0 for the oldest that Telegram has.
            wait_s: How long to wait for one where there is none.
            limit: The most that come at once.

        Raises:
            TelegramError: There was no answer, or a refusal.
        """
        asked = {
            "offset": offset,
            "timeout": wait_s,
            "limit": limit,
            "allowed_updates": list(KINDS),
        }
        fetched = await self._post("getUpdates", asked, read_timeout=wait_s + _GRACE_S)
        return fetched if isinstance(fetched, list) else []

    async def shutdown(self) -> None:
        """Close the connections, also where a stop came in the moment they were opened."""
        await super().shutdown()
        for request in self._request:
            await request.shutdown()


def make_bot(settings: Settings, pacer: Pacer | None) -> Bot:
    """The bot of the settings; not connected yet.

    Raises:
        ConfigurationError: There is no token.
    """
    api = str(settings.telegram_api_url).rstrip("/")
    return Bot(
        settings.token,
        base_url=f"{api}/bot",
        base_file_url=f"{api}/file/bot",
        request=Request(api, connections=CHATS_AT_ONCE),
        get_updates_request=Request(api, connections=1),  # nothing may keep a poll waiting
        rate_limiter=pacer,
    )


def make_application(bot: Bot, queue: asyncio.Queue[object], order: InOrder) -> AnyApplication:
    """An application without an updater: updates come through the queue."""
    builder = Application.builder().bot(bot).updater(None).job_queue(None)
    return builder.update_queue(queue).concurrent_updates(order).build()
