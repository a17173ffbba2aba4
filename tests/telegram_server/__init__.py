"""A Bot API server on loopback for tests, and the people who talk to the bot.

    async with TelegramServer() as server:
        bot = client(server)  # client.py; or any bot with base_url f"{server.url}/bot"
        told = server.say(1, "Anna lives in Rome.")
        await server.wait_for(lambda: server.sent(1, after=told.message_id))

What people do: people.py, groups.py, taps.py. What the bot did: watching.py, ``calls``.
What goes wrong: ``fault``, ``limits`` (faults.py). ``python -m tests.telegram_server`` runs one
for a bot of another process.
"""

from tests.telegram_server.call import Call
from tests.telegram_server.faults import Fault, Limits, Violation
from tests.telegram_server.markup import parse_html, units
from tests.telegram_server.model import Chat, Post
from tests.telegram_server.people import origin_channel, origin_chat, origin_hidden, origin_user
from tests.telegram_server.server import TelegramServer

__all__ = [
    "Call", "Chat", "Fault", "Limits", "Post", "TelegramServer", "Violation",
    "origin_channel", "origin_chat", "origin_hidden", "origin_user", "parse_html", "units",
]  # fmt: skip
