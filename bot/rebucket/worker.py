"""Runs the job beside the bot: when it is due, and when somebody asks for it."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.rebucket.drift import Drift, reason
from bot.rebucket.job import LARGE, Progress, rebucket
from bot.rebucket.pace import GENTLY
from bot.store import BucketState, RedisStore
from memnn.errors import StoreError
from memnn.parts import Parts

if TYPE_CHECKING:
    from bot.meter import Meter

_LOOK_EVERY_S: Final = 600.0

log = logging.getLogger(__name__)


class Worker:
    """The job as the bot runs it.

    Args:
        store: The memories.
        parts: The model that answers.
        meter: Counts how far it is, and what went wrong.
        every: From one time to the next; zero for only when asked.
        large: See `rebucket`.
    """

    def __init__(
        self,
        store: RedisStore,
        parts: Parts,
        meter: "Meter",
        every: timedelta,
        large: int = LARGE,
    ) -> None:
        self._store = store
        self._parts = parts
        self._meter = meter
        self._every = every
        self._large = large
        self._asked = asyncio.Event()
        self.progress: Progress | None = None

    def ask(self) -> None:
        """Have the job run now, whether it is due or not."""
        self._asked.set()

    async def run(self) -> None:
        """Look again and again whether it is due; ends when cancelled."""
        while True:
            try:
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await self._asked.wait()
            except TimeoutError:
                pass
            await self.turn()

    async def turn(self) -> BucketState | None:
        """Run the job where it is due or was asked for; what goes wrong is noted, not raised.

        Returns:
            What it made; None where it did not run to its end.
        """
        try:
            why = "it was asked for" if self._asked.is_set() else await self._due()
            self._asked.clear()
            if not why:
                return None
            log.info("making the buckets anew: %s", why)
            return await rebucket(
                self._store, self._parts, self._watch, pace=GENTLY, large=self._large
            )
        except StoreError as error:
            log.error("the buckets could not be made anew: %s", error)  # noqa: TRY400 -- no trace
            self._meter.trouble("", f"{type(error).__name__}: re-bucketing: {error}")
            return None
        finally:
            self.progress = None
            self._meter.rebucketing(None)

    def _watch(self, progress: Progress) -> None:
        self.progress = progress
        self._meter.rebucketing(progress.done / max(progress.total, 1))

    async def _due(self) -> str:
        buckets = self._store.rebucketing
        state, sizes = await buckets.state(), await buckets.sizes(self._large)
        drift = Drift()
        if sizes and (book := await buckets.book(state.generation)):
            largest = max(sizes, key=lambda size: size.count)
            newest = await self._store.page(largest.scope, limit=256)
            drift = Drift.of(book, [memory.words for memory in newest.memories])
        model = self._parts.fingerprint.hex()
        return reason(state, sizes, model, drift, datetime.now(UTC), self._every)
