"""What administrators see, as JSON: the twin of every page."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from bot.admin.audit import Deeds
from bot.admin.inspect import Inspection
from bot.admin.stats import Stats, totals
from bot.admin.subjects import Subject
from bot.store import LATENCY_BUCKETS_S, Day


def to_json(found: Inspection | Stats | Deeds | Sequence[Subject]) -> str:
    """A value as JSON: times in ISO form, durations in seconds, sizes in bytes."""
    if isinstance(found, Stats):
        fields = {
            **asdict(found),
            "today": _together(found.days[-1:]),
            "together": _together(found.days),
            "latency_buckets_s": LATENCY_BUCKETS_S[:-1],  # infinity is no JSON
        }
    elif isinstance(found, Inspection | Deeds):
        fields = asdict(found)
    else:
        fields = {"chats": [asdict(subject) for subject in found]}
    return json.dumps(fields, default=_simple, indent=2, ensure_ascii=False)


def _together(days: Iterable[Day]) -> dict[str, Any]:
    total = totals(days)
    shares = {"messages": total.messages, "declined_share": total.declined_share}
    return {**asdict(total), **shares}


def _simple(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
