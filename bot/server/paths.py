"""The files of an embedded server, and its socket, whose path must be short."""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from memnn.errors import StoreUnavailableError

# sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included. A server that is
# given a longer path only warns, and runs without a socket.
_MAX_SOCKET_BYTES: Final = 103
_PRIVATE: Final = 0o700


@dataclass(frozen=True, slots=True)
class Paths:
    """Where everything of one data directory's server is.

    Attributes:
        data: The directory itself, absolute.
        lock: Held by the server for its life.
        users: Held, shared, by each process that uses the server.
        keeper: Held by the process that ends a server whose users were killed.
        log: What the server writes.
        pid: The server's process id, while it runs.
        socket: What it listens on: in the data directory where its path is short enough.
    """

    data: Path
    lock: Path
    users: Path
    keeper: Path
    log: Path
    pid: Path
    socket: Path


def prepare(data_dir: Path) -> Paths:
    """Make the data directory, for its owner alone, and name the files in it.

    Raises:
        StoreUnavailableError: It cannot be made or written.
    """
    data = data_dir.expanduser().resolve()
    try:
        data.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        socket = data / "server.sock"
        if len(os.fsencode(socket)) > _MAX_SOCKET_BYTES:
            digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
            socket = _runtime_directory() / f"{digest}.sock"
    except OSError as error:
        raise StoreUnavailableError(
            f"the data directory {data} cannot be used ({error.strerror}): check its owner and "
            "mode, or set DATA_DIR"
        ) from error
    return Paths(
        data,
        data / "server.lock",
        data / "users.lock",
        data / "keeper.lock",
        data / "server.log",
        data / "server.pid",
        socket,
    )


def _runtime_directory() -> Path:
    """A short private directory, the same for every process of this user."""
    # Not XDG_RUNTIME_DIR: a login shell has it and a cron job has not, and the two must meet.
    path = Path(tempfile.gettempdir()) / f"memnn-bot-{os.getuid()}"
    path.mkdir(mode=_PRIVATE, exist_ok=True)
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise StoreUnavailableError(
            f"{path} belongs to someone else: remove it, or set DATA_DIR to a shorter path"
        )
    path.chmod(_PRIVATE)
    return path
