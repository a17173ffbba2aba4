"""How the pages of administrators look in Telegram: HTML and the buttons below it. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape
from typing import Final, TypeAlias

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.admin import Inspection, Leaf, Stats, Subject, lines, words
from bot.admin.audit import Deeds
from bot.admin.deeds import doer, done
from bot.admin.inspect import Row
from bot.admin.units import moment
from bot.paging import pages
from bot.phrases import clipped, many, seen
from bot.telegram.admin_buttons import Page, Turn, button
from bot.telegram.buttons import rows

Shown: TypeAlias = tuple[str, InlineKeyboardMarkup | None]

_BACK, _ON = "◀", "▶"
_CHATS: Final = 8
_TEXT_CHARACTERS: Final = 160  # ten of them fit into a message, of whatever letters they are


def inspection(found: Inspection, now: datetime) -> Shown:
    """A scope in numbers."""
    key = found.subject.id or 0
    sizes = [button("Memories", Turn(Page.SIZES, key, 1))] if found.facts.count else []
    return _sheet(lines.title(found.subject), lines.inspection(found, now)), rows(sizes)


def leaf(found: Leaf, now: datetime) -> Shown:
    """A page of memories: their sizes, or their texts where these were asked for."""
    key, page = found.subject.id or 0, Page.TEXTS if found.revealed else Page.SIZES
    shown = "\n".join((_text if found.revealed else _sizes)(row, now) for row in found.rows)
    parts = (f"<b>{_safe(lines.title(found.subject))}</b>", _safe(lines.heading(found)))
    note = f"\n\n<i>{_safe(words.REVEALED)}</i>" if found.revealed else ""
    more = found.number < found.pages
    turns = _turns(found.number, lambda number: Turn(page, key, number), more=more)
    about = [button("Numbers", Turn(Page.OVERVIEW, key))]
    return "\n".join(parts) + f"\n\n{shown}{note}", rows(turns, about)


def subjects(found: Sequence[Subject], number: int) -> Shown:
    """Whom the bot knows, a button each."""
    if not found:
        return _safe(words.NOBODY_AT_ALL), None
    whole = pages(len(found), _CHATS)
    number = min(max(number, 1), whole)
    chosen = found[(number - 1) * _CHATS : number * _CHATS]
    buttons = [
        [button(_label(subject), Turn(Page.OVERVIEW, subject.id or 0))] for subject in chosen
    ]
    counted = many(len(found), "chat", "chats")
    head = f"{counted}, those first that were seen last · page {number:,} of {whole:,}"
    turns = _turns(number, lambda other: Turn(Page.CHATS, other), more=number < whole)
    return f"{_safe(head)}\n<i>{_safe(words.USAGE)}</i>", rows(*buttons, turns)


def stats(found: Stats, now: datetime) -> str:
    """The whole bot in numbers, short enough to stand below a picture."""
    return _sheet("memnn-bot", lines.stats(found, now))


def audit(found: Deeds, until: datetime, now: datetime) -> Shown:
    """What administrators did, newest first."""
    entries = "\n".join(
        f"{_safe(moment(deed.entry.time, now))} · {_safe(doer(deed))} "
        f"{'<b>' if deed.entry.revealed else ''}{_safe(done(deed))}"
        f"{'</b>' if deed.entry.revealed else ''}"
        for deed in found.deeds
    )
    until_ms = round(until.timestamp() * 1000)
    turns = _turns(found.number, lambda n: Turn(Page.AUDIT, n, until_ms), more=found.more)
    return entries or _safe(words.LOG_EMPTY), rows(turns)


def _sheet(title: str, told: lines.Lines) -> str:
    rest = "\n".join(f"<i>{_safe(label)}</i>  {_safe(text)}" for label, text in told)
    return f"<b>{_safe(title)}</b>\n\n{rest}"


def _sizes(row: Row, now: datetime) -> str:
    parts = (
        moment(row.time, now),
        many(row.characters, "character", "characters"),
        many(row.words, "word", "words"),
        row.speaker,
    )
    return f"<code>{row.id}</code>  {_safe(' · '.join(filter(None, parts)))}"


def _text(row: Row, now: datetime) -> str:
    who = f" · {row.speaker}" if row.speaker else ""
    text = seen(clipped(row.text or "", _TEXT_CHARACTERS))
    return f"<code>{row.id}</code>  <i>{_safe(moment(row.time, now) + who)}</i>\n{_safe(text)}"


def _turns(number: int, turn: Callable[[int], Turn], *, more: bool) -> list[InlineKeyboardButton]:
    """Back and on, as far as there is something."""
    back = [button(_BACK, turn(number - 1))] if number > 1 else []
    return [*back, button(_ON, turn(number + 1))] if more else back


def _label(subject: Subject) -> str:
    chat = subject.chat
    named = lines.named(chat) if chat else ""
    sign = "👥 " if chat and chat.group else ""
    return f"{sign}{named or subject.id}"


def _safe(text: str) -> str:
    return escape(text, quote=False)
