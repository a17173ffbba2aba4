"""A server with one person, and the library's bot on it."""

from collections.abc import AsyncIterator

import pytest
from telegram import (
    Bot,
)

from tests.telegram_server import TelegramServer
from tests.telegram_server.client import client

ANN = 1


@pytest.fixture(name="server")
async def _server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        server.user(ANN, first_name="Ann", username="ann")
        yield server


@pytest.fixture(name="bot")
async def _bot(server: TelegramServer) -> AsyncIterator[Bot]:
    async with client(server) as bot:
        yield bot
