"""The real bot, as a process, with people who talk to it through a Bot API server on loopback."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.telegram_server import Post, TelegramServer

ADA = 101
BOB = 102
START_S = 40.0
REPLY_S = 15.0


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
    return port


@dataclass
class Talk:
    """A Bot API server, and the bot that talks through it.

    Attributes:
        server: The server with its control side.
        directory: The bot's data.
        settings: More of the bot's environment.
    """

    server: TelegramServer
    directory: Path
    settings: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None

    async def start(self, ready: Callable[[], bool] | None = None) -> None:
        """Start the bot, and wait until it takes updates in."""
        before = len(self.server.calls)
        environment = {
            **{name: value for name, value in os.environ.items() if name != "REDIS_URL"},
            "DATA_DIR": str(self.directory),
            "TELEGRAM_TOKEN": self.server.token,
            "TELEGRAM_API_URL": self.server.url,
            "WEB_PORT": str(free_port()),
            "CHAT_SENDS_PER_S": "1000",
            **self.settings,
        }
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", "run"),
            env=environment,
            cwd=Path(__file__).parents[2],
            stderr=asyncio.subprocess.DEVNULL,
        )

        def polls() -> bool:
            return any(call.method == "getUpdates" for call in self.server.calls[before:])

        await self.server.wait_for(ready or polls, START_S)

    async def stop(self) -> int:
        """Stop the bot as a service manager does; returns its exit status."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), 40)

    async def kill(self) -> None:
        """Kill the bot as a crash would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def tell(self, chat: int, text: str, **how: int) -> Post:
        """Say something, and wait for the sign that it is remembered."""
        post = self.server.say(chat, text, **how)
        await self.server.wait_for(lambda: post.reactions, REPLY_S)
        return post

    async def ask(self, chat: int, text: str, **how: int) -> Post:
        """Say something, and wait for the bot's words."""
        return await self.reply_to(chat, self.server.say(chat, text, **how))

    async def reply_to(self, chat: int, post: Post) -> Post:
        """The bot's words after a message."""
        sent = await self.server.wait_for(
            lambda: self.server.sent(chat, after=post.message_id), REPLY_S
        )
        return sent[0]

    async def noticed(self, chat: int, post: Post) -> None:
        """Wait for any sign that a message was dealt with: words, or a reaction."""
        await self.server.wait_for(
            lambda: post.reactions or self.server.sent(chat, after=post.message_id), REPLY_S
        )

    async def tap(self, chat: int, button: str, post: Post, **how: int) -> str:
        """Tap a button; returns what the tap was answered with."""
        return await self.answered(self.server.tap(chat, button, message_id=post.message_id, **how))

    async def answered(self, query: str) -> str:
        """What a tap was answered with, once it was."""
        answer = await self.server.wait_for(lambda: self.server.answer(query), REPLY_S)
        return answer["text"] if answer else ""


@asynccontextmanager
async def talking(directory: Path, *, begin: bool = True, **settings: str) -> AsyncIterator[Talk]:
    """A bot that runs until the end."""
    async with TelegramServer() as server:
        for user, name in ((ADA, "Ada"), (BOB, "Bob")):
            server.user(user, first_name=name, username=name.lower())
        talk = Talk(server, directory, settings)
        if begin:
            await talk.start()
        try:
            yield talk
        finally:
            if talk.process and talk.process.returncode is None:
                await talk.stop()
