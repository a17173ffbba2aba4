"""Servers that are down, dying, full, read-only or locked: one clear error each, soon."""

import asyncio
import os
import signal
import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot.server import EmbeddedServer
from bot.store import RedisStore, server_facts
from bot.store.connection import Connection, Script
from bot.store.errors import server_name
from memnn.errors import (
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    StoreUnavailableError,
)
from tests.servers import WHEEL, kill_server, plain_server, server_pid
from tests.worlds import TextFeaturiser, everything, plan, texts

SOON_S = 6.0  # two tries of a server that accepts and then says nothing


def store_at(
    url: str, directory: Path, password: str | None = None
) -> AbstractAsyncContextManager[RedisStore]:
    """A store that has nobody to bring its server back."""
    return RedisStore.open(
        url, key_file=directory / "key", featuriser=TextFeaturiser(), password=password
    )


async def open_and_close(url: str, directory: Path, password: str | None = None) -> None:
    """Open a store, for its errors."""
    async with store_at(url, directory, password):
        pass


@pytest.mark.parametrize("where", ["unix://{dir}/none.sock", "redis://127.0.0.1:1/0"])
async def test_not_started(tmp_path: Path, where: str) -> None:
    """A server that is not there is named, at once, and no key file is made."""
    url = where.format(dir=tmp_path)
    start = time.monotonic()

    with pytest.raises(StoreUnavailableError, match=server_name(url)):
        await open_and_close(url, tmp_path)

    assert time.monotonic() - start < 1
    assert not (tmp_path / "key").exists()


@pytest.mark.parametrize(
    "url",
    [
        *("", "nonsense", "http://127.0.0.1", "redis://h:port/0", "redis://:hunter[2@host:6379/0"),
        *("redis://:/hunter2@host:6379/0", "rediss://:#hunter2@h/0", "redis+cluster://:/hunter2@h"),
    ],
)
async def test_no_address(tmp_path: Path, url: str) -> None:
    """What is no address of a Redis is refused with the forms that are, and is itself not told.

    A password that is not quoted ends the host's part of a URL: this machine would be asked then.
    """
    with pytest.raises(StoreUnavailableError, match="REDIS_URL is no address") as caught:
        await open_and_close(url, tmp_path)

    assert "hunter" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_killed_and_back(tmp_path: Path) -> None:
    """A server that dies gives an error; when it is back the same store goes on."""
    async with (
        EmbeddedServer(tmp_path / "data", wheel=WHEEL) as server,
        store_at(server.url, tmp_path) as store,
    ):
        await store.add("a", plan("1", "one"))
        await store.candidates("a", ())
        kill_server(server)
        for call in (
            lambda: store.add("a", plan("2", "two")),
            lambda: store.candidates("a", ()),
            lambda: store.forget("a", [1]),
            lambda: store.forget_all("a"),
            lambda: store.history("a"),
        ):
            with pytest.raises(StoreUnavailableError, match="does not answer"):
                await call()

        await server.ensure()

        assert await store.add("a", plan("2", "two")) == (2,)
        assert texts(await everything(store, "a")) == ["one", "two"]


async def test_frozen_server(tmp_path: Path) -> None:
    """A server that holds the line and says nothing fails a call within seconds."""
    async with (
        EmbeddedServer(tmp_path / "data", wheel=WHEEL) as server,
        store_at(server.url, tmp_path) as store,
    ):
        await store.add("a", plan("1", "one"))
        os.kill(server_pid(server), signal.SIGSTOP)
        start = time.monotonic()
        try:
            with pytest.raises(StoreUnavailableError):
                await store.add("a", plan("2", "two"))
            assert time.monotonic() - start < SOON_S
        finally:
            os.kill(server_pid(server), signal.SIGCONT)

        assert await store.add("a", plan("2", "two")) == (2,)
        assert texts(await everything(store, "a")) == ["one", "two"]


async def test_replica(tmp_path: Path) -> None:
    """A replica answers questions and refuses writes with the reason."""
    with plain_server(tmp_path) as url:
        async with store_at(url, tmp_path) as store:
            await store.add("a", plan("1", "one"))
            await store._connection.command("REPLICAOF", "127.0.0.1", 1)
            with pytest.raises(StoreReadOnlyError, match=r"READONLY.*replica"):
                await store.add("a", plan("2", "two"))
            with pytest.raises(StoreReadOnlyError):
                await store.forget("a", [1])
            with pytest.raises(StoreReadOnlyError):
                await store.forget_all("a")
            assert texts(await everything(store, "a")) == ["one"]
            assert (await server_facts(url)).role == "slave"

            await store._connection.command("REPLICAOF", "NO", "ONE")
            assert await store.add("a", plan("2", "two")) == (2,)


async def test_lost_replicas(tmp_path: Path) -> None:
    """A server that wants replicas for its writes and has none takes no writes."""
    with plain_server(tmp_path) as url:
        async with store_at(url, tmp_path) as store:
            await store.add("a", plan("1", "one"))
            await store._connection.command("CONFIG", "SET", "min-replicas-to-write", 1)
            with pytest.raises(StoreReadOnlyError, match="NOREPLICAS"):
                await store.add("a", plan("2", "two"))
            assert texts(await everything(store, "a")) == ["one"]


async def test_failed_snapshot(tmp_path: Path) -> None:
    """A server that could not save to its disk (MISCONF) takes no writes, and says so."""
    with plain_server(tmp_path, "--dbfilename", "blocked.rdb") as url:
        (tmp_path / "blocked.rdb").mkdir()
        async with store_at(url, tmp_path) as store:
            await store.add("a", plan("1", "one"))
            await store._connection.command("CONFIG", "SET", "save", "3600 1")
            await store._connection.command("BGSAVE")
            with pytest.raises(StoreReadOnlyError, match="MISCONF"):
                await write_until_refused(store)
            assert (await store.page("a")).total >= 1


async def write_until_refused(store: RedisStore) -> None:
    """Write for some seconds: the server learns of its failed snapshot in the background."""
    for i in range(500):
        await store.add("a", plan(f"more {i}", "more"))
        await asyncio.sleep(0.01)


async def test_out_of_memory(tmp_path: Path) -> None:
    """A full server refuses to store and changes nothing; reading and forgetting still work."""
    with plain_server(tmp_path) as url:
        async with store_at(url, tmp_path) as store:
            await store.add("a", plan("1", "one", "two"))
            used = (await server_facts(url)).used_bytes
            await store._connection.command("CONFIG", "SET", "maxmemory", used // 2)
            with pytest.raises(StoreFullError, match="maxmemory"):
                await store.add("a", plan("2", "three"))
            with pytest.raises(StoreFullError):
                await store.edit("a", plan("1", "1", "two"))
            assert texts(await everything(store, "a")) == ["one", "two"]

            assert texts(await store.forget("a", [1])) == ["one"]
            assert await store.forget_all("a") == 1

            await store._connection.command("CONFIG", "SET", "maxmemory", 0)
            assert await store.add("a", plan("2", "three")) == (1,)


@pytest.mark.parametrize("password", [None, "", "wrong-pass-word"])
async def test_wrong_password(tmp_path: Path, password: str | None) -> None:
    """A missing or wrong password points to the setting, and is itself not told."""
    with plain_server(tmp_path, "--requirepass", "right-pass-word") as url:
        with pytest.raises(StoreUnavailableError, match="REDIS_PASSWORD") as caught:
            await open_and_close(url, tmp_path, password)
        assert "pass-word" not in str(caught.value)
        with pytest.raises(StoreUnavailableError, match="REDIS_PASSWORD"):
            await server_facts(url, password)

        await open_and_close(url, tmp_path, "right-pass-word")
        assert (await server_facts(url, "right-pass-word")).role == "master"


async def old_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The little that a Redis 6 says before it is told apart."""
    info = b"# Server\r\nredis_version:6.2.6\r\n"
    replies = {
        b"HELLO": b"%1\r\n+proto\r\n:3\r\n",
        b"INFO": b"$%d\r\n%s\r\n" % (len(info), info),
    }
    while header := await reader.readline():
        words = []
        for _ in range(int(header[1:])):
            await reader.readline()
            words.append((await reader.readline()).strip())
        writer.write(replies.get(words[0].upper(), b"+OK\r\n"))
    writer.close()


async def test_old_server(tmp_path: Path) -> None:
    """A server that is too old for our scripts is refused with both versions."""
    path = tmp_path / "old.sock"
    async with await asyncio.start_unix_server(old_server, path):
        with pytest.raises(StoreUnavailableError, match=r"6\.2\.6.*Redis 7"):
            await open_and_close(f"unix://{path}", tmp_path)

    assert not (tmp_path / "key").exists()


def test_server_name_hides_the_login() -> None:
    """A password in the URL is not part of a server's name."""
    assert server_name("redis://user:hunter2@host:6379/0?x=hunter2") == "redis://host:6379/0"
    assert server_name("unix://user:hunter2@/run/a.sock?password=hunter2") == "unix:///run/a.sock"
    assert server_name("redis+cluster://:x@one:1,two:2") == "redis+cluster://one:1,two:2"


@pytest.mark.parametrize("login", ["/hunter2", "hunter[2", "a@hunter2", "#hunter2", "?a@hunter2"])
def test_server_name_hides_any_login(login: str) -> None:
    """Whatever is in a password, quoted or not, in the login or in an option, is not told."""
    told = "redis://…" if "?" in login else "redis://host:6379/0"
    assert server_name(f"redis://:{login}@host:6379/0?x=1") == told
    assert "hunter" not in server_name(f"unix:///run/a.sock?password={login}")
    assert "hunter" not in server_name(f"redis://:{login}@host?password={login}")


async def test_script_errors_tell_no_arguments(tmp_path: Path) -> None:
    """An error inside a script names its code and nothing that was sent."""
    with plain_server(tmp_path) as url:
        connection = Connection(url, None)
        with pytest.raises(StoreError, match="answered with an error") as caught:
            await connection.run(Script("write"), ("k",) * 6, "hunter2", "hunter2")
        await connection.close()

    assert "hunter2" not in str(caught.value)


async def test_facts(tmp_path: Path) -> None:
    """A server's facts are its own."""
    with plain_server(tmp_path, "--maxmemory", "50mb") as url:
        facts = await server_facts(url)

    assert (facts.policy, facts.appendonly, facts.role) == ("noeviction", False, "master")
    assert facts.max_bytes == 50 << 20
    assert facts.used_bytes > 100_000
    assert int(facts.version.split(".")[0]) >= 7
