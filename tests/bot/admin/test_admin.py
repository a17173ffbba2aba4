"""Looks at a scope: what they show, what they never show, and what they leave behind."""

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

from bot.admin import Admin, Subject
from bot.scopes import TERMINAL, chat_scope
from bot.store import Chat, Ledger, RedisStore, Trouble
from memnn.errors import StoreError, StoreFullError
from memnn.records import EventKind
from tests.bot.admin.conftest import ADA, GROUP, PRIVATE, fill, settings
from tests.servers import Backend, kill_server, opened, plain_server
from tests.worlds import FINGERPRINT, TIME, plan

ADMIN = 99

Looks = Callable[[Admin, Subject], Awaitable[object]]


async def of(admin: Admin, who: str | int) -> Subject:
    """Somebody whom the bot knows."""
    subject = await admin.resolve(who)
    assert subject is not None
    return subject


@pytest.mark.parametrize("who", [ADA, f" {ADA} ", "@ada_l", "ADA_L"])
async def test_people_are_found(admin: Admin, bot_id: int, who: str | int) -> None:
    """By id, by user name in any case, with or without "@"."""
    subject = await of(admin, who)
    assert (subject.scope, subject.id) == (chat_scope(bot_id, ADA), ADA)
    assert subject.chat is not None
    assert subject.chat.name == "Ada Lovelace"


async def test_groups_and_the_terminal_are_found(admin: Admin, bot_id: int) -> None:
    """A group by its id, which is negative; the terminal by its name."""
    assert (await of(admin, f"{GROUP}")).scope == chat_scope(bot_id, GROUP)
    assert await admin.resolve("terminal") == Subject(TERMINAL)


@pytest.mark.parametrize("who", ["8", "@nobody", "", "@", "Ada Lovelace", "9" * 30, "-", "7.0"])
async def test_strangers_are_not(admin: Admin, who: str) -> None:
    """Whom the bot does not know is nobody, whatever is typed."""
    assert await admin.resolve(who) is None


async def test_memories_without_a_chat_are_found(
    admin: Admin, store: RedisStore, bot_id: int
) -> None:
    """An id of which only memories are left is somebody."""
    await store.add(chat_scope(bot_id, 12), plan("1", "one"))
    assert await admin.resolve(12) == Subject(chat_scope(bot_id, 12), 12)


async def test_a_group_that_moved_on_has_its_old_memories(
    admin: Admin, ledger: Ledger, bot_id: int
) -> None:
    """A supergroup is looked at where its memories are, and stands in the list once."""
    new = GROUP - 1
    later = TIME + timedelta(days=1)
    await ledger.chats.put(Chat(new, "Family", group=True, home=GROUP, first_seen=later))
    assert (await of(admin, new)).scope == chat_scope(bot_id, GROUP)
    assert [subject.id for subject in await admin.chats(admin=ADMIN)] == [new, ADA]


async def test_numbers_of_a_scope(admin: Admin, ledger: Ledger, bot_id: int) -> None:
    """An inspection tells count, times, size, buckets, model, and this scope's errors alone."""
    mine = Trouble(TIME, chat_scope(bot_id, ADA), "StoreError: no")
    await ledger.troubles.add(Trouble(TIME, chat_scope(bot_id, GROUP), "another's"))
    await ledger.troubles.add(mine)
    found = await admin.inspect(await of(admin, ADA), admin=ADMIN)
    assert (found.facts.count, found.facts.generation) == (12, 0)
    assert (found.facts.first, found.facts.last) == (TIME, TIME + timedelta(days=11))
    assert found.facts.bytes > 1000
    assert found.facts.fullest == 0  # so few are read as a whole
    assert found.model == FINGERPRINT.hex()
    assert found.troubles == (mine,)
    assert found.leaf is None


async def test_numbers_of_nothing(admin: Admin) -> None:
    """A scope without memories has numbers and one empty page."""
    found = await admin.inspect(Subject("nobody:1"), admin=ADMIN, page=1)
    assert (found.facts.count, found.model) == (0, "")
    assert found.leaf is not None
    assert (found.leaf.rows, found.leaf.number, found.leaf.pages) == ((), 1, 1)


async def test_pages_of_metadata(admin: Admin) -> None:
    """Pages go from the newest to the oldest; beyond the last is the last."""
    subject = await of(admin, ADA)
    first = await admin.leaf(subject, 1, admin=ADMIN)
    assert [row.id for row in first.rows] == list(range(12, 2, -1))
    assert (first.number, first.pages, first.total, first.revealed) == (1, 2, 12, False)
    for number in (2, 3, 10**9):
        last = await admin.leaf(subject, number, admin=ADMIN)
        assert [row.id for row in last.rows] == [2, 1]
        assert last.number == 2
    row = last.rows[-1]
    assert (row.time, row.characters, row.words, row.text) == (TIME, len(PRIVATE), 5, None)


async def test_of_a_speaker_only_the_letter(admin: Admin) -> None:
    """In a group, who said something is one letter."""
    leaf = await admin.leaf(await of(admin, GROUP), 1, admin=ADMIN)
    assert [row.speaker for row in leaf.rows] == ["B", "B"]


async def test_no_text_unless_revealed(admin: Admin) -> None:
    """No value of a look holds a text, or a part of one, unless that was asked for."""
    subject = await of(admin, ADA)
    looks = (
        await admin.inspect(subject, admin=ADMIN, page=2),
        await admin.leaf(subject, 2, admin=ADMIN),
    )
    for look in looks:
        assert "4471" not in str(asdict(look))
        assert "safe" not in str(asdict(look))
    revealed = await admin.leaf(subject, 2, admin=ADMIN, reveal=True)
    assert [row.text for row in revealed.rows] == ["tea number 1", PRIVATE]


async def test_every_look_is_in_the_audit_log(admin: Admin, ledger: Ledger, bot_id: int) -> None:
    """Whoever looks at whatever: each leaves its entry, newest first."""
    subject = await of(admin, ADA)
    await admin.inspect(subject, admin=ADMIN)
    await admin.leaf(subject, 1, admin=ADMIN)
    await admin.leaf(subject, 1, admin=None, reveal=True)
    await admin.chats(admin=ADMIN)
    await admin.stats(admin=ADMIN)
    await admin.rebucket(admin=ADMIN)
    await admin.audit(admin=ADMIN)
    scope = chat_scope(bot_id, ADA)
    entries = [(e.action, e.admin, e.scope, e.revealed) for e in await ledger.audit.latest()]
    assert entries[::-1] == [
        ("inspect", ADMIN, scope, False),
        ("inspect", ADMIN, scope, False),
        ("inspect", None, scope, True),
        ("inspect", ADMIN, "", False),
        ("stats", ADMIN, "", False),
        ("rebucket", ADMIN, "", False),
        ("audit", ADMIN, "", False),
    ]


async def test_users_see_who_read_their_memories(
    admin: Admin, store: RedisStore, bot_id: int
) -> None:
    """A look at texts stands in the history of its scope alone; one at numbers does not."""
    subject = await of(admin, ADA)
    await admin.inspect(subject, admin=ADMIN, page=1)
    assert await store.history(subject.scope) == ()
    await admin.inspect(subject, admin=ADMIN, page=1, reveal=True)
    await admin.leaf(subject, 2, admin=ADMIN, reveal=True)
    events = await store.history(subject.scope)
    assert [event.kind for event in events] == [EventKind.INSPECTED] * 2
    assert await store.history(chat_scope(bot_id, GROUP)) == ()


async def test_a_look_outlives_a_crash(place: Backend, bot_id: int) -> None:
    """What was shown stands in the audit log and in the history even if the server dies then."""
    async with opened(place) as store:
        await fill(store, bot_id)
        admin = Admin(store, store.ledger(bot_id), None, "", settings(bot_id))
        leaf = await admin.leaf(await of(admin, ADA), 2, admin=ADMIN, reveal=True)
        assert place.server is not None
        kill_server(place.server)
    async with opened(place) as store:
        entry = (await store.ledger(bot_id).audit.latest())[0]
        assert (entry.scope, entry.revealed) == (leaf.subject.scope, True)
        assert (await store.history(leaf.subject.scope))[0].kind is EventKind.INSPECTED


async def _inspect(admin: Admin, subject: Subject) -> object:
    return await admin.inspect(subject, admin=ADMIN, page=1, reveal=True)


async def _leaf(admin: Admin, subject: Subject) -> object:
    return await admin.leaf(subject, 1, admin=None, reveal=True)


async def _numbers(admin: Admin, subject: Subject) -> object:
    return await admin.inspect(subject, admin=ADMIN)


@pytest.mark.parametrize("look", [_inspect, _leaf, _numbers])
@pytest.mark.parametrize("harm", ["no writes", "no audit", "dead"])
async def test_what_cannot_be_put_down_is_not_shown(
    backend: Backend, tmp_path: Path, bot_id: int, look: Looks, harm: str
) -> None:
    """Where the look cannot be written first, it fails, though the memories could be read."""
    with ExitStack() as server:
        url = server.enter_context(plain_server(tmp_path))
        async with opened(backend, url=url) as store:
            await fill(store, bot_id)
            admin = Admin(store, store.ledger(bot_id), None, "", settings(bot_id))
            subject = await of(admin, ADA)
            if harm == "dead":
                server.close()
            else:
                await refuse(store, harm, bot_id)
                assert (await store.page(subject.scope)).memories
            with pytest.raises(StoreError):
                await look(admin, subject)


async def refuse(store: RedisStore, harm: str, bot_id: int) -> None:
    """Let a server take no writes at all, or none to what the bot keeps beside memories."""
    rights = ("resetkeys", f"~mn:{{{bot_id}:*", f"%R~mn:{{bot={bot_id}}}:*")
    commands = {
        "no writes": ("CONFIG", "SET", "min-replicas-to-write", "1"),
        "no audit": ("ACL", "SETUSER", "default", *rights),
    }
    await store._connection.command(*commands[harm])


async def test_a_full_server_has_room_for_looks(
    backend: Backend, tmp_path: Path, bot_id: int
) -> None:
    """Where memories find no room any more, a look is put down all the same, and so is shown."""
    with plain_server(tmp_path) as url:
        async with opened(backend, url=url) as store:
            await fill(store, bot_id)
            ledger = store.ledger(bot_id)
            admin = Admin(store, ledger, None, "", settings(bot_id))
            subject = await of(admin, ADA)
            await store._connection.command("CONFIG", "SET", "maxmemory", "1")
            with pytest.raises(StoreFullError):
                await store.add(subject.scope, plan("x", "no room"))
            assert (await admin.leaf(subject, 1, admin=ADMIN, reveal=True)).rows
            assert (await ledger.audit.latest())[0].revealed
            assert (await store.history(subject.scope))[0].kind is EventKind.INSPECTED
