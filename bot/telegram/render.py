"""How replies look in Telegram: HTML, narrow, calm. Pure; whatever users wrote is escaped.

Every text that leaves here is valid for Telegram: within 4,096 UTF-16 units, and never blank.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Final

from bot import words
from bot.explaining import STOP, Line, lines
from bot.phrases import HAPPENED, clipped, many, said, seen, visible
from bot.replies import Answered, Undone
from bot.times import date, when
from memnn.records import Event, Hop, Memory, Page

LIMIT: Final = 4096
_ANSWER_CHARACTERS: Final = 900
_BAR_CELLS: Final = 8
_TRACED_CHARACTERS: Final = 60
_HISTORY: Final = 15
_LISTED_CHARACTERS: Final = 160


def text(line: str) -> str:
    """A line of our own, or of a user, as HTML."""
    return escape(seen(clipped(line, LIMIT // 2)), quote=False)


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
    head = f"<b>{escape(seen(clipped(value.answer.text, _ANSWER_CHARACTERS)), quote=False)}</b>"
    return _under(head, value.answer.supports[int(quoted) :], now)


def why(value: Answered, now: datetime) -> str:
    """What O looked at and chose, hop by hop, and what R read in it."""
    hops = value.answer.trace.hops
    parts = [_hop(number, hop, now) for number, hop in enumerate(hops, start=1)]
    if not parts:
        parts = [text(words.NOTHING_TO_LOOK_AT)]
    readings = value.answer.trace.readings[:3]
    if readings:
        best = ", ".join(f"{clipped(what, 40)} {share:.0%}" for what, share in readings)
        form = value.answer.trace.form
        parts.append(f"<b>read</b> {text(f'as {form}: {best}' if form else best)}")
    parts.append(text(f"{value.answer.confidence:.0%} sure"))
    return "\n\n".join(parts)


def listing(memories: Iterable[Memory], now: datetime) -> str:
    """Memories with their numbers."""
    return "\n".join(
        f"<code>{memory.id}</code> {escape(said(memory, _LISTED_CHARACTERS), quote=False)}"
        f" <i>{escape(date(memory.time, now))}</i>"
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
    shown = memories[:10]
    struck = "\n".join(f"<s>{escape(said(m, _LISTED_CHARACTERS), quote=False)}</s>" for m in shown)
    more = f"\nand {len(memories) - len(shown):,} more" if len(memories) > len(shown) else ""
    hint = words.FORGOTTEN if len(memories) == 1 else words.FORGOTTEN_MANY
    return f"{struck}{more}\n<i>{text(hint)}</i>"


def undone(value: Undone) -> str:
    """What an undo took back or put back."""
    if value.forgotten:
        struck = "\n".join(f"<s>{escape(said(m), quote=False)}</s>" for m in value.forgotten[:10])
        return f"{struck}\n<i>{text(words.TAKEN_BACK)}</i>"
    if value.restored:
        back = "\n".join(escape(said(m), quote=False) for m in value.restored[:10])
        return f"{back}\n<i>{text(words.PUT_BACK)}</i>"
    return text(words.NOTHING_TO_UNDO)


def history(events: Sequence[Event], now: datetime) -> str:
    """What happened to the memories, newest first."""
    if not events:
        return text(words.NO_HISTORY)
    told = []
    for event in events[:_HISTORY]:
        number = f"<code>{event.memory_id}</code> " if event.memory_id else ""
        was = (
            f" was “{escape(clipped(event.old_text, 100), quote=False)}”" if event.old_text else ""
        )
        told.append(f"{number}{HAPPENED[event.kind]}, {escape(when(event.time, now))}{was}")
    return "\n".join(told)


def _under(head: str, memories: Sequence[Memory], now: datetime) -> str:
    """A head over quotes; many of them fold."""
    if not memories:
        return head
    quotes = "\n".join(_quote(memory, now) for memory in memories[:10])
    fold = " expandable" if len(memories) > 3 else ""  # noqa: PLR2004 -- what a phone shows well
    return f"{head}\n<blockquote{fold}>{quotes}</blockquote>"


def _quote(memory: Memory, now: datetime) -> str:
    return f"{escape(said(memory), quote=False)} <i>{escape(when(memory.time, now))}</i>"


def _hop(number: int, hop: Hop, now: datetime) -> str:
    head = f"<b>hop {number}</b>: {many(hop.candidates)} looked at"
    drawn = "\n".join(_line(line, now) for line in lines(number, hop))
    return f"{head}\n{drawn}"


def _line(line: Line, now: datetime) -> str:
    filled = round(line.share * _BAR_CELLS)
    bar = f"<code>{'█' * filled}{'░' * (_BAR_CELLS - filled)}</code>"
    if line.memory is None:
        return f"{bar} {'<b>' if line.chosen else ''}{STOP}{'</b>' if line.chosen else ''}"
    what = escape(said(line.memory, _TRACED_CHARACTERS), quote=False)
    shown = f"<b>{what}</b>" if line.chosen else what
    return f"{bar} {shown} <i>{escape(date(line.memory.time, now))}</i>"


def name(value: str) -> str:
    """A name as HTML."""
    return escape(seen(visible(value)), quote=False)
