"""What administrators see on the command line, as tables that fit 80 columns. Pure."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.admin import lines
from bot.admin.audit import Deeds
from bot.admin.deeds import doer, done
from bot.admin.inspect import Inspection, Leaf
from bot.admin.stats import Stats
from bot.admin.subjects import Subject
from bot.admin.units import moment
from bot.phrases import many, seen, visible
from bot.times import short


def inspection(found: Inspection, now: datetime) -> RenderableType:
    """A scope in numbers, and below it a page of its memories."""
    parts = [_sheet(lines.title(found.subject), lines.inspection(found, now))]
    if found.leaf is not None:
        parts += [Text(), _leaf(found.leaf, now)]
    return Group(*parts)


def stats(found: Stats, now: datetime) -> RenderableType:
    """The whole bot in numbers."""
    return _sheet(f"memnn-bot {found.version}", lines.stats(found, now))


def audit(found: Deeds, now: datetime) -> RenderableType:
    """What administrators did, newest first."""
    grid = _columns("when", "who", "what")
    for deed in found.deeds:
        grid.add_row(
            moment(deed.entry.time, now),
            Text(doer(deed)),
            Text(done(deed), "bold" if deed.entry.revealed else ""),
        )
    return grid


def subjects(found: Sequence[Subject], now: datetime) -> RenderableType:
    """Whom the bot knows, those first that were seen last."""
    grid = _columns("id", "name", "kind", "known since", right=("id",))
    for subject in found:
        chat = subject.chat
        if chat is not None:
            kind = "group" if chat.group else "person"
            since = short(chat.first_seen, now)
            grid.add_row(str(chat.id), Text(lines.named(chat)), kind, since)
    counted = many(len(found), "chat", "chats")
    return Group(Text(f"{counted}, those first that were seen last", "dim"), grid)


def _sheet(title: str, rows: lines.Lines) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    for label, text in rows:
        grid.add_row(label, Text(text))
    return Group(Text(title, "bold"), grid)


def _leaf(leaf: Leaf, now: datetime) -> RenderableType:
    head = Text(lines.heading(leaf), "dim")
    if not leaf.rows:
        return head
    return Group(head, (_texts if leaf.revealed else _sizes)(leaf, now))


def _sizes(leaf: Leaf, now: datetime) -> RenderableType:
    grid = _columns("id", "when", "by", "characters", "words", right=("id", "characters", "words"))
    for row in leaf.rows:
        sizes = f"{row.characters:,}", f"{row.words:,}"
        grid.add_row(str(row.id), moment(row.time, now), Text(row.speaker), *sizes)
    return grid


def _texts(leaf: Leaf, now: datetime) -> RenderableType:
    grid = _columns("id", "when", "by", "text", right=("id",))
    for row in leaf.rows:
        text = Text(seen(visible(row.text or "")))
        grid.add_row(str(row.id), moment(row.time, now), Text(row.speaker), text)
    return grid


def _columns(*names: str, right: tuple[str, ...] = ()) -> Table:
    """Columns without a frame; the last takes the room that is left."""
    grid = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in names:
        last = name == names[-1] and name not in right
        grid.add_column(name, justify="right" if name in right else "left", no_wrap=not last)
    return grid
