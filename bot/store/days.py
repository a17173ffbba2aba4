"""Counts of each day, for statistics: how much was said, how fast and how well it was answered."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import inf
from typing import Final

from bot.store.connection import Connection, Script
from bot.store.keys import ledger_key
from memnn.errors import StoreError

_ADD = Script("days_add", "allow-oom")  # a few numbers, and they go in time
_READ = Script("days_read", "no-writes")

# Six bounds a decade, each about half as much again as the one before.
LATENCY_BUCKETS_S: Final = (
    *(0.001, 0.0015, 0.0022, 0.0033, 0.0047, 0.0068),
    *(0.010, 0.015, 0.022, 0.033, 0.047, 0.068),
    *(0.10, 0.15, 0.22, 0.33, 0.47, 0.68),
    *(1.0, 1.5, 2.2, 3.3, 4.7, 6.8),
    *(10.0, inf),
)
_NO_LATENCIES: Final = (0,) * len(LATENCY_BUCKETS_S)
_KEEP_DAYS: Final = 400
_COUNTS: Final = ("statements", "questions", "chitchat", "declined", "errors")
_TOKEN_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Day:
    """Counts of one day.

    Attributes:
        date: The day, in UTC.
        statements: Messages that told something.
        questions: Messages that asked something.
        chitchat: Messages that did neither.
        declined: Questions that got no answer.
        errors: What went wrong.
        latencies: How many messages took up to each of `LATENCY_BUCKETS_S` and longer than the one
            before it.
    """

    date: date
    statements: int = 0
    questions: int = 0
    chitchat: int = 0
    declined: int = 0
    errors: int = 0
    latencies: tuple[int, ...] = _NO_LATENCIES


class Days:
    """The days of one bot; each is kept for 400 days."""

    def __init__(self, connection: Connection, bot_id: int) -> None:
        self._connection = connection
        self._bot_id = bot_id

    async def add(self, day: Day) -> None:
        """Add counts to those of the day that are there.

        Raises:
            StoreError: They may not have been added, or there is not one latency a bucket.
        """
        if len(day.latencies) != len(LATENCY_BUCKETS_S):
            raise StoreError(
                f"a day has {len(day.latencies)} counts of latencies; there are "
                f"{len(LATENCY_BUCKETS_S)} buckets"
            )
        fields = [part for name, number in _fields(day) if number for part in (name, number)]
        if fields:
            await self._connection.run(
                _ADD,
                (self._key(day.date),),
                os.urandom(_TOKEN_BYTES),  # a repeat whose reply was lost adds nothing
                int(_end(day.date).timestamp()),
                *fields,
            )

    async def latest(self, n: int) -> tuple[Day, ...]:
        """The last days, oldest first, today (UTC) last; days without traffic are all zeros.

        Raises:
            StoreError: They cannot be read.
        """
        today = datetime.now(UTC).date()
        dates = [today - timedelta(days=back) for back in range(min(n, _KEEP_DAYS) - 1, -1, -1)]
        if not dates:
            return ()
        reply = await self._connection.run(_READ, tuple(map(self._key, dates)))
        return tuple(_day(day, fields) for day, fields in zip(dates, reply, strict=True))

    def _key(self, day: date) -> str:
        return ledger_key(self._bot_id, f"day:{day.isoformat()}")


def _fields(day: Day) -> Iterator[tuple[str, int]]:
    yield from ((name, getattr(day, name)) for name in _COUNTS)
    yield from ((f"l{bucket}", number) for bucket, number in enumerate(day.latencies))


def _day(day: date, fields: list[bytes]) -> Day:
    held = {name.decode(): number for name, number in zip(fields[::2], fields[1::2], strict=True)}
    counts = {name: int(held.get(name, 0)) for name in _COUNTS}
    latencies = tuple(int(held.get(f"l{b}", 0)) for b in range(len(LATENCY_BUCKETS_S)))
    return Day(day, **counts, latencies=latencies)


def _end(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=_KEEP_DAYS)
