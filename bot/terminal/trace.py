"""/why: the trace of an answer as a drawing, hop by hop."""

from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot import words
from bot.explaining import SHOWN, STOP, Line, lines
from bot.phrases import clipped, many, visible
from bot.replies import Answered
from bot.terminal.layout import Narrow, indented, line
from bot.times import date
from memnn.records import Hop, Trace

_BAR_CELLS = 10


def why(value: Answered, now: datetime) -> RenderableType:
    """What O looked at and chose, hop by hop, and what R read in it."""
    answer = value.answer
    head = Text.assemble(
        (f"“{clipped(value.question)}”", "italic"),
        ("  →  ", "dim"),
        (words.DONT_KNOW if answer.text is None else visible(answer.text), "bold"),
        (f"  {answer.confidence:.0%} sure", "dim"),
    )
    hops = answer.trace.hops
    drawn = [_hop(number, hop, now) for number, hop in enumerate(hops, start=1)]
    nothing = [] if hops else [line(words.NOTHING_TO_LOOK_AT, "dim")]
    return Group(indented(head), *drawn, *nothing, *_reading(answer.trace))


def _hop(number: int, hop: Hop, now: datetime) -> RenderableType:
    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(no_wrap=True, width=1, style="green")
    grid.add_column(no_wrap=True, width=_BAR_CELLS)
    grid.add_column(no_wrap=True, justify="right", style="dim")
    grid.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
    grid.add_column(no_wrap=True, justify="right", style="dim")
    for shown in lines(number, hop):
        grid.add_row(*_row(shown, now))
    head = Text.assemble((f"hop {number}", "cyan"), (f"  {many(hop.candidates)} looked at", "dim"))
    return Group(Text(), indented(head), indented(Narrow(grid)))


def _row(shown: Line, now: datetime) -> tuple[RenderableType, ...]:
    plain = "" if shown.memory else "dim"
    text = Text(
        clipped(shown.memory.text) if shown.memory else STOP,
        style="bold" if shown.chosen else plain,
    )
    when = date(shown.memory.time, now) if shown.memory else ""
    return "●" if shown.chosen else "", _bar(shown.share), f"{shown.score:.2f}", text, when


def _bar(share: float) -> Text:
    filled = round(share * _BAR_CELLS)
    return Text.assemble(("━" * filled, "cyan"), ("┄" * (_BAR_CELLS - filled), "dim"))


def _reading(trace: Trace) -> list[RenderableType]:
    if not trace.readings:
        return []
    best = "  ".join(f"{clipped(text, 40)} {share:.0%}" for text, share in trace.readings[:SHOWN])
    head = Text.assemble(("read ", "cyan"), (f"as {trace.form}  " if trace.form else "", "dim"))
    return [Text(), indented(head.append(best))]
