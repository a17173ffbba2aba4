"""The store over Redis: `RedisStore` with the ledger of a bot, and what `check` asks about both."""

from bot.store.audit import AuditLog, Entry
from bot.store.backup import write_backup
from bot.store.backup_file import Totals
from bot.store.chats import Chat, Chats
from bot.store.connection import Address, ServerFacts
from bot.store.days import LATENCY_BUCKETS_S, Day, Days
from bot.store.facts import ScopeFacts
from bot.store.guests import Guests
from bot.store.inbox import Inbox
from bot.store.key_file import read_key_file
from bot.store.keys import FIRST_GENERATION
from bot.store.ledger import Ledger
from bot.store.opening import server_facts
from bot.store.redis_store import RedisStore
from bot.store.restore import restore_backup
from bot.store.troubles import Trouble, Troubles

__all__ = [
    "FIRST_GENERATION",
    "LATENCY_BUCKETS_S",
    "Address",
    "AuditLog",
    "Chat",
    "Chats",
    "Day",
    "Days",
    "Entry",
    "Guests",
    "Inbox",
    "Ledger",
    "RedisStore",
    "ScopeFacts",
    "ServerFacts",
    "Totals",
    "Trouble",
    "Troubles",
    "read_key_file",
    "restore_backup",
    "server_facts",
    "write_backup",
]
