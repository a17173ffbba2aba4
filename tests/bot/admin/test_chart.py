"""The picture of the last days: a PNG for a phone, whatever the days were like."""

import asyncio
import struct
import time
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.admin.chart import draw
from bot.store import LATENCY_BUCKETS_S, Day

FIRST = date(2026, 2, 1)
COUNT = st.sampled_from([0, 1, 7, 10**6])
WIDTH, HEIGHT = 1080, 1350


def days(number: int, **counts: int) -> tuple[Day, ...]:
    """Days that are all alike; every message took a few milliseconds."""
    said = sum(counts.get(name, 0) for name in ("statements", "questions", "chitchat"))
    latencies = tuple(said if at == 4 else 0 for at in range(len(LATENCY_BUCKETS_S)))
    return tuple(
        Day(FIRST + timedelta(days=back), **counts, latencies=latencies) for back in range(number)
    )


def size(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG, from its header."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


@pytest.mark.parametrize("number", [1, 2, 30, 400])
def test_any_number_of_days(number: int) -> None:
    """One day and a year of them make a picture of the same size."""
    assert size(draw(days(number, statements=5, questions=3, declined=1))) == (WIDTH, HEIGHT)


def test_no_messages_at_all() -> None:
    """A bot that nobody wrote to has a picture too, and one unlike that of a bot in use."""
    empty = draw(days(30))
    assert size(empty) == (WIDTH, HEIGHT)
    assert empty != draw(days(30, statements=1))


@settings(max_examples=15, deadline=None)
@given(COUNT, COUNT, COUNT, COUNT, st.integers(0, len(LATENCY_BUCKETS_S) - 1))
def test_any_numbers(told: int, asked: int, chatted: int, declined: int, bucket: int) -> None:
    """No combination of counts and times breaks it, those that no day can have included."""
    latencies = tuple(told if at == bucket else 0 for at in range(len(LATENCY_BUCKETS_S)))
    one = Day(FIRST, told, asked, chatted, declined, 0, latencies)
    assert size(draw((*days(3), one, *days(2, chitchat=1)))) == (WIDTH, HEIGHT)


def test_days_before_the_first_are_left_out() -> None:
    """A young bot's picture begins with its first day, or two weeks ago if that is earlier."""
    young = (*days(27), *days(3, statements=4))
    assert draw(young) != draw(days(30, statements=4))
    assert draw(young) == draw(young[-14:])


async def test_others_go_on_meanwhile() -> None:
    """Drawn in a thread, it lets the event loop do other things."""
    drawing = asyncio.create_task(asyncio.to_thread(draw, days(30, statements=4, questions=2)))
    turns, longest, last = 0, 0.0, time.perf_counter()
    while not drawing.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        turns, longest, last = turns + 1, max(longest, now - last), now
    assert turns > 10
    assert longest < 0.5
