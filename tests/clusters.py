"""A cluster of three nodes on loopback, each a process that can be killed and started again."""

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError

from bot.server import find_binary
from tests.servers import WHEEL

NODES = 3
SLOTS = 16384
_OPTIONS = (
    *("--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"),
    *("--cluster-enabled", "yes", "--cluster-node-timeout", "500"),
    *("--cluster-require-full-coverage", "no"),
)


@dataclass
class Cluster:
    """Three nodes, each with a third of the slots."""

    directory: Path
    ports: list[int] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address of all nodes."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{port}" for port in self.ports)

    def start(self, node: int) -> None:
        """Start a node in its directory."""
        place = self.directory / f"{node}"
        place.mkdir(exist_ok=True)
        command = [str(find_binary(wheel=WHEEL)), "--port", f"{self.ports[node]}"]
        process = subprocess.Popen(
            [*command, "--dir", str(place), *_OPTIONS], stdout=subprocess.DEVNULL
        )
        self.processes[node : node + 1] = [process]

    def kill(self, node: int) -> None:
        """Kill a node as a crash would."""
        self.processes[node].kill()
        self.processes[node].wait()

    def node_of(self, name: str) -> int:
        """Which node holds the keys with this tag."""
        return key_slot(name.encode()) * NODES // SLOTS

    async def ready(self) -> None:
        """Wait until every node sees all slots served."""
        for port in self.ports:
            async with Redis(port=port) as node:
                told = b""
                while b"state:ok" not in told or b"slots_ok:%d" % SLOTS not in told:
                    await asyncio.sleep(0.02)
                    with suppress(RedisError):  # it is starting
                        told = await node.execute_command("CLUSTER", "INFO")  # type: ignore[no-untyped-call]


@asynccontextmanager
async def cluster(directory: Path) -> AsyncIterator[Cluster]:
    """Start three nodes and have them meet."""
    made = Cluster(directory, [_free_port() for _ in range(NODES)])
    try:
        for node in range(NODES):
            made.start(node)
        async with asyncio.timeout(30):
            await _meet(made)
            await made.ready()
        yield made
    finally:
        for node in range(len(made.processes)):
            made.kill(node)


async def _meet(made: Cluster) -> None:
    for node, port in enumerate(made.ports):
        async with Redis(port=port) as client:
            up = False
            while not up:
                with suppress(RedisError):  # it is starting
                    up = bool(await client.ping())
            first, last = (-(-SLOTS * end // NODES) for end in (node, node + 1))
            await client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last - 1)  # type: ignore[no-untyped-call]
            await client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", node + 1)  # type: ignore[no-untyped-call]
            if node:
                await client.execute_command("CLUSTER", "MEET", "127.0.0.1", made.ports[0])  # type: ignore[no-untyped-call]


def _free_port() -> int:
    """A free port whose cluster port, 10,000 above, is free as well."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            with suppress(OSError, OverflowError):  # taken; no port at all
                other.bind(("127.0.0.1", port + 10_000))
                return port
