"""The one place that counts what the bot does: for /metrics at once, for /stats by the day.

Numbers only: no text, no name, no id of anybody is ever a label. What an error was is kept for the
administrators as the line of our own words that it comes with.
"""

import asyncio
import time
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

from bot.store import LATENCY_BUCKETS_S, Day, Trouble
from memnn.records import Kind

if TYPE_CHECKING:
    from bot.store import Ledger

_TROUBLES_KEPT: Final = 100  # between two flushes; a broken server must not fill the memory
_FIELD: Final = {
    Kind.STATEMENT: "statements",
    Kind.QUESTION: "questions",
    Kind.CHITCHAT: "chitchat",
}


@dataclass(slots=True)
class _Counts:
    """One day's numbers on their way to the ledger; see `bot.store.Day`."""

    fields: dict[str, int] = field(default_factory=dict)
    latencies: list[int] = field(default_factory=lambda: [0] * len(LATENCY_BUCKETS_S))

    def add(self, name: str) -> None:
        self.fields[name] = self.fields.get(name, 0) + 1

    def day(self, day: date) -> Day:
        return Day(day, **self.fields, latencies=tuple(self.latencies))


class Meter:
    """Counts of one process.

    Attributes:
        registry: What /metrics shows.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        of = self.registry
        self._messages = Counter("memnn_messages", "Messages, by kind.", ["kind"], registry=of)
        self._answers = Counter("memnn_answers", "Questions, by outcome.", ["outcome"], registry=of)
        self._errors = Counter("memnn_errors", "Errors, by class.", ["error"], registry=of)
        self._handling = Histogram(
            "memnn_handling_seconds",
            "From a message taken in to its reply ready.",
            registry=of,
            buckets=LATENCY_BUCKETS_S,
        )
        self._sending = Histogram(
            "memnn_sending_seconds",
            "From a call of the Bot API to its answer.",
            registry=of,
            buckets=LATENCY_BUCKETS_S,
        )
        self._waiting = Gauge("memnn_waiting_updates", "Updates not handled yet.", registry=of)
        self._hot = Gauge("memnn_hot_memory_bytes", "Memories kept ready, about.", registry=of)
        self._refiled = Gauge(
            "memnn_rebucketing_share", "Of the job at work, what is filed; -1: none.", registry=of
        )
        self._refiled.set(-1)
        self._days: dict[date, _Counts] = {}
        self._troubles: deque[Trouble] = deque(maxlen=_TROUBLES_KEPT)
        self._flushing = asyncio.Lock()  # what one flush is writing, another must not write too
        self._polled_at: float | None = None
        age = Gauge(
            "memnn_last_poll_age_seconds", "Since Telegram was last heard; -1: never.", registry=of
        )
        age.set_function(lambda: -1.0 if self.last_poll_age_s is None else self.last_poll_age_s)

    @property
    def last_poll_age_s(self) -> float | None:
        """Seconds since Telegram was last heard, by poll or webhook; None before the first time."""
        return None if self._polled_at is None else time.monotonic() - self._polled_at

    def message(self, kind: Kind | None, seconds: float, *, declined: bool, answered: bool) -> None:
        """Count a message that was handled.

        Args:
            kind: What it was taken for; None where it was refused unread.
            seconds: From its arrival to its reply.
            declined: It asked something, and there was no answer.
            answered: It asked something, and was answered.
        """
        self._messages.labels(kind.value if kind else "refused").inc()
        self._handling.observe(seconds)
        counts = self._today()
        counts.latencies[bisect_left(LATENCY_BUCKETS_S, seconds)] += 1
        if kind:
            counts.add(_FIELD[kind])
        if declined:
            self._answers.labels("declined").inc()
            counts.add("declined")
        if answered:
            self._answers.labels("given").inc()

    def trouble(self, scope: str, error: BaseException | str) -> None:
        """Count an error.

        Args:
            scope: Where it happened; empty for the whole bot.
            error: It, or a line of our own words that begins with its class. Of an exception only
                the class is kept: its text may quote somebody.
        """
        what = error if isinstance(error, str) else type(error).__name__
        name = what.split(maxsplit=1)[0].rstrip(":") if what else "unknown"
        self._errors.labels(name if name.isidentifier() and name[0].isupper() else "other").inc()
        self._today().add("errors")
        self._troubles.append(Trouble(datetime.now(UTC), scope, what))

    def polled(self) -> None:
        """Note that Telegram was heard just now."""
        self._polled_at = time.monotonic()

    def sent(self, seconds: float) -> None:
        """Count a call of the Bot API."""
        self._sending.observe(seconds)

    def waiting(self, count: int) -> None:
        """Note how many updates are not handled yet."""
        self._waiting.set(count)

    def hot(self, size: int) -> None:
        """Note how many bytes the memories take that are kept ready for answers."""
        self._hot.set(size)

    def rebucketing(self, share: float | None) -> None:
        """Note how far the job is that makes the buckets anew; None where none is at work."""
        self._refiled.set(-1 if share is None else share)

    async def flush(self, ledger: "Ledger") -> None:
        """Put down what was counted since the last time.

        Raises:
            StoreError: Something could not be put down; it is kept for the next time.
        """
        async with self._flushing:
            while self._troubles:
                trouble = self._troubles[0]
                await ledger.troubles.add(trouble)
                if self._troubles[0] is trouble:  # else newer ones have pushed it out meanwhile
                    self._troubles.popleft()
            for day in sorted(self._days):
                counts = self._days.pop(day)  # what is counted meanwhile begins anew
                try:
                    await ledger.days.add(counts.day(day))
                except BaseException:
                    self._put_back(day, counts)
                    raise

    def _today(self) -> _Counts:
        return self._days.setdefault(datetime.now(UTC).date(), _Counts())

    def _put_back(self, day: date, counts: _Counts) -> None:
        newer = self._days.setdefault(day, _Counts())
        for name, number in counts.fields.items():
            newer.fields[name] = newer.fields.get(name, 0) + number
        newer.latencies = [a + b for a, b in zip(newer.latencies, counts.latencies, strict=True)]
