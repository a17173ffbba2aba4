"""The library's bot on the server."""

from telegram import Bot

import bot.telegram  # noqa: F401 -- it settles how the library gives times
from tests.telegram_server import TelegramServer


def client(server: TelegramServer, token: str = "") -> Bot:
    """The library's bot on the server."""
    base = server.url
    return Bot(token or server.token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot")
