"""What the job that builds the buckets does to a server: its lock, its state, codebooks, builds."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Final

from bot.store.codebooks import Codebooks
from bot.store.connection import Connection, Script
from bot.store.keys import JOB_LOCK, JOB_STATE, UNFILED, WORDS_ALONE, scope_keys
from bot.store.mirror import open_rows
from bot.store.refiling import Refiling
from bot.store.scopes import Scopes
from bot.store.warming import stretches
from memnn.hashing import Codebook
from memnn.records import Memory
from memnn.store import Featuriser

_LOOK: Final = Script("look", "no-writes")
_LOCK: Final = Script("job_lock", "allow-oom")
_FENCED_SET: Final = Script("fenced_set", "allow-oom")  # short, and wanted when a server is full
_HELD_MS: Final = 60_000
_RENEW_S: Final = 15.0
_AT_ONCE: Final = 8
_SAMPLED_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class BucketState:
    """What is known of the buckets; kept on the server.

    Attributes:
        generation: Of the last build that ended; scopes that were held back are of an older one.
        model: Fingerprint of the model whose vectors it was made with.
        finished: When it ended, ISO time; empty for never.
        statements: How many statements it filed.
        scopes: In how many scopes.
        held_back: Scopes that were not switched, since they would have been answered worse.
        recall: Lowest share, over the scopes, of questions whose best memory it finds.
        words: Words in the codebook.
        building: Generation that is being built; 0 for none.
        building_model: Fingerprint of the model that it is made with.
        trouble: Why the last run ended early; empty where it did not.
    """

    generation: int = UNFILED
    model: str = ""
    finished: str = ""
    statements: int = 0
    scopes: int = 0
    held_back: int = 0
    recall: float = 1.0
    words: int = 0
    building: int = UNFILED
    building_model: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class ScopeSize:
    """How large a scope is, and how it is filed."""

    scope: str
    count: int
    generation: int
    building: int


class Rebucketing:
    """What one process may do about the buckets. Calls raise `StoreError` and nothing else."""

    def __init__(
        self,
        connection: Connection,
        scopes: Scopes,
        codebooks: Codebooks,
        featuriser: Featuriser | None,
    ) -> None:
        self._connection = connection
        self._scopes = scopes
        self._codebooks = codebooks
        self._featuriser = featuriser

    async def state(self) -> BucketState:
        """What is known of the buckets."""
        held = await self._connection.command("GET", JOB_STATE)
        return BucketState(**json.loads(held)) if held else BucketState()

    async def book(self, generation: int) -> Codebook | None:
        """The codebook of a generation; None where it has none."""
        return await self._codebooks.get(generation) if generation > WORDS_ALONE else None

    async def sizes(self, least: int) -> list[ScopeSize]:
        """The scopes with at least so many memories, by name; the others read everything anyway."""
        names, turns = await self._scopes.names(), asyncio.Semaphore(_AT_ONCE)

        async def size(scope: str) -> ScopeSize:
            async with turns:
                head = scope_keys(scope, UNFILED)[0]
                fields = await self._connection.command("HMGET", head, "count", "gen", "bld")
            return ScopeSize(scope, *(int(field or 0) for field in fields))

        found = await asyncio.gather(*map(size, names))
        return [size for size in found if size.count >= least]

    async def sample(self, scope: str, count: int) -> list[Memory]:
        """About so many memories from all over a scope, in write order, with current features."""
        head = await self._scopes.head(scope)
        if head is None:
            return []
        pieces = max(count // _SAMPLED_AT_ONCE, 1)
        found: dict[int, Memory] = {}
        for piece in range(pieces):
            start = 1 + piece * head.next_id // pieces
            stretch = stretches(self._scopes, head, _SAMPLED_AT_ONCE, self._featuriser, start)
            async for memories in stretch:
                found.update((memory.id, memory) for memory in memories)
                break
        return [found[memory_id] for memory_id in sorted(found)]

    async def memory(self, scope: str, memory_id: int) -> Memory | None:
        """One memory, with current features; None where it is gone."""
        head, rest = await self._scopes.read(scope, _LOOK, b"", memory_id)
        rows = open_rows(head.cipher, rest[0], self._featuriser) if head else []
        return rows[0] if rows else None

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator["Job | None"]:
        """Be the one job that builds, until the end; None where another one is at work."""
        token = os.urandom(8).hex()
        fence = await self._lock(token, _HELD_MS)
        if not fence:
            yield None
            return
        keeping = asyncio.create_task(self._keep(token))
        try:
            yield Job(self._connection, self._scopes, self._codebooks, fence)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await self._lock(token, 0)

    async def _keep(self, token: str) -> None:
        while True:
            await asyncio.sleep(_RENEW_S)
            if not await self._lock(token, _HELD_MS):
                return  # too late: whoever has it now refuses what this job writes

    async def _lock(self, token: str, length_ms: int) -> int:
        return int(await self._connection.run(_LOCK, (JOB_LOCK,), token, length_ms))


class Job(Refiling):
    """What the one job that builds may write; refused once a later job is at work."""

    async def keep(self, state: BucketState) -> None:
        """Put down what is known of the buckets now."""
        await self._set(JOB_STATE, json.dumps(asdict(state)))

    async def save_book(self, book: Codebook) -> None:
        """Keep a codebook under its generation."""
        if not await self._codebooks.save(book, self._fence):
            raise self._taken_over()

    async def drop_books(self, newest: int, used: Iterable[int]) -> None:
        """Remove the codebooks up to a generation that no scope is filed by any more."""
        for generation in set(range(WORDS_ALONE + 1, newest + 1)) - set(used):
            if not await self._codebooks.drop(generation, self._fence):
                raise self._taken_over()

    async def _set(self, key: str, value: str) -> None:
        if not await self._connection.run(_FENCED_SET, (JOB_LOCK, key), self._fence, value):
            raise self._taken_over()
