"""The first moment of the terminal chat: a banner at once, while the model is still loading."""

import asyncio
import sys
from io import TextIOWrapper
from typing import TextIO

from rich.console import Console
from rich.text import Text

from bot import words
from bot.settings import Settings

_PIPE_WIDTH = 100_000  # a line for a line: what reads the pipe should not meet our line breaks


def start(settings: Settings) -> None:
    """Run the chat on this process's terminal or pipes.

    Raises:
        MemnnError: It cannot start; the message says why.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal without UTF-8 shows what it can
            stream.reconfigure(errors="replace")
    console = make_console(typed=_is_terminal(sys.stdin) and _is_terminal(sys.stdout))
    notes = console if console.is_terminal else _beside()
    notes.print(Text.assemble(("  memnn-bot", "bold cyan"), (f"  {words.TAGLINE}", "dim")))
    status = notes.status(Text(words.WAKING, style="dim"), spinner_style="cyan")
    with status:
        from bot.terminal.chat import chat  # noqa: PLC0415 -- imports torch: after the banner

        asyncio.run(chat(settings, console, notes, ready=status.stop))


def make_console(*, typed: bool) -> Console:
    """Where replies go: a terminal as it is, or lines without colours."""
    if typed:
        return Console(highlight=False)
    return Console(highlight=False, force_terminal=False, no_color=True, width=_PIPE_WIDTH)


def _beside() -> Console:
    """Where the welcome goes while replies go into a pipe; into a file, say, a line for a line."""
    width = None if _is_terminal(sys.stderr) else _PIPE_WIDTH
    return Console(stderr=True, highlight=False, width=width)


def _is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is one; None stands for a stream that was closed before the start."""
    return stream is not None and stream.isatty()
