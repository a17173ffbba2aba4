"""Times for people: "3 weeks ago, Mon 2 Mar"."""

from datetime import datetime, timedelta

import humanize

_JUST_NOW = timedelta(seconds=45)
_DAYS_A_WEEK = 7
_WEEKS_FROM_DAYS = 14
_MONTHS_FROM_DAYS = 60


def when(time: datetime, now: datetime) -> str:
    """How long ago, and the date; near now the time of day instead.

    Args:
        time: With a time zone.
        now: With the time zone of the reader.
    """
    local = time.astimezone(now.tzinfo)
    days = (now.date() - local.date()).days
    if timedelta(0) <= now - local < _JUST_NOW:
        return "just now"
    if days == 0:
        return f"{humanize.naturaltime(now - local)}, {local:%H:%M}"
    if days == 1:
        return f"yesterday, {local:%H:%M}"
    if _WEEKS_FROM_DAYS <= days < _MONTHS_FROM_DAYS:
        return f"{days // _DAYS_A_WEEK} weeks ago, {date(local, now)}"
    if 0 < days < _WEEKS_FROM_DAYS:
        return f"{days} days ago, {date(local, now)}"
    return f"{humanize.naturaltime(now - local)}, {date(local, now)}"


def date(time: datetime, now: datetime) -> str:
    """The day of a time, as "Mon 2 Mar", with the year where it is another."""
    local = time.astimezone(now.tzinfo)
    day = f"{local:%a} {local.day} {local:%b}"
    return day if local.year == now.year else f"{day} {local.year}"


def short(time: datetime, now: datetime) -> str:
    """The time of day for today, else the day."""
    local = time.astimezone(now.tzinfo)
    return f"{local:%H:%M}" if local.date() == now.date() else date(local, now)
