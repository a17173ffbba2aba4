"""Counting: each thing once, by the day, and nothing lost where the store fails."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from bot.meter import Meter
from bot.store import LATENCY_BUCKETS_S, Ledger, RedisStore
from memnn.errors import StoreError
from memnn.records import Kind
from tests.servers import Backend, embedded, kill_server, opened
from tests.worlds import TextFeaturiser


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Iterator[Backend]:
    with embedded(tmp_path / "data") as server:
        yield Backend("redis", server, tmp_path / "key")


@pytest.fixture(name="ledger")
async def _ledger(place: Backend) -> AsyncIterator[Ledger]:
    async with opened(place) as store:
        yield store.ledger(1)


def told(meter: Meter) -> None:
    """A statement, an answered question, one that was declined, and a refused message."""
    meter.message(Kind.STATEMENT, 0.0005, declined=False, answered=False)
    meter.message(Kind.QUESTION, 0.0010, declined=False, answered=True)
    meter.message(Kind.QUESTION, 0.0011, declined=True, answered=False)
    meter.message(None, 99.0, declined=False, answered=False)


async def test_a_day_adds_up(ledger: Ledger) -> None:
    """Counts are put down once; what comes later adds to them."""
    meter = Meter()
    told(meter)
    await meter.flush(ledger)
    await meter.flush(ledger)
    meter.message(Kind.CHITCHAT, 0.0010, declined=False, answered=False)
    await meter.flush(ledger)
    (day,) = await ledger.days.latest(1)
    assert (day.statements, day.questions, day.chitchat, day.declined) == (1, 2, 1, 1)
    assert day.latencies[0] == 3  # up to a millisecond, the bound included
    assert day.latencies[1] == 1
    assert day.latencies[-1] == 1
    assert len(day.latencies) == len(LATENCY_BUCKETS_S)


async def test_an_error_is_kept_by_its_class(ledger: Ledger) -> None:
    """The text of an exception, which may quote somebody, is kept nowhere."""
    meter = Meter()
    meter.trouble("1:5", ValueError("my code is 4471"))
    meter.trouble("", "TimedOut at bot/x.py:3")
    shown = generate_latest(meter.registry).decode()
    assert 'memnn_errors_total{error="ValueError"} 1.0' in shown
    assert 'memnn_errors_total{error="TimedOut"} 1.0' in shown
    await meter.flush(ledger)
    assert [t.what for t in await ledger.troubles.latest()] == [
        "TimedOut at bot/x.py:3",
        "ValueError",
    ]
    assert [t.what for t in await ledger.troubles.latest("1:5")] == ["ValueError"]
    assert (await ledger.days.latest(1))[0].errors == 2
    assert "4471" not in shown


async def test_what_could_not_be_put_down_is_kept(place: Backend) -> None:
    """A store that fails loses no count: the next flush puts it down."""
    assert place.server is not None
    meter, featuriser = Meter(), TextFeaturiser()
    async with RedisStore.open(  # one that does not bring its server back
        place.server.url, key_file=place.key_file, featuriser=featuriser
    ) as store:
        told(meter)
        meter.trouble("", "Odd line")
        kill_server(place.server)
        with pytest.raises(StoreError):
            await meter.flush(store.ledger(1))
        meter.message(Kind.STATEMENT, 0.0005, declined=False, answered=False)
        await place.server.ensure()
        await meter.flush(store.ledger(1))
        (day,) = await store.ledger(1).days.latest(1)
        assert (day.statements, day.questions, day.errors) == (2, 2, 1)


async def test_what_comes_while_much_is_put_down_is_kept(ledger: Ledger) -> None:
    """More errors than there is room for push out the oldest, and no other."""
    meter = Meter()
    for number in range(100):
        meter.trouble("", f"Line{number}")
    flushing = asyncio.create_task(meter.flush(ledger))
    await asyncio.sleep(0)  # the first is on its way now
    meter.trouble("", "Newest")
    await flushing
    kept = [trouble.what for trouble in await ledger.troubles.latest(limit=200)]
    assert kept == ["Newest", *(f"Line{number}" for number in reversed(range(100)))]


def test_no_metric_names_anybody() -> None:
    """Labels are kinds, outcomes and classes; a line of free text is "other"."""
    meter = Meter()
    told(meter)
    meter.trouble("1:5550123", "an update cannot be read: KeyError")
    shown = generate_latest(meter.registry).decode()
    assert 'error="other"' in shown
    assert "5550123" not in shown


def test_what_is_at_hand_is_shown() -> None:
    """/metrics has the updates that wait, and the bytes of the memories kept ready."""
    meter = Meter()
    meter.waiting(3)
    meter.hot(5_000)
    shown = generate_latest(meter.registry).decode()
    assert "memnn_waiting_updates 3.0" in shown
    assert "memnn_hot_memory_bytes 5000.0" in shown


def test_the_age_of_the_last_poll() -> None:
    """Unknown before the first one, small after it."""
    meter = Meter()
    never = meter.last_poll_age_s
    assert never is None
    assert "memnn_last_poll_age_seconds -1.0" in generate_latest(meter.registry).decode()
    meter.polled()
    age_s = meter.last_poll_age_s
    assert age_s is not None
    assert 0 <= age_s < 5
