"""The store over Redis: `RedisStore` with the ledger of a bot, and what `check` asks about both."""

from bot.store.audit import AuditLog, Entry
from bot.store.backup import write_backup
from bot.store.backup_file import Totals
from bot.store.chats import Chat, Chats
from bot.store.connection import Address, ServerFacts
from bot.store.days import LATENCY_BUCKETS_S, Day, Days
from bot.store.errors import TakenOverError
from bot.store.facts import ScopeFacts
from bot.store.guests import Guests
from bot.store.inbox import Inbox
from bot.store.key_file import read_key_file
from bot.store.ledger import Ledger
from bot.store.opening import names_a_key, server_facts
from bot.store.rebucketing import BucketState, Job, Rebucketing, ScopeSize
from bot.store.redis_store import COLD, SCORE_ALL, RedisStore
from bot.store.refiling import Build
from bot.store.restore import restore_backup
from bot.store.troubles import Trouble, Troubles
from bot.store.turns import LEASE_S, Beat, Turns

__all__ = [
    "COLD",
    "LATENCY_BUCKETS_S",
    "LEASE_S",
    "SCORE_ALL",
    "Address",
    "AuditLog",
    "Beat",
    "BucketState",
    "Build",
    "Chat",
    "Chats",
    "Day",
    "Days",
    "Entry",
    "Guests",
    "Inbox",
    "Job",
    "Ledger",
    "Rebucketing",
    "RedisStore",
    "ScopeFacts",
    "ScopeSize",
    "ServerFacts",
    "TakenOverError",
    "Totals",
    "Trouble",
    "Troubles",
    "Turns",
    "names_a_key",
    "read_key_file",
    "restore_backup",
    "server_facts",
    "write_backup",
]
