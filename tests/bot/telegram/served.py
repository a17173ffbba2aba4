"""The bot at work in this process, over a store that the test may hold, break or look into."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import aiohttp

from bot.conversation import Conversation
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import RedisStore
from bot.telegram.serve import serve
from memnn.generalization import Generalization
from memnn.model import Model
from memnn.network import Network
from tests.bot.telegram.admin_world import free_port
from tests.servers import Backend
from tests.telegram_server import TelegramServer

ADA, BOB = 7, 8
_bots = count(9_000_000)


def telegram() -> TelegramServer:
    """A Bot API server for a bot that no other test has."""
    return TelegramServer(bot_id=next(_bots))


def settings_for(server: TelegramServer, **more: Any) -> Settings:  # noqa: ANN401 -- of settings
    """Settings of its bot; nothing paces the tests."""
    values = {
        "telegram_token": server.token,
        "telegram_api_url": server.url,
        "web_port": free_port(),
        "chat_sends_per_s": 1000,
        "sends_per_s": 1000,
        "group_sends_per_min": 1000,
    }
    return Settings.model_validate({**values, **more})


@dataclass(frozen=True, slots=True)
class Served:
    """A bot at work.

    Attributes:
        settings: What it was started with.
        task: Its whole life; fails with what ended it.
        stop: Stops it.
    """

    settings: Settings
    task: "asyncio.Task[None]"
    stop: asyncio.Event

    async def end(self) -> None:
        """Stop it, and wait until it has."""
        self.stop.set()
        await asyncio.wait_for(self.task, 10)

    async def get(self, path: str) -> tuple[int, str]:
        """Ask its web server."""
        url = f"http://127.0.0.1:{self.settings.web_port}{path}"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status, await answer.text()


@asynccontextmanager
async def served(
    server: TelegramServer,
    place: Backend,
    model: Model,
    **more: Any,  # noqa: ANN401 -- of settings
) -> AsyncIterator[Served]:
    """A bot, until the end or until it ends by itself."""
    assert place.server
    async with RedisStore.open(
        place.server.url, key_file=place.key_file, featuriser=Generalization(model)
    ) as store:
        settings, stop = settings_for(server, **more), asyncio.Event()
        runtime = Runtime(Conversation(Network(model, store)), store, model, first_start=False)
        task = asyncio.create_task(serve(settings, runtime, stop=stop))
        bot = Served(settings, task, stop)
        try:
            yield bot
        finally:
            stop.set()
            await asyncio.wait([task])
