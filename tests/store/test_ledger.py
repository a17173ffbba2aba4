"""The ledger: chats, guests, audit, days and troubles of a bot, over a real server."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store import LATENCY_BUCKETS_S, Chat, Day, Entry, RedisStore, Trouble
from bot.store import keys as listing
from bot.store.chats import _decode, _encode
from bot.store.keys import ledger_key
from memnn.errors import StoreError, StoreKeyError
from tests.servers import Backend, opened

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CHAT = Chat(5, "Ada", "Ada_L", first_seen=NOW)
PHRASE = "zanzibar"
_numbers = count(1)


@pytest.fixture(name="bot_id")
def _bot_id() -> int:
    """A bot of the test's own."""
    return next(_numbers)


async def keys(store: RedisStore, bot_id: int) -> dict[bytes, bytes]:
    """The keys of a bot's ledger, with their types."""
    command = store._connection.command
    found, cursor = {}, 0
    while True:
        cursor, names = await command("SCAN", cursor, "MATCH", ledger_key(bot_id, "*"))
        found.update({name: await command("TYPE", name) for name in names})
        if not cursor:
            return found


async def test_chats_are_kept(backend: Backend, bot_id: int) -> None:
    """A chat comes back as it was put, for this process and for another; unknown ones are None."""
    group = Chat(-10, "Home 🏠", group=True, paused=True, quiet=True, home=-9, first_seen=NOW)
    async with opened(backend) as store, opened(backend) as other:
        chats = store.ledger(bot_id).chats
        assert await chats.get(5) is None
        assert await chats.all() == ()

        await chats.put(group)
        await chats.put(CHAT)
        await chats.put(replace(CHAT, name="Ada L."))

        for same in (chats, other.ledger(bot_id).chats):
            assert await same.get(5) == replace(CHAT, name="Ada L.")
            assert await same.get(-10) == group
            assert await same.all() == (group, replace(CHAT, name="Ada L."))
        assert await store.ledger(bot_id + 100_000).chats.get(5) is None


@given(name=st.text(), username=st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_any_name_is_kept(name: str, username: str) -> None:
    """Whatever a chat is called, it comes back."""
    chat = Chat(1, name, username, first_seen=NOW)
    assert _decode(1, _encode(chat)) == chat


async def test_chats_are_found_by_user_name(backend: Backend, bot_id: int) -> None:
    """A user name finds its chat in any case, with or without @; the newest where two have it."""
    async with opened(backend) as store:
        chats = store.ledger(bot_id).chats
        await chats.put(CHAT)
        await chats.put(Chat(6, "Nameless", first_seen=NOW))

        for name in ("ada_l", "@ADA_L", " @Ada_l "):
            assert await chats.find(name) == CHAT
        for name in ("", "@", "ada", "Nameless"):
            assert await chats.find(name) is None

        later = replace(CHAT, id=7, first_seen=NOW + timedelta(days=1))
        await chats.put(later)
        assert await chats.find("ada_l") == later


async def test_a_chat_is_as_the_other_worker_left_it(backend: Backend, bot_id: int) -> None:
    """A switch that one worker turns is turned for the other at once."""
    async with opened(backend) as store:
        ann, ben = store.ledger(bot_id).chats, store.ledger(bot_id).chats
        await ann.put(CHAT)
        assert await ben.get(CHAT.id) == CHAT
        await ann.put(replace(CHAT, paused=not CHAT.paused))
        assert await ben.get(CHAT.id) == replace(CHAT, paused=not CHAT.paused)


async def test_a_code_lets_in_once(backend: Backend, bot_id: int) -> None:
    """A code is the same while it is valid, lets its user in, and works once."""
    async with opened(backend) as store:
        guests = store.ledger(bot_id).guests
        code = await guests.code(1)
        assert len(code) == 8
        assert not set(code) & set("01ILOU")
        assert await guests.code(1) == code
        assert await guests.code(2) != code
        assert await guests.redeem("AAAAAAAA") is None
        assert await guests.allowed() == frozenset()

        assert await guests.redeem(f" {code[:4]}-{code[4:].lower()} ") == 1
        assert await guests.redeem(code) is None
        assert await guests.allowed() == {1}
        assert await guests.code(1) != code


async def test_guests_are_let_in_and_out(backend: Backend, bot_id: int) -> None:
    """Users are let in by their ids, and let in no more."""
    async with opened(backend) as store:
        guests = store.ledger(bot_id).guests
        await guests.allow(3)
        await guests.allow(3)

        assert await guests.allowed() == {3}
        assert await guests.disallow(3)
        assert not await guests.disallow(3)
        assert await guests.allowed() == frozenset()


async def test_old_codes_are_worth_nothing(backend: Backend, bot_id: int) -> None:
    """A code that is over is refused, and replaced by another."""
    async with opened(backend) as store:
        guests = store.ledger(bot_id).guests
        code = await guests.code(1)
        await store._connection.command("ZADD", ledger_key(bot_id, "codes"), 1000, code)

        assert await guests.redeem(code) is None
        assert await guests.code(1) != code
        assert await store._connection.command("ZCARD", ledger_key(bot_id, "codes")) == 1
        assert await store._connection.command("HLEN", ledger_key(bot_id, "holders")) == 2


async def test_codes_are_bounded(backend: Backend, bot_id: int) -> None:
    """However many strangers ask, only the newest codes are kept."""
    async with opened(backend) as store:
        guests, command = store.ledger(bot_id).guests, store._connection.command
        first = await guests.code(1)
        far = int(datetime.now(UTC).timestamp() * 1000) + 10**9
        filler = [part for n in range(10_000) for part in (far, f"filler{n}")]
        await command("ZADD", ledger_key(bot_id, "codes"), *filler)

        await guests.code(2)

        assert await command("ZCARD", ledger_key(bot_id, "codes")) <= 10_001
        assert await guests.redeem(first) is None


async def test_the_audit_log_is_newest_first(backend: Backend, bot_id: int) -> None:
    """Entries come back as they were written, the newest first, as many as are wanted."""
    entries = [
        Entry(NOW, 9, "inspect", "1:5", revealed=True),
        Entry(NOW + timedelta(hours=1), None, "stats"),
    ]
    async with opened(backend) as store:
        audit = store.ledger(bot_id).audit
        assert await audit.latest() == ()
        for entry in entries:
            await audit.append(entry)

        assert await audit.latest() == tuple(entries[::-1])
        assert await audit.latest(1) == (entries[1],)
        assert await audit.latest(0) == ()


async def test_the_audit_log_keeps_ten_thousand(backend: Backend, bot_id: int) -> None:
    """The audit log is trimmed, and never below 10,000 entries."""
    async with opened(backend) as store:
        audit, key = store.ledger(bot_id).audit, ledger_key(bot_id, "audit")
        old = "for i = 1, 10300 do redis.call('XADD', KEYS[1], i .. '-0', 'v', ARGV[1]) end"
        sealed = audit._journal._cipher.seal("v", json.dumps({}).encode())
        await store._connection.command("EVAL", old, 1, key, sealed)

        await audit.append(Entry(NOW, None, "stats"))

        assert 10_000 <= await store._connection.command("XLEN", key) < 10_301


async def test_troubles_are_the_last(backend: Backend, bot_id: int) -> None:
    """The newest errors come first, of one scope or of all, and old ones go."""
    async with opened(backend) as store:
        troubles = store.ledger(bot_id).troubles
        await troubles.add(Trouble(NOW, "1:5", "StoreError: five"))
        for n in range(3):
            await troubles.add(Trouble(NOW, "1:6", f"StoreError: {n}"))

        assert [t.what[-1] for t in await troubles.latest(limit=3)] == ["2", "1", "0"]
        assert await troubles.latest("1:5") == (Trouble(NOW, "1:5", "StoreError: five"),)
        assert await troubles.latest("1:7") == ()

        for n in range(200):
            await troubles.add(Trouble(NOW, "1:7", str(n)))
        assert await troubles.latest("1:5") == ()
        assert len(await troubles.latest(limit=1000)) == 200


async def test_days_add_up(backend: Backend, bot_id: int) -> None:
    """Counts of a day add up; days without traffic are zeros; today is last."""
    today = datetime.now(UTC).date()
    latencies = (0, 3, *(0,) * (len(LATENCY_BUCKETS_S) - 3), 1)
    async with opened(backend) as store:
        days = store.ledger(bot_id).days
        assert await days.latest(2) == (Day(today - timedelta(days=1)), Day(today))

        await days.add(Day(today, 1, 2, 3, 1, 1, latencies))
        await days.add(Day(today, 10, latencies=latencies))
        await days.add(Day(today - timedelta(days=2), questions=7))
        await days.add(Day(today))

        assert await store.ledger(bot_id).days.latest(3) == (
            Day(today - timedelta(days=2), questions=7),
            Day(today - timedelta(days=1)),
            Day(today, 11, 2, 3, 1, 1, tuple(2 * n for n in latencies)),
        )
        assert await days.latest(0) == ()
        assert len(await days.latest(10_000)) == 400


async def test_days_go_in_time(backend: Backend, bot_id: int) -> None:
    """A day is kept for 400 days, and one that is older is not kept at all."""
    today = datetime.now(UTC).date()
    async with opened(backend) as store:
        days = store.ledger(bot_id).days
        await days.add(Day(today, 1))
        await days.add(Day(today - timedelta(days=401), 1))

        (key,) = await keys(store, bot_id)
        left_s = await store._connection.command("TTL", key)
        assert timedelta(days=398) < timedelta(seconds=left_s) <= timedelta(days=400)


async def test_days_need_every_bucket(backend: Backend, bot_id: int) -> None:
    """Latencies that are not one count a bucket are refused."""
    async with opened(backend) as store:
        with pytest.raises(StoreError, match="26 buckets"):
            await store.ledger(bot_id).days.add(Day(NOW.date(), latencies=(1,)))


async def fill(store: RedisStore, bot_id: int) -> None:
    """Put something into every part."""
    ledger = store.ledger(bot_id)
    await ledger.inbox.put({1: PHRASE.encode(), 2: PHRASE.encode()})
    await ledger.inbox.done([2])
    await ledger.turns.beat()
    await ledger.turns.take({1: 5})
    await store.ledger(bot_id).turns.take({1: 5})
    await ledger.chats.put(Chat(5, PHRASE, PHRASE, first_seen=NOW))
    await ledger.guests.code(1)
    await ledger.guests.redeem(await ledger.guests.code(2))
    await ledger.audit.append(Entry(NOW, 1, "inspect", PHRASE))
    await ledger.troubles.add(Trouble(NOW, PHRASE, PHRASE))
    await ledger.days.add(Day(datetime.now(UTC).date(), 1))


async def test_every_key_is_written_down(backend: Backend, bot_id: int) -> None:
    """The list in `keys.py` names every key of a ledger with its type, and no other."""
    assert listing.__doc__
    lines = [line.split() for line in listing.__doc__.splitlines() if "mn:{bot=ID}" in line]
    async with opened(backend) as store:
        await fill(store, bot_id)
        held = await keys(store, bot_id)
    today = datetime.now(UTC).date().isoformat()
    parts = {key.partition("}:")[2]: kind for key, kind, *_ in lines if key.startswith("mn:")}
    named = {
        ledger_key(bot_id, part.replace("DATE", today).replace("CHAT", "5")): kind
        for part, kind in parts.items()
    }

    assert {key.decode(): kind.decode() for key, kind in held.items()} == named


async def test_nothing_readable_at_rest(backend: Backend, bot_id: int) -> None:
    """Names, updates, scopes and errors are not readable in Redis or in its files."""
    assert backend.server is not None
    async with opened(backend) as store:
        await fill(store, bot_id)
    files = b"".join(f.read_bytes() for f in backend.server.log_path.parent.rglob("*.aof"))

    assert ledger_key(bot_id, "chats").encode() in files
    assert PHRASE.encode() not in files


async def test_moved_values_do_not_open(backend: Backend, bot_id: int) -> None:
    """A value that is moved to another field, part or bot does not open there."""
    async with opened(backend) as store:
        await fill(store, bot_id)
        command, chats = store._connection.command, ledger_key(bot_id, "chats")
        sealed = await command("HGET", chats, 5)
        for key, part in ((chats, "chats"), (ledger_key(bot_id, "inbox"), "inbox")):
            await command("HSET", key, 6, sealed)
            ledger = store.ledger(bot_id)
            with pytest.raises(StoreKeyError, match="one of the bot's own records"):
                await (ledger.chats.get(6) if part == "chats" else ledger.inbox.left())
        other = next(_numbers)
        await command("HSET", ledger_key(other, "chats"), 5, sealed)
        with pytest.raises(StoreKeyError):
            await store.ledger(other).chats.all()
