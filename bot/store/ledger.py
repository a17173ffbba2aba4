"""The ledger: what a bot keeps beside memories, on the same server and under the same master key.

Whatever could hold a user's words, names or raw updates is encrypted, each value bound to its
place.
"""

from dataclasses import dataclass
from typing import Self

from bot.store.audit import AuditLog
from bot.store.chats import Chats
from bot.store.connection import Connection
from bot.store.crypto import MasterKey
from bot.store.days import Days
from bot.store.guests import Guests
from bot.store.inbox import Inbox
from bot.store.troubles import Troubles
from bot.store.turns import Turns


@dataclass(frozen=True, slots=True)
class Ledger:
    """All parts of one bot's ledger. Calls raise `memnn.errors.StoreError` and nothing else.

    Attributes:
        inbox: Updates between receipt and the end of their handling.
        turns: Which worker answers which chat.
        chats: What is known of each chat.
        guests: Who was let in, and who asks to be.
        audit: What administrators looked at and did.
        days: Counts of each day.
        troubles: The last errors.
    """

    inbox: Inbox
    turns: Turns
    chats: Chats
    guests: Guests
    audit: AuditLog
    days: Days
    troubles: Troubles

    @classmethod
    def over(cls, connection: Connection, master: MasterKey, bot_id: int) -> Self:
        """The ledger of a bot on a server."""
        inbox = Inbox(connection, master, bot_id)
        return cls(
            inbox,
            Turns(connection, bot_id, inbox.worker),
            Chats(connection, master, bot_id),
            Guests(connection, bot_id),
            AuditLog(connection, master, bot_id),
            Days(connection, bot_id),
            Troubles(connection, master, bot_id),
        )
