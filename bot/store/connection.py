"""One server as the store sees it: scripts go in, replies come out, errors are our own.

Everything is bounded in time, so that a reply to the user never hangs: a dead server fails a call
in a few milliseconds, a silent one in about `_TIMEOUT_S`.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from hashlib import sha1
from importlib.resources import files
from typing import Any, Final, TypeAlias

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError

from bot.store.client import Client, Reply
from bot.store.errors import server_name, translated
from memnn.errors import StoreError

_COMPACT_TRIES: Final = 100
_COMPACT_PAUSE_S: Final = 0.1
_NAME: Final = "memnn-bot-"
_SCANNED: Final = 1000
_SAFE_POLICY: Final = "noeviction"

Revive: TypeAlias = Callable[[], Awaitable[None]]


class Script:
    """A Lua script of this package.

    Attributes:
        body: Its text, led by the flags that tell the server what it may do.
        digest: What EVALSHA knows it by, once a server has seen it.
    """

    def __init__(self, name: str, flags: str = "") -> None:
        text = files("bot.store").joinpath(f"{name}.lua").read_text("utf-8")
        self.body = f"#!lua flags={flags}\n{text}" if flags else f"#!lua\n{text}"
        self.digest = sha1(self.body.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is, and how one gets in.

    Attributes:
        url: "unix:///PATH", "redis://HOST:PORT/DB", "rediss://HOST:PORT/DB", or some nodes of a
            cluster as "redis+cluster://HOST:PORT,HOST:PORT" or "rediss+cluster://…".
        password: Of the server.
        revive: Brings a dead server back; awaited before a call is repeated once.
    """

    url: str
    password: str | None = None
    revive: Revive | None = None


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What a server says about itself.

    Attributes:
        name: What it is, with its own version: "Valkey 9.1.2".
        version: Of Redis, or the Redis version that a Valkey stands for.
        policy: Its maxmemory-policy; must be "noeviction" if it has a limit.
        appendonly: Whether it keeps an append-only file.
        used_bytes: Memory in use.
        max_bytes: Its maxmemory; 0 for no limit.
        role: "master" or "slave".
    """

    name: str
    version: str
    policy: str
    appendonly: bool
    used_bytes: int
    max_bytes: int
    role: str


class Connection:
    """Connections to one server, or to the nodes of one cluster."""

    def __init__(self, url: str, password: str | None, revive: Revive | None = None) -> None:
        self.server = server_name(url)
        self._revive = revive
        self._removed = False
        self._compaction: asyncio.Task[None] | None = None
        self._name = f"{_NAME}{os.urandom(8).hex()}"
        self._client = Client(url, password, self._name)

    async def run(self, script: Script, keys: tuple[str, ...], *args: bytes | str | int) -> Reply:
        """Run a script.

        Raises:
            StoreError: See `bot.store.errors`.
        """
        return await self._bounded(lambda: self._evaluate(script, keys, args))

    async def command(self, *words: bytes | str | int) -> Reply:
        """Send one plain command; errors as in `run`."""
        return await self._bounded(lambda: self._client.execute(*words))

    async def names(self, pattern: str) -> list[str]:
        """The keys of this pattern, on every node of a cluster; errors as in `run`."""
        found = await self._bounded(lambda: self._client.names(pattern, _SCANNED))
        return [key.decode() for key in found]

    async def facts(self) -> ServerFacts:
        """Ask the server about itself, a cluster about all of its nodes; errors as in `run`."""
        nodes: list[dict[str, Any]] = await self._bounded(lambda: self._client.each("INFO"))
        oldest = min(nodes, key=lambda info: _numbers(str(info.get("redis_version", ""))))
        redis, valkey = oldest.get("redis_version", ""), oldest.get("valkey_version")
        policies = {str(info.get("maxmemory_policy", "")) for info in nodes}
        return ServerFacts(
            name=f"Valkey {valkey}" if valkey else f"Redis {redis}",
            version=str(redis),
            policy=min(policies, key=lambda policy: policy == _SAFE_POLICY),
            appendonly=all(info.get("aof_enabled", 0) for info in nodes),
            used_bytes=sum(int(info.get("used_memory", 0)) for info in nodes),
            max_bytes=sum(int(info.get("maxmemory", 0)) for info in nodes),
            role=str(oldest.get("role", "")),
        )

    async def others(self) -> int:
        """How many other processes of this program are connected; errors as in `run`."""
        lists: list[bytes] = await self._bounded(lambda: self._client.each("CLIENT", "LIST"))
        fields = b" ".join(lists).decode("utf-8", "replace").split()
        names = {field.removeprefix("name=") for field in fields if field.startswith("name=")}
        return sum(name.startswith(_NAME) for name in names - {self._name})

    def compact(self) -> None:
        """Let our own server write its file anew, so that what was removed leaves the disk.

        Goes on in the background; what it has not reached by the end goes at the server's next
        start. A foreign server has its own times for that.
        """
        if self._revive is None:
            return
        self._removed = True
        if self._compaction is None or self._compaction.done():
            self._compaction = asyncio.create_task(self._compact())

    async def close(self) -> None:
        """Close the pool."""
        if self._compaction is not None:
            self._compaction.cancel()
            await asyncio.wait([self._compaction])
        await self._client.close()

    async def _compact(self) -> None:
        for _ in range(_COMPACT_TRIES):
            self._removed = False
            try:
                await self.command("BGREWRITEAOF")
            except StoreError:
                # It is at it already, and may have begun before the removal.
                self._removed = True
            await asyncio.sleep(_COMPACT_PAUSE_S)
            if not self._removed:
                return

    async def _bounded(self, send: Callable[[], Awaitable[Reply]]) -> Reply:
        with translated(self.server), _cancellable():
            try:
                return await send()
            except RedisConnectionError:
                if self._revive is None:
                    raise
                # The embedded server died. Whether it had carried out the call is unknown; every
                # script may be repeated, so once it is back we simply do.
                await self._revive()
                return await send()

    async def _evaluate(
        self, script: Script, keys: tuple[str, ...], args: tuple[bytes | str | int, ...]
    ) -> Reply:
        try:
            return await self._client.execute("EVALSHA", script.digest, len(keys), *keys, *args)
        except NoScriptError:  # a fresh server, or one that restarted
            return await self._client.execute("EVAL", script.body, len(keys), *keys, *args)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


@contextmanager
def _cancellable() -> Iterator[None]:
    """Let a cancellation through that came meanwhile.

    redis-py sends with `asyncio.wait_for`, which before Python 3.12 returns as if nothing had been
    asked when the sending ends in the same moment; a task that loops over calls never ended then.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    try:
        yield
    finally:
        if task and task.cancelling() > before:
            raise asyncio.CancelledError


@asynccontextmanager
async def connected(address: Address) -> AsyncIterator[Connection]:
    """A connection that is closed at the end.

    Raises:
        StoreUnavailableError: The URL is none of a Redis server.
    """
    connection = Connection(address.url, address.password, address.revive)
    try:
        yield connection
    finally:
        await connection.close()
