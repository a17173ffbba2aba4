"""The client of a server, or of a cluster: bounded in time and in connections, either way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias
from urllib.parse import SplitResult, unquote, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from memnn.errors import StoreUnavailableError

_TIMEOUT_S: Final = 2.0
_CONNECT_TIMEOUT_S: Final = 1.0
_CONNECTIONS: Final = 16
_RETRIES: Final = 1  # a pooled connection may have died while idle; our scripts may be repeated
_PORT: Final = 6379
_CLUSTERS: Final = {"redis+cluster": False, "rediss+cluster": True}  # with TLS?

Reply: TypeAlias = Any  # what Redis answers is checked where it is unpacked


class Client:
    """Speaks to one server or to all nodes of a cluster. Raises what redis-py raises.

    Args:
        url: See `bot.store.connection.Address`.
        password: Of the server.
        name: What the server lists this client by.

    Raises:
        StoreUnavailableError: The URL is none.
    """

    def __init__(self, url: str, password: str | None, name: str) -> None:
        options: dict[str, Any] = {
            "client_name": name,
            "socket_timeout": _TIMEOUT_S,
            "socket_connect_timeout": _CONNECT_TIMEOUT_S,
            "retry": Retry(ConstantBackoff(0.01), _RETRIES, (RedisConnectionError,)),
            **({"password": password} if password else {}),
        }
        self.redis: Redis | RedisCluster
        try:
            parts = _parts(url)
            if parts.scheme in _CLUSTERS:
                self.redis = _cluster(parts, options)
            else:
                self.redis = _single(url, options)
        except ValueError:
            raise StoreUnavailableError(
                "REDIS_URL is no address of a Redis server: write redis://HOST:PORT/0, "
                "rediss://HOST:PORT/0, unix:///PATH, or redis+cluster://HOST:PORT,HOST:PORT, and "
                "put a password into REDIS_PASSWORD"
            ) from None  # it may quote the password
        # A pool waits for a free connection; a cluster's node does not, so its callers do.
        self._turns = asyncio.Semaphore(_CONNECTIONS)

    async def execute(self, *words: bytes | str | int) -> Reply:
        """Send a command to wherever its keys are."""
        async with self._turn():
            return await self.redis.execute_command(*words)

    async def each(self, *words: bytes | str | int) -> list[Reply]:
        """Send a command to every node; the replies of those that answer, at least one."""
        if isinstance(self.redis, Redis):
            return [await self.execute(*words)]
        replies: list[Reply] = []
        failure: Exception = RedisConnectionError()
        await self.redis.initialize()
        for node in self.redis.get_primaries():
            try:
                replies.append(await node.execute_command(*words))
            except RedisConnectionError as error:
                failure = error
        if not replies:
            raise failure
        return replies

    async def names(self, pattern: str, count: int) -> list[bytes]:
        """The keys of this pattern, on every node; looked at by so many."""
        return [key async for key in self.redis.scan_iter(match=pattern, count=count)]

    async def close(self) -> None:
        """Close all connections."""
        await self.redis.aclose()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if isinstance(self.redis, Redis):
            yield
        else:
            async with self._turns:
                yield


def _parts(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme != "unix" and "@" in parts.path + parts.fragment:
        # A "/" or "#" in a password has ended the host's part: another server would be asked.
        raise ValueError
    return parts


def _single(url: str, options: dict[str, Any]) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url, **options, max_connections=_CONNECTIONS, timeout=_TIMEOUT_S
    )
    return Redis.from_pool(pool)


def _cluster(parts: SplitResult, options: dict[str, Any]) -> RedisCluster:
    """A client of the cluster that these nodes are of; others are found through them."""
    if parts.username:
        options = {"username": unquote(parts.username), **options}
    if parts.password:
        options = {"password": unquote(parts.password), **options}
    addresses = [urlsplit(f"//{address}") for address in parts.netloc.rpartition("@")[2].split(",")]
    if not all(address.hostname for address in addresses):
        raise ValueError
    return RedisCluster(
        startup_nodes=[ClusterNode(str(a.hostname), a.port or _PORT) for a in addresses],
        require_full_coverage=False,  # what the other nodes hold is served while one is away
        ssl=_CLUSTERS[parts.scheme],
        max_connections=2 * _CONNECTIONS,
        **options,
    )
