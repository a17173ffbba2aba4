"""How fast the job works: a little at a time, with rests between in which others are served."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from threading import Event
from typing import Final


class Stopped(Exception):  # noqa: N818 -- nothing is wrong
    """Nobody waits any more for what is being worked at."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast to work.

    Attributes:
        batch: Memories that are filed in one step.
        rest: How long to rest after a step, as a multiple of what it took.
    """

    batch: int
    rest: float

    @asynccontextmanager
    async def step(self) -> AsyncIterator[None]:
        """Work on the event loop, then rest; others go on meanwhile."""
        start = time.monotonic()
        yield
        await asyncio.sleep(self.rest * (time.monotonic() - start))

    def rests(self, stop: Event) -> Callable[[], None]:
        """For work in a thread: each call rests for what was done since the last one.

        Once the event is set, a call raises `Stopped` at once, and so ends the work.
        """
        since = time.monotonic()

        def rest() -> None:
            nonlocal since
            if stop.wait(self.rest * (time.monotonic() - since)):
                raise Stopped
            since = time.monotonic()

        return rest


GENTLY: Final = Pace(16, 4.0)  # beside a bot that answers: it waits two milliseconds at most
FAST: Final = Pace(1024, 0.0)
