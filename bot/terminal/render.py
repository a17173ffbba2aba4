"""How replies look in a terminal: compact, calm, aligned; without colours they read as well.

Values in, rich renderables out. Knows no store and asks nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot import words
from bot.phrases import HAPPENED, clipped, many, said, visible
from bot.replies import Answered, Reply, Undone
from bot.terminal.layout import Narrow, indented, line, marked, quoted, trouble
from bot.times import short, when
from memnn.records import Event, Memory, Page


def reply(value: Reply, now: datetime) -> RenderableType:
    """All parts of a reply: the answer, its evidence, what was stored, what went wrong."""
    parts: list[RenderableType] = []
    if value.answered:
        parts.append(answered(value.answered, now))
    if value.stored:
        parts.append(noted(len(value.stored)))
    if value.line:
        parts.append(trouble(value.line) if value.failed else line(value.line))
    if hint := _other_reading(value):
        parts.append(line(hint, "dim"))
    return Group(*parts)


def _other_reading(value: Reply) -> str:
    """The command that puts right what a message may wrongly have been taken for."""
    if value.failed or not value.unsure:
        return ""
    if value.stored:
        return "" if value.answered else words.MAYBE_ASKED
    return words.MAYBE_TOLD


def noted(count: int) -> RenderableType:
    """The word that a statement is acknowledged with."""
    more = f" as {count} memories" if count > 1 else ""
    return marked("✍", "green", Text(f"noted{more}", "dim"))


def answered(value: Answered, now: datetime) -> RenderableType:
    """The answer over the statements that it rests on, or what came closest."""
    if value.answer.text is not None:
        head = Text(visible(value.answer.text), style="bold")
        return Group(indented(head), *(quote(m, now) for m in value.answer.supports))
    if not value.nearest:
        return line(words.NOTHING_YET)
    head = Text(f"{words.DONT_KNOW} {words.CLOSEST}")
    return Group(indented(head), *(quote(m, now) for m in value.nearest))


def quote(memory: Memory, now: datetime) -> RenderableType:
    """A statement as it was said, with who and when, behind a bar."""
    said = f"{visible(memory.speaker)}: " if memory.speaker else ""
    return quoted(Text(f"{said}“{clipped(memory.text)}”"), when(memory.time, now))


def listing(memories: Iterable[Memory], now: datetime) -> RenderableType:
    """Memories with the numbers that /forget takes."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right", style="cyan")
    grid.add_column()
    grid.add_column(style="dim", no_wrap=True)
    for memory in memories:
        grid.add_row(str(memory.id), Text(said(memory)), short(memory.time, now))
    return indented(Narrow(grid))


def page(value: Page, number: int, pages: int, now: datetime) -> RenderableType:
    """One page of the memories, newest first."""
    held = many(value.total, several="memories, newest first")
    parts: list[RenderableType] = [line(held, "dim"), listing(value.memories, now)]
    if number < pages:
        parts.append(line(f"page {number} of {pages} · /memories {number + 1} goes on", "dim"))
    return Group(*parts)


def forgotten(memories: Sequence[Memory], hint: str) -> RenderableType:
    """What was forgotten, struck out, and how to get it back."""
    lines = [
        marked("✗", "red", Text.assemble((f"{m.id}  ", "cyan"), (clipped(m.text), "strike dim")))
        for m in memories
    ]
    return Group(*lines, line(hint, "dim"))


def undone(value: Undone) -> RenderableType:
    """What an undo took back or put back."""
    if value.forgotten:
        return forgotten(value.forgotten, words.TAKEN_BACK)
    if value.restored:
        lines = [marked("↩", "green", Text(clipped(m.text))) for m in value.restored]
        return Group(*lines, line(words.PUT_BACK, "dim"))
    return line(words.NOTHING_TO_UNDO)


def history(events: Sequence[Event], now: datetime) -> RenderableType:
    """What happened to the memories, newest first."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(justify="right", style="cyan")
    grid.add_column(no_wrap=True)
    grid.add_column(style="dim")
    for event in events:
        old = Text(f"was “{clipped(event.old_text)}”" if event.old_text else "")
        number = str(event.memory_id or "")
        grid.add_row(when(event.time, now), number, HAPPENED[event.kind], old)
    return indented(Narrow(grid))
