"""What tests of backups share: a server full of things, and all that it holds."""

from datetime import UTC, datetime
from pathlib import Path

from bot.store import Address, Chat, Day, Entry, RedisStore, Trouble
from memnn.records import EventKind
from tests.filing import file_in_buckets
from tests.servers import Backend
from tests.worlds import TIME, plan

PHRASE = "zanzibar"
BOT = 42
CHAT = Chat(5, PHRASE, first_seen=TIME)


def at(backend: Backend) -> Address:
    """Where a server is."""
    assert backend.server is not None
    return Address(backend.server.url, revive=backend.server.ensure)


def still(done: int, total: int) -> None:
    """Look at the progress."""
    assert 0 <= done <= total


def names(directory: Path) -> set[str]:
    """The files of a directory."""
    return {path.name for path in directory.iterdir()}


async def fill(store: RedisStore) -> None:
    """Put something of every kind on a server."""
    for scope in ("42:5", "42:-6", f"odd {{}} ü {PHRASE}", ""):
        await store.add(scope, plan("a", f"my {PHRASE}", "red tea", time=TIME))
        await store.edit(scope, plan("a", f"no {PHRASE}", "red tea"))
        await store.note(scope, EventKind.INSPECTED)
        await store.forget(scope, [2])
    await file_in_buckets(store, "42:5")
    ledger = store.ledger(BOT)
    await ledger.inbox.put({1: PHRASE.encode(), 2: b""})
    await ledger.inbox.done([1])
    await ledger.chats.put(CHAT)
    await ledger.guests.code(1)
    await ledger.guests.allow(3)
    await ledger.audit.append(Entry(TIME, 1, "inspect", "42:5"))
    await ledger.troubles.add(Trouble(TIME, "42:5", PHRASE))
    await ledger.days.add(Day(datetime.now(UTC).date(), 1))


async def content(store: RedisStore) -> dict[str, object]:
    """Everything that a server holds of the bot, by key."""
    command, cursor = store._connection.command, 0
    found: dict[str, object] = {}
    readers = {
        b"hash": ("HGETALL",),
        b"set": ("SMEMBERS",),
        b"zset": ("ZRANGE", 0, -1, "WITHSCORES"),
        b"stream": ("XRANGE", "-", "+"),
        b"string": ("GET",),
    }
    while True:
        cursor, names = await command("SCAN", cursor, "MATCH", "mn:*")
        for name in names:
            read, *rest = readers[await command("TYPE", name)]
            expires = await command("PEXPIRETIME", name)
            found[name.decode()] = (await command(read, name, *rest), expires)
        if not cursor:
            return found
