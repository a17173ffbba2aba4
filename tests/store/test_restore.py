"""Restores: nothing is changed by a wrong one, and one that is cut off says so."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.server.process import ask
from bot.store import Address, Totals, restore_backup, write_backup
from bot.store.connection import connected
from bot.store.key_file import create_key_file
from memnn.errors import DataError, StoreError, StoreFullError, StoreKeyError
from tests.servers import Backend, kill_server, opened, plain_server
from tests.store.backups import BOT, at, content, fill, names, still
from tests.worlds import plan, texts

ROOT = Path(__file__).parents[2]


@pytest.fixture(name="backup")
async def _backup(place: Backend, tmp_path: Path) -> Path:
    """A backup of a server full of things."""
    path = tmp_path / "backup"
    async with opened(place) as store:
        await fill(store)
    await write_backup(at(place), place.key_file, path, still)
    return path


async def refuses(
    backend: Backend, path: Path, error: type[Exception], match: str, key_file: Path | None = None
) -> None:
    """Hold that a restore onto an empty server fails, and leaves it as it was."""
    with pytest.raises(error, match=match):
        await restore_backup(at(backend), key_file or backend.key_file, path, still)
    async with connected(at(backend)) as connection:
        assert await connection.command("DBSIZE") == 0


async def test_a_full_server_is_refused(place: Backend, backup: Path) -> None:
    """A server that holds something is left alone, and how much it holds is said."""
    async with opened(place) as store:
        before = await content(store)
    with pytest.raises(StoreError, match=r"holds 4 chats with 4 memories: .*--replace"):
        await restore_backup(at(place), place.key_file, backup, still)

    async with opened(place) as store:
        assert await content(store) == before


async def test_a_ledger_alone_is_something(place: Backend, empty: Backend, backup: Path) -> None:
    """A server that holds no memories, but what the bot keeps beside them, is not empty."""
    async with opened(empty) as store:
        await store.ledger(BOT).guests.allow(7)
    with pytest.raises(StoreError, match="holds 0 chats with 0 memories"):
        await restore_backup(at(empty), place.key_file, backup, still)


async def test_a_first_start_is_nothing(place: Backend, empty: Backend, backup: Path) -> None:
    """A server that a bot was started on once, and told nothing, is empty."""
    async with opened(empty):
        pass

    assert await restore_backup(at(empty), place.key_file, backup, still) == Totals(4, 4)


async def test_all_is_replaced(place: Backend, backup: Path) -> None:
    """With --replace what is there goes, all of it, whichever key it was encrypted with."""
    async with opened(place) as store:
        before = await content(store)
        await store.add("late", plan("a", "one"))
        await store.forget_all("42:5")
        await store.ledger(BOT).guests.allow(8)
        await store.ledger(BOT + 1).guests.allow(9)
        await store._connection.command("SET", "mn:key", "another")
    await restore_backup(at(place), place.key_file, backup, still, replace=True)

    async with opened(place) as store:
        assert await content(store) == before


async def test_a_running_bot_is_refused(place: Backend, empty: Backend, backup: Path) -> None:
    """While anything of this program is connected, nothing is restored, by --replace neither."""
    async with opened(empty) as store:
        for replace in (False, True):
            with pytest.raises(StoreError, match="in use by 1 other process of memnn-bot"):
                await restore_backup(at(empty), place.key_file, backup, still, replace=replace)
        await store.add("a", plan("a", "one"))
        async with opened(empty):
            with pytest.raises(StoreError, match="in use by 2 other processes"):
                await restore_backup(at(empty), place.key_file, backup, still)
        assert texts(await store.candidates("a", ())) == ["one"]


async def test_other_programs_may_be_connected(
    place: Backend, empty: Backend, backup: Path
) -> None:
    """A program of others does not stop a restore."""
    async with connected(at(empty)) as connection:
        await connection.command("CLIENT", "SETNAME", "memnn-monitor")

        assert await restore_backup(at(empty), place.key_file, backup, still) == Totals(4, 4)


async def test_no_key_file(empty: Backend, backup: Path, tmp_path: Path) -> None:
    """Without the key file nothing is changed; the error names file and setting. None is made."""
    before = names(tmp_path)
    await refuses(
        empty, backup, StoreKeyError, "none is missing.*MEMORY_KEY_FILE", tmp_path / "none"
    )

    assert names(tmp_path) == before


async def test_another_key_file(empty: Backend, backup: Path, tmp_path: Path) -> None:
    """With another key nothing is changed; the error names both files."""
    create_key_file(tmp_path / "other-key")

    await refuses(
        empty, backup, StoreKeyError, "other-key holds another key.*backup", tmp_path / "other-key"
    )


async def test_no_backup(empty: Backend, tmp_path: Path) -> None:
    """What is no backup is refused by the file's name."""
    create_key_file(empty.key_file)
    wrong = tmp_path / "wrong"
    await refuses(empty, wrong, DataError, "wrong: cannot be read: No such file")
    await refuses(empty, tmp_path, DataError, "cannot be read: Is a directory")
    for content_of in (b"", b"\n", b"hello\n", b"\x00" * 1000):
        wrong.write_bytes(content_of)
        await refuses(empty, wrong, DataError, "wrong: is no backup of memnn-bot")


async def test_damage_is_found_first(empty: Backend, backup: Path, tmp_path: Path) -> None:
    """A file whose very end is damaged, or missing, is refused before anything is changed."""
    whole, wrong = backup.read_bytes(), tmp_path / "wrong"  # noqa: ASYNC240 -- a small file
    for content_of in (whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1]), whole + b"\n"):
        wrong.write_bytes(content_of)
        await refuses(empty, wrong, DataError, "wrong: is damaged or cut short near byte")


class CutOffError(Exception):
    """What a test ends a restore with."""


def cut_off_at(share: float) -> Callable[[int, int], None]:
    """A look at the progress that ends the restore there."""

    def look(done: int, total: int) -> None:
        if done > share * total:
            raise CutOffError

    return look


async def test_cut_off_while_reading(place: Backend, empty: Backend, backup: Path) -> None:
    """A restore that ends while it reads the file has changed nothing."""
    with pytest.raises(CutOffError):
        await restore_backup(at(empty), place.key_file, backup, cut_off_at(0.4))
    async with connected(at(empty)) as connection:
        assert await connection.command("DBSIZE") == 0


async def test_cut_off_while_writing(place: Backend, empty: Backend, backup: Path) -> None:
    """A server on which a restore was cut off opens for nobody until one has come to its end."""
    with pytest.raises(CutOffError):
        await restore_backup(at(empty), place.key_file, backup, cut_off_at(0.7))

    with pytest.raises(StoreError, match=r"restore .* cut off.*memnn-bot restore FILE"):
        async with opened(empty):
            pass
    with pytest.raises(StoreError, match="cut off"):
        await write_backup(at(empty), place.key_file, backup.with_name("new"), still)

    assert await restore_backup(at(empty), place.key_file, backup, still) == Totals(4, 4)
    async with opened(place) as one, opened(empty) as other:
        assert await content(one) == await content(other)


async def test_no_bot_starts_meanwhile(place: Backend, empty: Backend, backup: Path) -> None:
    """A store that is opened while a restore is at work is refused."""
    opening: list[subprocess.CompletedProcess[str]] = []
    script = (
        "import asyncio, sys; from pathlib import Path; from bot.store import RedisStore;"
        "from tests.worlds import TextFeaturiser\n"
        "async def main(url, key):\n"
        "    async with RedisStore.open(url, key_file=Path(key), featuriser=TextFeaturiser()):\n"
        "        print('open')\n"
        "asyncio.run(main(*sys.argv[1:]))\n"
    )

    def look(done: int, total: int) -> None:
        if done > 0.7 * total and not opening:
            command = [sys.executable, "-c", script, at(empty).url, str(place.key_file)]
            opening.append(
                subprocess.run(command, capture_output=True, check=False, text=True, cwd=ROOT)
            )

    await restore_backup(at(empty), place.key_file, backup, look)

    assert opening[0].stdout == ""
    assert "a restore into Redis" in opening[0].stderr


async def test_a_server_without_room(place: Backend, backup: Path, tmp_path: Path) -> None:
    """A server that fills up on the way gives a clear error, and is marked."""

    def look(done: int, total: int) -> None:
        if done > 0.6 * total:
            ask(tmp_path / "plain.sock", b"CONFIG SET maxmemory 1")

    with plain_server(tmp_path) as url:
        with pytest.raises(StoreFullError, match="The restore did not end: run it again"):
            await restore_backup(Address(url), place.key_file, backup, look)
        with pytest.raises(StoreError, match="cut off"):
            async with opened(place, url=url):
                pass


async def test_a_killed_server_comes_back(place: Backend, empty: Backend, backup: Path) -> None:
    """Where the bot's own server dies on the way, it is started again and the restore goes on."""
    killed: list[int] = []

    def look(done: int, total: int) -> None:
        if done > (0.6 + 0.1 * len(killed)) * total:
            assert empty.server is not None
            kill_server(empty.server)
            killed.append(done)

    await restore_backup(at(empty), place.key_file, backup, look)

    assert len(killed) > 2
    async with opened(place) as one, opened(empty) as other:
        assert await content(one) == await content(other)
