"""When the job is due, and how the bot runs it beside answering."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from prometheus_client import generate_latest

from bot.meter import Meter
from bot.rebucket import Drift, Worker
from bot.rebucket.drift import reason
from bot.store import BucketState, ScopeSize
from memnn.hashing import Codebook
from memnn.parts import Parts
from tests.filing import LARGE, assert_filed, cold, fill, texts
from tests.servers import Backend, kill_server

NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FILED = (ScopeSize("a", 30_000, 2, 0),)
UNFILED = ScopeSize("b", 10_000, 0, 0)


def made(hours_ago: float, model: str = "m", building: int = 0) -> BucketState:
    """What is known some hours after the job ended."""
    finished = (NOW - timedelta(hours=hours_ago)).isoformat()
    return BucketState(2, model, finished, building=building)


@pytest.mark.parametrize(
    ("state", "sizes", "drift", "why"),
    [
        (made(2), FILED, Drift(), ""),
        (made(2), FILED, Drift(0.1, 0.05), ""),
        (made(99), (), Drift(), ""),
        (BucketState(), FILED, Drift(), "another"),
        (BucketState(), (UNFILED,), Drift(), "grew large"),
        (replace(made(2), held_back=1), (*FILED, UNFILED), Drift(), ""),
        (replace(made(25), held_back=1), (*FILED, UNFILED), Drift(), "time"),
        (replace(made(2), held_back=1), (UNFILED, UNFILED), Drift(), "grew large"),
        (made(25), FILED, Drift(), "time"),
        (made(-48), FILED, Drift(), "time"),  # a clock was set back by two days
        (made(2, "older"), FILED, Drift(), "another"),
        (made(2, building=3), FILED, Drift(), "cut off"),
        (made(2), FILED, Drift(0.3, 0.0), "30% of the words"),
        (made(2), FILED, Drift(0.0, 0.2), "takes 20%"),
        (made(0.5), FILED, Drift(0.9, 0.9), ""),  # just made: another would not be better
    ],
)
def test_when_it_is_due(
    state: BucketState, sizes: tuple[ScopeSize, ...], drift: Drift, why: str
) -> None:
    """It is due by time, model, growth and drift; never where nothing is large, or when off."""
    told = reason(state, sizes, "m", drift, NOW, DAY)
    assert why in told
    assert bool(told) == bool(why)
    assert reason(state, sizes, "m", drift, NOW, timedelta(0)) == ""


def test_drift_is_measured() -> None:
    """Words that a codebook does not know, and buckets that take much, are counted."""
    book = Codebook(2, np.array([1, 2, 3], np.uint32), np.array([0, 0, -1], np.int32))
    assert Drift.of(book, []) == Drift()
    assert Drift.of(book, [(1, 9), (2, 3), (8, 7), (3,)]) == Drift(1 - 4 / 7, 0.5)


async def test_the_worker_makes_what_is_due(place: Backend, parts: Parts) -> None:
    """A memory that grew large is filed without anybody asking; then there is nothing to do."""
    meter = Meter()
    async with cold(place, parts) as store:
        worker = Worker(store, parts, meter, DAY, large=LARGE)
        assert await worker.turn() is None
        await fill(store, "large", parts, texts(400))
        state = await worker.turn()
        assert state is not None
        assert state.generation == 2
        await assert_filed(store, "large")
        assert await worker.turn() is None
        worker.ask()
        again = await worker.turn()
        assert again is not None
        assert again.generation == 3


async def test_asking_wakes_the_worker(place: Backend, parts: Parts) -> None:
    """What an administrator asks for begins at once, and metrics show how far it is."""
    meter = Meter()
    async with cold(place, parts) as store:
        await fill(store, "large", parts, texts(400))
        worker = Worker(store, parts, meter, timedelta(0), large=LARGE)
        task, shares = asyncio.create_task(worker.run()), set[float]()
        worker.ask()
        while not (await store.rebucketing.state()).finished:
            shown = re.search(
                r"rebucketing_share ([-\d.]+)", generate_latest(meter.registry).decode()
            )
            assert shown is not None
            shares.add(float(shown[1]))
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert len(shares) > 2
        assert max(shares) <= 1
        assert worker.progress is None
        await assert_filed(store, "large")


async def test_a_server_that_is_gone_is_noted(place: Backend, parts: Parts) -> None:
    """Trouble with the server ends the turn, not the worker, and is counted."""
    meter = Meter()
    assert place.server is not None
    async with cold(place, parts) as store:
        store._connection._revive = None
        kill_server(place.server)
        assert await Worker(store, parts, meter, DAY, large=LARGE).turn() is None
        assert b'error="StoreUnavailableError"} 1.0' in generate_latest(meter.registry)
