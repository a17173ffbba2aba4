"""The store over Redis: `RedisStore`, and what `memnn-bot check` asks about its server and key."""

from bot.store.connection import ServerFacts
from bot.store.key_file import read_key_file
from bot.store.opening import server_facts
from bot.store.redis_store import RedisStore

__all__ = ["RedisStore", "ServerFacts", "read_key_file", "server_facts"]
