"""Where the terminal's lines come from: a prompt with editing on a tty, plain lines from a pipe.

What was typed is kept in no file of its own: what is forgotten would live on there, unencrypted.
The arrow keys go through the latest memories instead.
"""

import asyncio
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from threading import Thread
from typing import Protocol

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import ColorDepth

PROMPT = "\u203a "
_CHUNK_BYTES = 1 << 16


class Lines(Protocol):
    """One line of the user after the other."""

    async def read(self, prompt: str = PROMPT) -> str | None:
        """The next line; None when the user leaves."""
        ...


class PipedLines:
    """Lines of standard input, without a prompt.

    Args:
        descriptor: Where they come from; None: from nowhere.
    """

    def __init__(self, descriptor: int | None = 0) -> None:
        self._descriptor = descriptor
        self._held = b""
        self._ended = False

    async def read(self, prompt: str = PROMPT) -> str | None:  # noqa: ARG002 -- nobody would see it
        """See `Lines.read`. What is not UTF-8 becomes U+FFFD."""
        while b"\n" not in self._held and not self._ended:
            chunk = b"" if self._descriptor is None else await _in_daemon(self._descriptor)
            self._held += chunk
            self._ended = not chunk
        line, _, self._held = self._held.partition(b"\n")
        if not line and not self._held and self._ended:
            return None
        return line.decode("utf-8", errors="replace").rstrip("\r")


async def _in_daemon(descriptor: int) -> bytes:
    """Read in a daemon thread: a pool's thread, blocked in a read, would keep Ctrl-C waiting."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[bytes] = loop.create_future()

    def read() -> None:
        chunk = b""  # the end, also of a terminal that is gone
        with suppress(OSError):
            chunk = os.read(descriptor, _CHUNK_BYTES)
        with suppress(RuntimeError):  # the user left meanwhile, and the loop is closed
            loop.call_soon_threadsafe(_set, done, chunk)

    Thread(target=read, daemon=True).start()
    return await done


def _set(done: "asyncio.Future[bytes]", chunk: bytes) -> None:
    if not done.done():
        done.set_result(chunk)


class TypedLines:
    """Lines that somebody types at a prompt."""

    def __init__(self, commands: Sequence[str], earlier: Iterable[str] = ()) -> None:
        suggest = _Commands(commands)
        plain = bool(os.environ.get("NO_COLOR"))
        self._session: PromptSession[str] = PromptSession(
            history=InMemoryHistory(list(earlier)),
            auto_suggest=suggest,
            key_bindings=_keys(suggest),
            color_depth=ColorDepth.DEPTH_1_BIT if plain else None,
        )

    async def read(self, prompt: str = PROMPT) -> str | None:
        """See `Lines.read`."""
        try:
            return await self._session.prompt_async(FormattedText([("bold fg:ansicyan", prompt)]))
        except (EOFError, KeyboardInterrupt):
            return None


class _Commands(AutoSuggest):
    """Shows in grey how a command goes on, once a line begins with a slash."""

    def __init__(self, commands: Sequence[str]) -> None:
        self._commands = commands

    def get_suggestion(
        self,
        buffer: Buffer,  # noqa: ARG002 -- the base class names it
        document: Document,
    ) -> Suggestion | None:
        """The rest of the first command that goes on like the line does."""
        rest = self.rest(document.text)
        return Suggestion(rest) if rest else None

    def rest(self, typed: str) -> str:
        """How the first command goes on that begins like this; empty where none does."""
        if not typed.startswith("/"):
            return ""
        rests = (c.removeprefix(typed) for c in self._commands if c.startswith(typed))
        return next(filter(None, rests), "")


def _keys(commands: _Commands) -> KeyBindings:
    keys = KeyBindings()

    @keys.add("c-c")
    def _interrupt(event: KeyPressEvent) -> None:
        """Clear the line; on an empty line, leave."""
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt)

    @keys.add("tab")
    def _complete(event: KeyPressEvent) -> None:
        """Take what is shown in grey."""
        event.current_buffer.insert_text(commands.rest(event.current_buffer.text))

    return keys
