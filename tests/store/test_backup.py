"""Backups: everything is in them, each scope as it was at one moment, and nothing is readable."""

import asyncio
import stat
from pathlib import Path

import pytest

from bot.store import Totals, restore_backup, write_backup
from bot.store.backup_file import BackupReader, BackupWriter
from bot.store.client import Reply
from bot.store.connection import Connection, Script
from bot.store.dump import copy_group, find_groups
from bot.store.key_file import read_key_file
from bot.store.keys import (
    MASTER_KEY,
    RESTORING,
    SCOPES,
    SINGLE_KEYS,
    group_keys,
    group_of,
    ledger_key,
    listed_name,
    scope_keys,
)
from memnn.errors import DataError, StoreError, StoreKeyError
from memnn.records import EventKind
from tests.filing import file_in_buckets
from tests.servers import Backend, opened
from tests.store.backups import BOT, CHAT, PHRASE, at, content, fill, names, still
from tests.worlds import everything, plan, texts


async def test_everything_comes_back(place: Backend, empty: Backend, tmp_path: Path) -> None:
    """What is restored is what was backed up: every key, every value, every lifetime."""
    path = tmp_path / "backup"
    async with opened(place) as store:
        await fill(store)
        before = await content(store)
    written = await write_backup(at(place), place.key_file, path, still)
    restored = await restore_backup(at(empty), place.key_file, path, still)

    assert written == restored == Totals(4, 4)
    async with opened(empty) as store:
        assert await content(store) == before
        assert len(before) > 4 * 6 + 8
        assert texts(await everything(store, "42:5")) == [f"no {PHRASE}"]
        assert [e.kind for e in await store.history("42:5")] == [
            EventKind.FORGOTTEN,
            EventKind.INSPECTED,
            EventKind.EDITED,
        ]
        assert await store.ledger(BOT).chats.get(5) == CHAT
        assert await store.ledger(BOT).inbox.left() == {2: b""}
        assert await store.add("42:5", plan("b", "new")) == (3,)
        assert len(await store.scopes()) == 4


async def test_the_file_is_private(place: Backend, tmp_path: Path) -> None:
    """Only its owner may read the file, and there is nothing to read: no text, no chat, no key."""
    path = tmp_path / "backup"
    async with opened(place) as store:
        await fill(store)
    await write_backup(at(place), place.key_file, path, still)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    held = path.read_bytes()
    secret = place.key_file.read_text().strip().rpartition(":")[2]
    for word in (PHRASE, "42:5", "mn:{", secret):
        assert word.encode() not in held


async def test_no_file_is_replaced(place: Backend, tmp_path: Path) -> None:
    """A file that is there stays as it is, and one that cannot be written leaves nothing behind."""
    path = tmp_path / "backup"
    path.write_text("mine")
    async with opened(place) as store:
        await store.add("a", plan("a", "one"))
    with pytest.raises(DataError, match="there already"):
        await write_backup(at(place), place.key_file, path, still)
    with pytest.raises(DataError, match="cannot be written"):
        await write_backup(at(place), place.key_file, tmp_path / "none" / "backup", still)

    assert path.read_text() == "mine"
    assert names(tmp_path) == {"backup", "data", "key"}


async def test_nothing_to_back_up(place: Backend, tmp_path: Path) -> None:
    """A server that holds nothing is no backup: it is the wrong one. No key file is made."""
    with pytest.raises(StoreError, match="holds nothing"):
        await write_backup(at(place), place.key_file, tmp_path / "backup", still)

    assert names(tmp_path) == {"data"}


async def test_backup_needs_the_key(place: Backend, tmp_path: Path) -> None:
    """Without the key file no backup is made: it would be worth nothing."""
    async with opened(place) as store:
        await store.add("a", plan("a", "one"))
    place.key_file.unlink()

    with pytest.raises(StoreKeyError, match="MEMORY_KEY_FILE"):
        await write_backup(at(place), place.key_file, tmp_path / "backup", still)


async def test_a_backup_is_audited(place: Backend, empty: Backend, tmp_path: Path) -> None:
    """Backup and restore stand in the audit log, in the copy too."""
    path = tmp_path / "backup"
    async with opened(place) as store:
        await fill(store)
    await write_backup(at(place), place.key_file, path, still, bot_id=BOT)
    await restore_backup(at(empty), place.key_file, path, still, bot_id=BOT)

    async with opened(empty) as store:
        log = await store.ledger(BOT).audit.latest()
        assert [(entry.action, entry.admin) for entry in log] == [
            ("restore", None),
            ("backup", None),
            ("inspect", 1),
        ]


async def test_large_scopes_are_read_in_stretches(
    place: Backend, empty: Backend, tmp_path: Path
) -> None:
    """A scope of any size, and a long audit log, come back whole."""
    path = tmp_path / "backup"
    async with opened(place) as store:
        for start in range(0, 3000, 500):
            await store.add("a", plan(f"{start}", *(f"w{n}" for n in range(start, start + 500))))
        for _ in range(1200):
            await store.note("a", EventKind.INSPECTED)
        before = await content(store)
    await write_backup(at(place), place.key_file, path, still)

    assert await restore_backup(at(empty), place.key_file, path, still) == Totals(1, 3000)
    async with opened(empty) as store:
        assert await content(store) == before


@pytest.mark.parametrize("memories", [50, 3000])
async def test_a_scope_is_of_one_moment(
    place: Backend, empty: Backend, tmp_path: Path, memories: int
) -> None:
    """A scope that changes all the time is in the backup as it was at one moment."""
    path = tmp_path / "backup"
    async with opened(place) as store:
        for start in range(0, memories, 50):
            await store.add("a", plan(f"{start}", *["tea"] * 50))
        stop = asyncio.Event()

        async def write() -> int:
            version = 0
            while not stop.is_set():
                version += 1
                await store.edit("a", plan("0", *[f"tea {version}"] * 50))
            return version

        writer = asyncio.create_task(write())
        await asyncio.sleep(0.2)
        await write_backup(at(place), place.key_file, path, still)
        stop.set()
        assert await writer > 3
    await restore_backup(at(empty), place.key_file, path, still)

    async with opened(empty) as store:
        held = texts(await store.candidates("a", ()))
        changed = {event.old_text for event in await store.history("a", limit=50)}
        version = int(held[0].partition(" ")[2])
        assert held == [f"tea {version}"] * 50 + ["tea"] * (memories - 50)
        assert changed == {f"tea {version - 1}"}
        assert (await store.facts("a")).count == memories


class Restless(Connection):
    """A connection to a server where a scope's buckets are made anew before each of its scripts."""

    def __init__(self, url: str, times: int) -> None:
        """Make them anew so often."""
        super().__init__(url, None)
        self.generation = 2
        self.last = 2 + times

    async def run(self, script: Script, keys: tuple[str, ...], *args: bytes | str | int) -> Reply:
        """Run a script, after the next generation was switched to."""
        if self.generation < self.last:
            head, *_, old = scope_keys("a", 0, self.generation)
            self.generation += 1
            await self.command("RENAME", old, scope_keys("a", self.generation)[3])
            await self.command("HSET", head, "gen", self.generation)
        return await super().run(script, keys, *args)


@pytest.mark.parametrize("times", [1, 4, 1000])
async def test_buckets_that_are_made_anew_all_the_time(
    place: Backend, tmp_path: Path, times: int
) -> None:
    """A scope whose generation keeps changing is copied with its buckets, or that fails: loudly."""
    assert place.server is not None
    async with opened(place) as store:
        await store.add("a", plan("a", "red tea"))
        await file_in_buckets(store, "a")
    connection, master = Restless(place.server.url, times), read_key_file(place.key_file)
    group = group_of(scope_keys("a", 0)[0])
    keys = (await find_groups(connection))[group]
    with (tmp_path / "backup").open("w+b") as file:
        writer = BackupWriter(file, master)
        if times == 1000:
            with pytest.raises(StoreError, match=r"changed too often.*again"):
                await copy_group(connection, group, keys, writer)
        else:
            assert (await copy_group(connection, group, keys, writer))[b"count"] == b"1"
            writer.end(Totals(1, 1))
            file.seek(0)
            copied = {piece.key for piece in BackupReader(Path(), file).pieces(master)}
            assert copied == {key for key in scope_keys("a", 2 + times)[:5] if ":log" not in key}
    await connection.close()


async def test_an_unlisted_scope_is_backed_up(
    place: Backend, empty: Backend, tmp_path: Path
) -> None:
    """A scope whose process died before it was listed is in the backup, and listed afterwards."""
    path = tmp_path / "backup"
    async with opened(place) as store:
        await store.add("a", plan("a", "one"))
        await store._connection.command("SREM", SCOPES, "a")
    await write_backup(at(place), place.key_file, path, still)
    await restore_backup(at(empty), place.key_file, path, still)

    async with opened(empty) as store:
        assert await store.scopes() == ("a",)


async def test_what_is_over_stays_over(place: Backend, empty: Backend, tmp_path: Path) -> None:
    """What had an end when it was backed up has the same end, past or to come, afterwards."""
    path, key = tmp_path / "backup", ledger_key(BOT, "codes")
    async with opened(place) as store:
        await store.ledger(BOT).guests.code(1)
        await store._connection.command("PEXPIRE", key, 800)
    await write_backup(at(place), place.key_file, path, still)
    await asyncio.sleep(0.8)
    await restore_backup(at(empty), place.key_file, path, still)

    async with opened(empty) as store:
        assert not await store._connection.command("EXISTS", key)
        assert await store._connection.command("EXISTS", ledger_key(BOT, "holders"))


async def test_other_keys_are_left_alone(place: Backend, empty: Backend, tmp_path: Path) -> None:
    """What others keep on the same server is neither backed up nor removed."""
    path = tmp_path / "backup"
    async with opened(place) as store, opened(empty) as other:
        await store.add("a", plan("a", "one"))
        await store._connection.command("SET", "theirs", PHRASE)
        await other._connection.command("SET", "other", PHRASE)
    await write_backup(at(place), place.key_file, path, still)
    await restore_backup(at(empty), place.key_file, path, still, replace=True)

    async with opened(empty) as store:
        assert await store._connection.command("KEYS", "[to]*er*") == [b"other"]


def test_the_keys_that_are_not_copied() -> None:
    """The mark of a restore, the key's check and the list of scopes are made anew."""
    assert {MASTER_KEY, SCOPES, RESTORING} == SINGLE_KEYS
    for scope in ("42:5", "", "odd {} bot=1", "bot=1"):
        keys = scope_keys(scope, 1)
        (group,) = {group_of(key) for key in keys}
        assert group_keys(group) == {key for key in keys if ":bkt:" not in key}
        assert group.endswith(f"{{{listed_name(group)}}}")
    assert listed_name(group_of(ledger_key(1, "audit"))) is None
