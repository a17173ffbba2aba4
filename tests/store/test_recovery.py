"""Writes that survive lost replies, dead servers, killed programs and other processes."""

import asyncio
import contextlib
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.server import EmbeddedServer
from bot.store import Day, Entry, RedisStore
from tests.servers import WHEEL, Backend, kill_server, opened
from tests.worlds import TIME, TextFeaturiser, plan

ROOT = Path(__file__).parents[2]


@pytest.fixture(name="server")
def _server(backend: Backend) -> EmbeddedServer:
    assert backend.server is not None
    return backend.server


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """Another process that can import the project."""
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)


WRITER = """
import asyncio, sys
from pathlib import Path
from bot.store import RedisStore
from tests.worlds import TextFeaturiser, plan
async def main(url, key, scope, name):
    async with RedisStore.open(url, key_file=Path(key), featuriser=TextFeaturiser()) as store:
        for i in range(30):
            await store.add(scope, plan(f"{name}{i}", f"{name} {i}"))
            await store.add(scope, plan(f"both {i}", f"both {i}"))
            await store.edit(scope, plan(f"{name}{i}", f"{name} {i} edited"))
        gone = await store.forget(scope, [1, 2, 3])
        seen = [m.text for m in await store.candidates(scope, ())]
        assert not {m.text for m in gone} & set(seen)
        print(len(seen))
asyncio.run(main(*sys.argv[1:]))
"""


async def test_processes_share_a_scope(
    backend: Backend, server: EmbeddedServer, scope: str
) -> None:
    """Processes that write one scope at once lose nothing, repeat nothing, and see each other."""
    async with opened(backend) as store:
        command = [sys.executable, "-c", WRITER, server.url, str(backend.key_file), scope]
        with contextlib.ExitStack() as stack:
            processes = [stack.enter_context(start([*command, name])) for name in ("x", "y")]
            while any(process.poll() is None for process in processes):
                await store.candidates(scope, ())
                await asyncio.sleep(0.005)
        assert [process.returncode for process in processes] == [0, 0]

        held = list(await store.candidates(scope, ()))
        assert len({m.text for m in held}) == len(held) == 87
        async with opened(backend) as fresh:
            assert list(await fresh.candidates(scope, ())) == held


class LossyProxy:
    """Stands before a server and drops a connection instead of giving back a reply."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.lose_after = -1  # commands; below zero: loses nothing
        self.lost = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client: each of its commands is passed on whole, and waited for."""
        above, below = await asyncio.open_unix_connection(self.target)
        try:
            while data := await reader.read(1 << 20):
                below.write(data)
                reply = await above.read(1 << 20)
                if b"EVAL" in data and self.lose_after == 0:
                    self.lose_after, self.lost = -1, self.lost + 1
                    return
                self.lose_after -= b"EVAL" in data and self.lose_after > 0
                writer.write(reply)
        finally:
            below.close()
            writer.close()


@asynccontextmanager
async def lossy(server: EmbeddedServer, directory: Path) -> AsyncIterator[tuple[LossyProxy, str]]:
    """A proxy before a server, with its URL."""
    proxy = LossyProxy(server.socket_path)
    path = directory / "proxy.sock"
    listener = await asyncio.start_unix_server(proxy.serve, path)
    async with listener:
        yield proxy, f"unix://{path}"


@pytest.mark.parametrize("lose_after", [0, 1])
async def test_lost_replies(
    backend: Backend, server: EmbeddedServer, scope: str, tmp_path: Path, lose_after: int
) -> None:
    """A call whose reply is lost gives the same result as one that is answered, and acts once."""
    async with lossy(server, tmp_path) as (proxy, url), opened(backend, url=url) as store:

        def lose() -> None:
            proxy.lose_after = lose_after

        await store.add(scope, plan("zero", "zero"))
        lose()
        assert await store.add(scope, plan("a", "one", "two")) == (2, 3)
        lose()
        assert [m.text for m in await store.edit(scope, plan("a", "1", "2", "3"))] == ["one", "two"]
        lose()
        gone = await store.forget(scope, [2, 3])
        assert [m.text for m in gone] == ["1", "2"]
        lose()
        assert await store.restore(scope, gone) == (2, 3)
        lose()
        assert [m.text for m in await store.candidates(scope, ())] == ["zero", "1", "2", "3"]
        assert len(await store.history(scope)) == 6
        assert proxy.lost >= 3


async def test_lost_replies_of_the_ledger(
    backend: Backend, server: EmbeddedServer, tmp_path: Path
) -> None:
    """What the bot keeps beside memories is kept once, and told like any other, all the same."""
    today = datetime.now(UTC).date()
    async with lossy(server, tmp_path) as (proxy, url), opened(backend, url=url) as store:
        ledger = store.ledger(77)
        code = await ledger.guests.code(1)
        await ledger.days.add(Day(today, 1))
        await ledger.audit.append(Entry(TIME, None, "stats"))
        for call, told in (
            (lambda: ledger.inbox.put({1: b"a", 2: b"b"}), (1, 2)),
            (lambda: ledger.inbox.done([1]), None),
            (lambda: ledger.guests.redeem(code), 1),
            (lambda: ledger.days.add(Day(today, 2)), None),
            (lambda: ledger.audit.append(Entry(TIME, 7, "audit")), None),
        ):
            lost, proxy.lose_after = proxy.lost, 0
            assert await call() == told
            assert proxy.lost == lost + 1

        assert await store.ledger(77).inbox.left() == {2: b"b"}
        assert (await ledger.days.latest(1))[0].statements == 3
        assert [entry.action for entry in await ledger.audit.latest()] == ["audit", "stats"]


async def test_killed_server_mid_conversation(tmp_path: Path) -> None:
    """A server that is killed comes back at the next call, whichever it is, and nothing is lost."""
    async with (
        EmbeddedServer(tmp_path / "data", wheel=WHEEL) as server,
        RedisStore.open(
            server.url,
            key_file=tmp_path / "key",
            featuriser=TextFeaturiser(),
            revive=server.ensure,
        ) as store,
    ):
        expected: list[str] = []
        for i in range(6):
            await store.add("a", plan(f"{i}", f"text {i}"))
            expected.append(f"text {i}")
            kill_server(server)
            if i % 2:
                assert [m.text for m in await store.candidates("a", ())] == expected
                kill_server(server)
            if i == 3:
                await store.forget("a", [1])
                del expected[0]
                kill_server(server)
        assert [m.text for m in (await store.page("a")).memories][::-1] == expected


WRITER_TO_KILL = """
import asyncio, sys
from pathlib import Path
from bot.server import EmbeddedServer
from bot.store import RedisStore
from tests.worlds import TextFeaturiser, plan
async def main(data):
    async with EmbeddedServer(Path(data), wheel=sys.argv[2] == "True") as server:
        async with RedisStore.open(server.url, key_file=Path(data) / "key",
                featuriser=TextFeaturiser(), revive=server.ensure) as store:
            for i in range(100_000):
                await store.add("a", plan(f"{i}", f"text {i}"))
                print(i, flush=True)
asyncio.run(main(sys.argv[1]))
"""


async def test_acknowledged_statements_survive_both_kills(tmp_path: Path) -> None:
    """What was acknowledged is there after kill -9 of the program and of the server."""
    with start([sys.executable, "-c", WRITER_TO_KILL, str(tmp_path), str(WHEEL)]) as process:
        assert process.stdout is not None
        for _ in range(200):
            process.stdout.readline()
        server = EmbeddedServer(tmp_path, wheel=WHEEL)
        process.send_signal(signal.SIGSTOP)  # or it would bring the server back
        kill_server(server)
        process.kill()
        acknowledged = 200 + len(process.stdout.read().splitlines())

    async with (
        server,
        RedisStore.open(
            server.url, key_file=tmp_path / "key", featuriser=TextFeaturiser()
        ) as store,
    ):
        held = [m.text for m in await store.candidates("a", ())]
        assert len(held) >= acknowledged
        assert held == [f"text {i}" for i in range(len(held))]
