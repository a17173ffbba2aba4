"""One run of the job: fit a codebook, file scope after scope by it, switch what finds as much.

It may be killed anywhere: what was switched is switched, what was being built is gone on with by
the next run, and until then the old buckets are read. Of two at once, one works.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, TypeAlias

from bot.rebucket.fitting import fit_codebook
from bot.rebucket.pace import FAST, Pace
from bot.rebucket.recall import LEAST, recall
from bot.store import SCORE_ALL, BucketState, Build, Job, Rebucketing, RedisStore, ScopeSize
from memnn.errors import StoreFullError
from memnn.parts import Parts

LARGE: Final = SCORE_ALL // 2  # memories; filed before the scope is too large to be read as a whole

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes:
        generation: What is being built.
        done: Statements that are filed.
        total: Statements that there are to file.
    """

    generation: int
    done: int
    total: int


Watch: TypeAlias = Callable[[Progress], None]


async def rebucket(
    store: RedisStore, parts: Parts, watch: Watch, *, pace: Pace = FAST, large: int = LARGE
) -> BucketState | None:
    """Make the buckets of all large scopes anew.

    Args:
        store: The memories.
        parts: The model that answers from them.
        watch: Told how far it is.
        pace: How fast to work.
        large: Scopes with fewer memories are left alone: they are read as a whole.

    Returns:
        What is known of the buckets then; None where another process is at it.

    Raises:
        StoreFullError: The server is out of memory. The old buckets are read on, and what was being
            built in the scope at hand is gone.
        StoreError: The server failed; the next run goes on.
    """
    async with store.rebucketing.at_work() as job:
        if job is None:
            return None
        run = _Run(store.rebucketing, job, parts, watch, pace)
        return await run.run(await store.rebucketing.sizes(large))


class _Run:
    """One run, by the one job that is at work."""

    def __init__(
        self, buckets: Rebucketing, job: Job, parts: Parts, watch: Watch, pace: Pace
    ) -> None:
        self._buckets = buckets
        self._job = job
        self._parts = parts
        self._watch = watch
        self._pace = pace
        self._state = BucketState()
        self._done = self._total = 0

    async def run(self, sizes: list[ScopeSize]) -> BucketState:
        self._state = await self._buckets.state()
        if not sizes:
            return self._state
        self._total = sum(size.count for size in sizes)
        await self._begin(sizes)
        for size in sizes:
            await self._scope(size)
        return await self._finish()

    async def _begin(self, sizes: list[ScopeSize]) -> None:
        """Have a codebook: the one of a run that was cut off, or a new one."""
        model = self._parts.fingerprint.hex()
        if self._state.building and self._state.building_model == model:
            return
        told = (max(size.generation, size.building) for size in sizes)
        generation = max(1, self._state.generation, self._state.building, *told) + 1
        book = await fit_codebook(self._buckets, self._parts, sizes, self._pace)
        await self._job.save_book(replace(book, generation=generation))
        begun = BucketState(
            self._state.generation, self._state.model, self._state.finished, words=len(book.words)
        )
        await self._keep(replace(begun, building=generation, building_model=model))

    async def _scope(self, size: ScopeSize) -> None:
        build = await self._job.begin(size.scope, self._state.building)
        before = self._done
        try:
            while build is not None and not build.whole:
                build = await self._step(build)
        except StoreFullError as error:
            if build is not None:
                await self._job.end(build, "drop")
            await self._keep(replace(self._state, trouble=str(error)))
            raise
        if build is not None:
            await self._end(build, self._done - before)
        self._done = before + size.count
        self._tell()

    async def _step(self, build: Build) -> Build | None:
        async with self._pace.step():
            filed = await self._job.file(build, self._pace.batch)
            self._done += filed.at - build.at if filed else 0
            self._tell()
        return filed

    async def _end(self, build: Build, filed: int) -> None:
        """Read what was built, where it finds as much as before."""
        found = await recall(self._buckets, self._job, build, self._parts)
        good = found >= LEAST
        if not await self._job.end(build, "switch" if good else "drop"):
            return
        if not good:
            log.error("generation %d finds %.3f: not switched to", self._state.building, found)
        state = self._state
        state = replace(state, statements=state.statements + filed, scopes=state.scopes + 1)
        held_back = state.held_back + (not good)
        await self._keep(replace(state, held_back=held_back, recall=min(state.recall, found)))

    async def _finish(self) -> BucketState:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        newest = self._state.building
        model = self._state.building_model
        ended = replace(self._state, generation=newest, model=model, finished=now)
        await self._keep(replace(ended, building=0, building_model="", trouble=""))
        held = await self._buckets.sizes(0)
        await self._job.drop_books(newest - 1, {size.generation for size in held})
        return self._state

    async def _keep(self, state: BucketState) -> None:
        self._state = state
        await self._job.keep(state)

    def _tell(self) -> None:
        self._watch(Progress(self._state.building, min(self._done, self._total), self._total))
