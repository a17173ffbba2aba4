"""The few shapes that the terminal's output is made of."""

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.text import Text

INDENT = 2
_TABLE_WIDTH = 100
_BAR = "│ "


def indented(what: RenderableType) -> Padding:
    """Set in from the margin, as everything is that the bot says."""
    return Padding(what, (0, 0, 0, INDENT), expand=False)


def line(text: str, style: str = "") -> RenderableType:
    """A line for people."""
    return indented(Text(text, style=style))


def trouble(text: str) -> RenderableType:
    """A line about something that went wrong or cannot be."""
    return marked("!", "yellow", Text(text))


def marked(sign: str, style: str, text: Text) -> RenderableType:
    """A text behind a sign; further lines are set in to its first."""
    return indented(Hanging(Text(f"{sign} ", style), Text(" " * (len(sign) + 1)), text))


def quoted(text: Text, note: str) -> RenderableType:
    """A quotation behind a bar, with a note that stays in one piece."""
    bar = Text(_BAR, "cyan")
    return indented(Hanging(bar, bar, text, Text(note, "dim")))


@dataclass(frozen=True, slots=True)
class Hanging:
    """A text whose lines all begin alike, and a note at its end or under it.

    Attributes:
        first: What the first line begins with.
        rest: What the others begin with, as wide.
        text: The text, wrapped to the width there is.
        note: Follows the text where it fits, else on a line of its own.
    """

    first: Text
    rest: Text
    text: Text
    note: Text | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(1, options.max_width - self.first.cell_len)
        lines = list(self.text.wrap(console, width))
        if self.note:
            if lines[-1].cell_len + 2 + self.note.cell_len <= width:
                lines[-1].append("  ").append_text(self.note)
            else:
                lines.extend(self.note.wrap(console, width))
        for number, held in enumerate(lines):
            yield Text.assemble(self.rest if number else self.first, held)


@dataclass(frozen=True, slots=True)
class Narrow:
    """Something wide, kept to a width that the eye can follow."""

    what: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = min(options.max_width, _TABLE_WIDTH)
        yield from console.render(self.what, options.update(width=width, max_width=width))
