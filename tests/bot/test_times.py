"""Times for people."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.times import date, short, when

ZONE = timezone(timedelta(hours=2))
NOW = datetime(2026, 3, 25, 12, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("ago", "says"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=5), "5 minutes ago, 11:55"),
        (timedelta(hours=3), "3 hours ago, 09:00"),
        (timedelta(hours=13), "yesterday, 23:00"),
        (timedelta(days=6), "6 days ago, Thu 19 Mar"),
        (timedelta(days=23), "3 weeks ago, Mon 2 Mar"),
        (timedelta(days=100), "3 months ago, Mon 15 Dec 2025"),
        (timedelta(minutes=-30), "30 minutes from now, 12:30"),
        (timedelta(days=-3), "3 days from now, Sat 28 Mar"),
    ],
)
def test_a_time_is_told_from_now_and_by_date(ago: timedelta, says: str) -> None:
    """Near times by the clock, far ones by the day, another year's with the year."""
    assert when(NOW - ago, NOW) == says


def test_days_are_those_of_the_reader() -> None:
    """A time in another zone is told in the reader's: 23:30 UTC is the next day two hours east."""
    assert date(datetime(2026, 3, 2, 23, 30, tzinfo=timezone.utc), NOW) == "Tue 3 Mar"  # noqa: UP017 -- reads as the other zone does


def test_today_is_a_time_of_day() -> None:
    """The short form needs no date for today."""
    assert short(NOW - timedelta(hours=1), NOW) == "11:00"
    assert short(NOW - timedelta(days=1), NOW) == "Tue 24 Mar"


@given(st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)))  # noqa: DTZ001 -- bounds
def test_any_time_can_be_told(time: datetime) -> None:
    """Every time that a message can have is told in one line."""
    assert "\n" not in when(time.replace(tzinfo=ZONE), NOW)
