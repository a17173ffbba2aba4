"""/why: the trace of an answer as a drawing, hop by hop."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot import words
from bot.replies import Answered
from bot.terminal.layout import Narrow, indented, line
from bot.terminal.render import clipped, visible
from bot.terminal.times import date
from memnn.records import Hop, Scored, Trace

SHOWN = 5
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
    many = "1 memory" if hop.candidates == 1 else f"{hop.candidates:,} memories"
    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(no_wrap=True, width=1, style="green")
    grid.add_column(no_wrap=True, width=_BAR_CELLS)
    grid.add_column(no_wrap=True, justify="right", style="dim")
    grid.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
    grid.add_column(no_wrap=True, justify="right", style="dim")
    for row in _rows(hop, now, may_stop=number > 1 or hop.chosen is None):
        grid.add_row(*row)
    head = Text.assemble((f"hop {number}", "cyan"), (f"  {many} looked at", "dim"))
    return Group(Text(), indented(head), indented(Narrow(grid)))


def _rows(hop: Hop, now: datetime, *, may_stop: bool) -> Iterator[tuple[RenderableType, ...]]:
    shown = hop.best[:SHOWN]
    scores = [_score(scored) for scored in shown]
    seen = [*scores, hop.stop] if may_stop else scores
    low, high = min(seen), max(seen)
    for scored, value in zip(shown, scores, strict=True):
        chosen = scored.memory.id == hop.chosen
        text = Text(clipped(scored.memory.text), style="bold" if chosen else "")
        bar = _bar(value, low, high)
        yield "●" if chosen else "", bar, f"{value:.2f}", text, date(scored.memory.time, now)
    if not may_stop:  # the first hop always takes a memory
        return
    stopped = hop.chosen is None
    text = Text("nothing more: stop here", style="bold" if stopped else "dim")
    yield "●" if stopped else "", _bar(hop.stop, low, high), f"{hop.stop:.2f}", text, ""


def _score(scored: Scored) -> float:
    return scored.first if scored.second is None else scored.second


def _bar(value: float, low: float, high: float) -> Text:
    """A score as a line, from the lowest to the highest of its hop."""
    share = (value - low) / (high - low) if high > low else 1.0
    filled = round(share * _BAR_CELLS)
    return Text.assemble(("━" * filled, "cyan"), ("┄" * (_BAR_CELLS - filled), "dim"))


def _reading(trace: Trace) -> list[RenderableType]:
    if not trace.readings:
        return []
    best = "  ".join(f"{clipped(text, 40)} {share:.0%}" for text, share in trace.readings[:SHOWN])
    head = Text.assemble(("read ", "cyan"), (f"as {trace.form}  " if trace.form else "", "dim"))
    return [Text(), indented(head.append(best))]
