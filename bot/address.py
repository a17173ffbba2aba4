"""Where the memories are: on the server that the settings name, or on the bot's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.server import EmbeddedServer
from bot.settings import Settings
from bot.store import Address


@asynccontextmanager
async def open_address(settings: Settings) -> AsyncIterator[Address]:
    """The address of the server; the bot's own runs until the end.

    Raises:
        StoreError: The bot's own server does not start.
    """
    if settings.redis_url is None:
        async with EmbeddedServer(settings.data_dir) as server:
            yield Address(server.url, revive=server.ensure)
    else:
        password = settings.redis_password
        yield Address(
            settings.redis_url.get_secret_value(),
            password.get_secret_value() if password else None,
        )
