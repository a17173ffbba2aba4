"""Times for people: "3 weeks ago, Mon 2 Mar"."""

from datetime import datetime, timedelta

import humanize

_JUST_NOW = timedelta(seconds=45)
_ONE_DAY = timedelta(days=1)


def when(time: datetime, now: datetime) -> str:
    """How long ago, and the date; for the last day the time of day instead.

    Args:
        time: With a time zone.
        now: With the time zone of the reader.
    """
    local = time.astimezone(now.tzinfo)
    ago = now - local
    if timedelta(0) <= ago < _JUST_NOW:
        return "just now"
    distance = humanize.naturaltime(ago)
    exact = f"{local:%H:%M}" if abs(ago) < _ONE_DAY else date(local, now)
    return f"{distance}, {exact}"


def date(time: datetime, now: datetime) -> str:
    """The day of a time, as "Mon 2 Mar", with the year where it is another."""
    local = time.astimezone(now.tzinfo)
    day = f"{local:%a} {local.day} {local:%b}"
    return day if local.year == now.year else f"{day} {local.year}"
