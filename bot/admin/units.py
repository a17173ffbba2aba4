"""Numbers for people: times to reply, shares, sizes, moments. Pure."""

from datetime import datetime
from math import isfinite
from typing import Final

import humanize

from bot.store import LATENCY_BUCKETS_S
from bot.times import date

NOTHING: Final = "–"
_WHOLE_MS_FROM_S: Final = 0.01
_LONGEST_S: Final = max(filter(isfinite, LATENCY_BUCKETS_S))


def seconds(value: float | None) -> str:
    """A time to reply: "0.6 ms", "8 ms", "1.2 s"; beyond what is counted, "over 10 s"."""
    if value is None:
        return NOTHING
    if value >= _LONGEST_S:
        return f"over {_LONGEST_S:.0f} s"
    if value >= 1:
        return f"{value:.1f} s"
    return f"{value * 1000:.0f} ms" if value >= _WHOLE_MS_FROM_S else f"{value * 1000:.1f} ms"


def share(value: float | None) -> str:
    """A share in percent: "14 %"."""
    return NOTHING if value is None else f"{value * 100:.0f} %"


def size(count: int) -> str:
    """A number of bytes: "612.3 kB"."""
    return humanize.naturalsize(count)


def moment(time: datetime, now: datetime) -> str:
    """A day and a time of day: "Mon 2 Mar 14:07"."""
    return f"{date(time, now)} {time.astimezone(now.tzinfo):%H:%M}"
