"""How replies look in Telegram: HTML, narrow, calm. Pure; whatever users wrote is escaped.

Every text that leaves here is valid for Telegram: within 4,096 UTF-16 units, and never blank.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape, unescape
from typing import Final

from bot import words
from bot.explaining import STOP, Line, lines
from bot.phrases import HAPPENED, many, seen, visible
from bot.replies import Answered, Undone
from bot.times import date, when
from memnn.records import Event, Hop, Memory, Page

LIMIT: Final = 4096
# What the parts of a message may take at most, in UTF-16 units; all together they fit, but a trace
# below an answer may lose its last hops.
_ANSWER: Final = 400
_QUOTES: Final = 1000
_QUOTE: Final = 300
_TRACED: Final = 40
_HOPS: Final = 4
_READING: Final = 40
_LISTED: Final = 160
_SPEAKER: Final = 40
_LISTS: Final = 10
_HISTORY: Final = 15
_BAR_CELLS: Final = 8
_MARK: Final = re.compile(r"<[^>]*>")
_MANY_QUOTES: Final = 3  # from here on they fold


def text(line: str) -> str:
    """A line of our own, or of a user, as HTML."""
    return _safe(line, LIMIT - 96)


def answer(value: Answered, now: datetime, *, quoted: bool) -> str:
    """An answer with the statements that it rests on, or what came closest.

    Args:
        value: The answer.
        now: In the time zone to show times in.
        quoted: The reply itself quotes the first of them.
    """
    if value.answer.text is None:
        if not value.nearest:
            return text(words.NOTHING_YET)
        head = f"{text(words.DONT_KNOW)} {text(words.CLOSEST)}"
        return _under(head, value.nearest, now)
    head = f"<b>{_safe(value.answer.text, _ANSWER)}</b>"
    return _under(head, value.answer.supports[int(quoted) :], now)


def explained(value: Answered, now: datetime, *, quoted: bool) -> str:
    """An answer with how it came about, in as many hops as one message holds; see `answer`."""
    head = answer(value, now, quoted=quoted)
    whole = (f"{head}\n\n{why(value, now, hops)}" for hops in range(_HOPS, 0, -1))
    return next(html for html in whole if _units(html) <= LIMIT)


def why(value: Answered, now: datetime, most: int = _HOPS) -> str:
    """What O looked at and chose, hop by hop up to so many, and what R read in it."""
    hops = value.answer.trace.hops[:most]
    parts = [_hop(number, hop, now) for number, hop in enumerate(hops, start=1)]
    if not parts:
        parts = [text(words.NOTHING_TO_LOOK_AT)]
    readings = value.answer.trace.readings[:3]
    if readings:
        best = ", ".join(f"{_short(what, _READING)} {share:.0%}" for what, share in readings)
        form = value.answer.trace.form
        parts.append(f"<b>read</b> {text(f'as {form}: {best}' if form else best)}")
    parts.append(text(f"{value.answer.confidence:.0%} sure"))
    return "\n\n".join(parts)


def listing(memories: Iterable[Memory], now: datetime) -> str:
    """Memories with their numbers."""
    return "\n".join(
        f"<code>{memory.id}</code> {_said(memory, _LISTED)} <i>{escape(date(memory.time, now))}</i>"
        for memory in memories
    )


def page(value: Page, number: int, pages: int, now: datetime) -> str:
    """One page of the memories, newest first."""
    if not value.total:
        return text(words.NO_MEMORIES)
    place = f", page {number} of {pages}" if pages > 1 else ""
    return f"<b>{many(value.total)}</b>{place}\n\n{listing(value.memories, now)}"


def forgotten(memories: Sequence[Memory]) -> str:
    """What was forgotten, struck out."""
    shown = memories[:_LISTS]
    struck = "\n".join(f"<s>{_said(m, _LISTED)}</s>" for m in shown)
    more = f"\nand {len(memories) - len(shown):,} more" if len(memories) > len(shown) else ""
    hint = words.FORGOTTEN if len(memories) == 1 else words.FORGOTTEN_MANY
    return f"{struck}{more}\n<i>{text(hint)}</i>"


def undone(value: Undone) -> str:
    """What an undo took back or put back."""
    if value.forgotten:
        struck = "\n".join(f"<s>{_said(m, _LISTED)}</s>" for m in value.forgotten[:_LISTS])
        return f"{struck}\n<i>{text(words.TAKEN_BACK)}</i>"
    if value.restored:
        back = "\n".join(_said(m, _LISTED) for m in value.restored[:_LISTS])
        return f"{back}\n<i>{text(words.PUT_BACK)}</i>"
    return text(words.NOTHING_TO_UNDO)


def history(events: Sequence[Event], now: datetime) -> str:
    """What happened to the memories, newest first."""
    if not events:
        return text(words.NO_HISTORY)
    told = []
    for event in events[:_HISTORY]:
        number = f"<code>{event.memory_id}</code> " if event.memory_id else ""
        was = f" was “{_safe(event.old_text, 100)}”" if event.old_text else ""
        told.append(f"{number}{HAPPENED[event.kind]}, {escape(when(event.time, now))}{was}")
    older = len(events) - len(told)
    more = [f"<i>and {many(older, 'older one', 'older ones')}</i>"] if older else []
    return "\n".join(told + more)


def _under(head: str, memories: Sequence[Memory], now: datetime) -> str:
    """A head over quotes; many of them fold."""
    if not memories:
        return head
    shown = memories[:_LISTS]
    room = min(_QUOTE, _QUOTES // len(shown))
    quotes = "\n".join(f"{_said(m, room)} <i>{escape(when(m.time, now))}</i>" for m in shown)
    fold = " expandable" if len(shown) > _MANY_QUOTES else ""
    return f"{head}\n<blockquote{fold}>{quotes}</blockquote>"


def _hop(number: int, hop: Hop, now: datetime) -> str:
    head = f"<b>hop {number}</b>: {many(hop.candidates)} looked at"
    drawn = "\n".join(_line(line, now) for line in lines(number, hop))
    return f"{head}\n{drawn}"


def _line(line: Line, now: datetime) -> str:
    filled = round(line.share * _BAR_CELLS)
    bar = f"<code>{'█' * filled}{'░' * (_BAR_CELLS - filled)}</code>"
    if line.memory is None:
        return f"{bar} {'<b>' if line.chosen else ''}{STOP}{'</b>' if line.chosen else ''}"
    what = _said(line.memory, _TRACED)
    shown = f"<b>{what}</b>" if line.chosen else what
    return f"{bar} {shown} <i>{escape(date(line.memory.time, now))}</i>"


def _said(memory: Memory, limit: int) -> str:
    """A statement with who said it, where that is not the owner of the memories."""
    text = _safe(memory.text, limit)
    who = _short(memory.speaker, _SPEAKER)
    return f"{escape(who, quote=False)}: {text}" if who else text


def _units(html: str) -> int:
    """How long HTML is as Telegram counts it: without its marks, in UTF-16 units."""
    return len(unescape(_MARK.sub("", html)).encode("utf-16-le")) // 2


def _safe(line: str, limit: int) -> str:
    return escape(seen(_short(line, limit)), quote=False)


def _short(line: str, limit: int) -> str:
    """A text on one line, of at most so many UTF-16 units."""
    whole = visible(line)
    raw = whole.encode("utf-16-le", "replace")
    if len(raw) <= 2 * limit:
        return raw.decode("utf-16-le")
    return raw[: 2 * (limit - 1)].decode("utf-16-le", "ignore").rstrip() + "…"
