"""A whole bot in this process, for tests of what its administrators see: only Telegram is apart."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from bot.conversation import Conversation
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import Ledger, RedisStore
from bot.telegram.serve import serve
from memnn.model import Model
from memnn.network import Network
from tests.telegram_server import Post, TelegramServer

ADMIN, ADA, EVE = 1, 7, 9
_bots = count(8_000_000)


@dataclass(frozen=True)
class Scene:
    """A bot at work, and the world around it."""

    bot_id: int
    server: TelegramServer
    store: RedisStore
    ledger: Ledger

    async def answer(self, chat: int, text: str, **how: int | str | None) -> Post:
        """Say something, and wait for what the bot writes back."""
        return await self.next(chat, self.server.say(chat, text, **how).message_id)

    async def tell(self, chat: int, text: str, **how: int | str | None) -> Post:
        """Say something, and wait for the sign that it is remembered."""
        post = self.server.say(chat, text, **how)
        await self.signed(post)
        return post

    async def noticed(self, post: Post) -> None:
        """Wait for any sign that a message was dealt with."""
        chat = post.data["chat"]["id"]
        await self.server.wait_for(
            lambda: post.reactions or self.server.sent(chat, after=post.message_id)
        )

    async def signed(self, post: Post) -> None:
        """Wait for the sign that a message is remembered."""
        await self.server.wait_for(lambda: post.reactions)

    async def next(self, chat: int, after: int) -> Post:
        """The first message that the bot writes after another."""
        return (await self.server.wait_for(lambda: self.server.sent(chat, after)))[0]

    async def tap(self, post: Post, label: str, user: int | None = None) -> Post:
        """Tap a button, and wait until the bot has answered."""
        chat = post.data["chat"]["id"]
        await self.answered(self.server.tap(chat, label, message_id=post.message_id, user=user))
        return self.server.world.find(chat).posts[post.message_id]

    async def answered(self, query: str) -> str:
        """What the bot answers to a tap."""
        return str((await self.server.wait_for(lambda: self.server.answer(query) or {}))["text"])


@asynccontextmanager
async def scene(store: RedisStore, model: Model, **values: Any) -> AsyncIterator[Scene]:  # noqa: ANN401 -- of settings
    """A bot with some settings, until the end."""
    bot_id = next(_bots)
    async with TelegramServer(bot_id=bot_id) as server:
        settings = Settings.model_validate(
            {
                "telegram_token": server.token,
                "telegram_api_url": server.url,
                "web_port": free_port(),
                "admin_ids": f"{ADMIN}",
                "chat_sends_per_s": 1000,
                "sends_per_s": 1000,
                "group_sends_per_min": 1000,
                **values,
            }
        )
        stop = asyncio.Event()
        runtime = Runtime(Conversation(Network(model, store)), store, model, first_start=False)
        serving = asyncio.create_task(serve(settings, runtime, stop=stop))
        try:
            yield Scene(bot_id, server, store, store.ledger(bot_id))
        finally:
            stop.set()
            await serving


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
