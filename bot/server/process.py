"""Starting the server's process, and asking a socket whether a server answers on it."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from enum import Enum
from pathlib import Path
from typing import Final

from bot.server.paths import Paths
from memnn.errors import StoreFullError, StoreUnavailableError

_PING_TIMEOUT_S: Final = 1.0
_START_TIMEOUT_S: Final = 20.0
_TAIL_BYTES: Final = 4096
_MAX_LOG_BYTES: Final = 1 << 20
_LEAST_ROOM_BYTES: Final = 4096
_LITTLE_ROOM_BYTES: Final = 1 << 20
_FRESH_S: Final = 10.0
_FAILED: Final = "AOF write error"
_QUOTA: Final = ("Disk quota exceeded", "File too large")

# appendfsync always: a statement is on the disk before it is acknowledged. It costs 0.2 ms on a
# quiet disk and 4 ms on a busy one. "everysec" may put the write itself off while the disk is slow,
# so that a killed server loses what it acknowledged, and it acknowledges a write that a full disk
# swallows; "always" stops the server before the reply.
# aof-use-rdb-preamble no, save "": so that Redis 7 can take over the files of a Valkey 9.
_OPTIONS: Final = (
    *("--port", "0"),
    *("--unixsocketperm", "600"),
    *("--daemonize", "yes"),
    *("--databases", "1"),
    *("--save", ""),
    *("--appendonly", "yes"),
    *("--appendfsync", "always"),
    *("--aof-use-rdb-preamble", "no"),
    *("--auto-aof-rewrite-min-size", "16mb"),
    *("--maxmemory-policy", "noeviction"),
    *("--always-show-logo", "no"),
)


class State(Enum):
    """What a socket tells of the server behind it."""

    READY = "ready"
    LOADING = "loading"
    SILENT = "silent"


def ping(path: Path) -> State:
    """Ask a server whether it is ready."""
    reply = ask(path, b"PING")
    if reply.startswith(b"+PONG"):
        return State.READY
    return State.LOADING if reply.startswith(b"-LOADING") else State.SILENT


def ask(path: Path, command: bytes) -> bytes:
    """The first bytes of the reply to a plain command; empty where nobody answers."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(_PING_TIMEOUT_S)
            client.connect(str(path))
            client.sendall(command + b"\r\n")
            return client.recv(_TAIL_BYTES)
    except OSError:
        return b""


def spawn(binary: Path, paths: Paths, lock: int) -> None:
    """Start a server that holds a lock's descriptor for its life.

    It puts itself into the background, away from this process: neither its end nor a Ctrl-C in its
    terminal reaches the server, and no child is left to wait for.

    Raises:
        StoreUnavailableError: The binary does not run.
        StoreFullError: The disk is full.
    """
    command = [
        *(str(binary), *_OPTIONS),
        *("--dir", str(paths.data)),
        *("--unixsocket", str(paths.socket)),
        *("--pidfile", str(paths.pid)),
        *("--logfile", str(paths.log)),
    ]
    try:
        paths.socket.unlink(missing_ok=True)  # of a server that was killed; we hold the lock
        if paths.log.exists() and paths.log.stat().st_size > _MAX_LOG_BYTES:
            paths.log.replace(paths.log.with_suffix(".log.old"))
        subprocess.run(  # noqa: S603 -- our own binary and options
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=paths.data,
            pass_fds=(lock,),
            timeout=_START_TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise start_error(paths, f"{binary} does not run") from error


def spawn_keeper(paths: Paths) -> None:
    """Start the process that ends the server once all its users are gone, however they went."""
    # Without it the last user still ends the server when it leaves in peace.
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run(  # noqa: S603 -- our own script
            [
                *(sys.executable, "-I", "-S", str(Path(__file__).with_name("keeper.py"))),
                *map(str, (paths.users, paths.keeper, paths.socket)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            timeout=_START_TIMEOUT_S,
            check=False,
        )


def start_error(paths: Paths, what: str) -> StoreUnavailableError | StoreFullError:
    """The error that fits why a server is not there."""
    if disk_full(paths):
        return StoreFullError(
            f"the disk of {paths.data} is full: the embedded server stopped before it lost "
            "anything; free some space and try again"
        )
    return StoreUnavailableError(f"the embedded server is not there: {what}; see {paths.log}")


def disk_full(paths: Paths) -> bool:
    """Whether the file system is full, or a server that just stopped says so."""
    with contextlib.suppress(OSError):
        status = os.statvfs(paths.data)
        blocks = status.f_bavail if os.geteuid() else status.f_bfree  # some are root's alone
        room = blocks * status.f_frsize
        if room < _LEAST_ROOM_BYTES:
            return True
        if time.time() - paths.log.stat().st_mtime < _FRESH_S:  # old words tell nothing of today
            last = _last_run(paths.log)
            # After a write that did not fit a little room is left; a quota shows in no number.
            return (room < _LITTLE_ROOM_BYTES and _FAILED in last) or any(w in last for w in _QUOTA)
    return False


def _last_run(log: Path) -> str:
    """What the last run of a server wrote, within the last few kilobytes of its log."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        text = file.read().decode("utf-8", "replace")
    return text.rpartition("Server initialized")[2]
