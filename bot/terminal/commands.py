"""What the slash commands of the terminal do.

Each takes the rest of its line and returns what to show. They translate and delegate; what a
command means is decided in `bot.conversation`.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot import export, words
from bot.conversation import Conversation
from bot.paging import pages
from bot.parts import clean
from bot.phrases import closest, many, numbers
from bot.replies import Reply
from bot.secret_files import NO_HOME
from bot.terminal import render
from bot.terminal.layout import indented, line, trouble
from bot.terminal.trace import why
from memnn.errors import DataError
from memnn.records import Message

PAGE = 10
_COMMAND = re.compile(r"/[a-zA-Z_]+(?=\s|$)")

Ask = Callable[[str], Awaitable[bool]]
Shown = RenderableType


@dataclass(frozen=True, slots=True)
class Command:
    """One command: how it is called, what it does, what runs."""

    usage: str
    purpose: str
    run: Callable[[str], Awaitable[Shown]]


class Commands:
    """The commands over one conversation in one scope."""

    def __init__(self, conversation: Conversation, scope: str, ask: Ask) -> None:
        self._conversation = conversation
        self._scope = scope
        self._ask = ask
        self.by_name: dict[str, Command] = {
            "/why": Command("/why", "how I came to the last answer", self._why),
            "/memories": Command("/memories [PAGE]", "what I remember", self._memories),
            "/search": Command("/search TEXT", "memories about something", self._search),
            "/forget": Command("/forget NUMBER …", "forget memories", self._forget),
            "/undo": Command("/undo", "take back the last step", self._undo),
            "/question": Command("/question [TEXT]", "that was a question", self._question),
            "/remember": Command("/remember [TEXT]", "remember this", self._remember),
            "/history": Command("/history", "what was changed or forgotten", self._history),
            "/export": Command("/export [FILE]", "all memories, as .md or .jsonl", self._export),
            "/forget_all": Command("/forget_all", "forget everything, for good", self._forget_all),
            "/help": Command("/help", "this list", self._help),
            "/quit": Command("/quit", "leave; Ctrl-D does too", self._help),
        }

    async def run(self, text: str) -> Shown | None:
        """Run the command that a line is.

        Returns:
            What to show; None for a line that is no command.
        """
        match = _COMMAND.match(text)
        if match is None:
            return None
        name = match.group().lower()
        command = self.by_name.get(name)
        if command is None:
            return trouble(words.NO_SUCH_COMMAND.format(name=name, close=self._hint(name)))
        rest = text[match.end() :].strip()
        if rest and " " not in command.usage:
            return trouble(words.TAKES_NOTHING.format(name=name))
        return await command.run(rest)

    async def _why(self, _: str) -> Shown:
        answered = self._conversation.why(self._scope)
        return line(words.NOTHING_ANSWERED) if answered is None else why(answered, now())

    async def _memories(self, rest: str) -> Shown:
        number = _positive(rest or "1")
        if number is None:
            return self._wrong("/memories")
        total = (await self._conversation.memories(self._scope, limit=1)).total
        last = pages(total, PAGE)
        if total and number > last:
            return trouble(words.NO_SUCH_PAGE.format(number=number, last=last))
        page = await self._conversation.leaf(self._scope, number, PAGE)
        if page.total == 0:
            return line(words.NO_MEMORIES)
        return render.page(page, number, last, now())

    async def _search(self, rest: str) -> Shown:
        if not rest:
            return self._wrong("/search")
        found = await self._conversation.search(self._scope, rest, limit=PAGE)
        if not found:
            return line(words.NO_MEMORIES)
        return render.listing([scored.memory for scored in found], now())

    async def _forget(self, rest: str) -> Shown:
        ids = numbers(rest)
        if not ids:
            return self._wrong("/forget")
        held = [memory.id for memory in await self._conversation.named(self._scope, sorted(ids))]
        if len(held) > 1 and not await self._ask(words.FORGET_SEVERAL.format(count=len(held))):
            return line(words.KEPT)
        gone = await self._conversation.forget(self._scope, held)
        if not gone:
            return trouble(words.NO_SUCH_MEMORY)
        return render.forgotten(gone, words.FORGOTTEN if len(gone) == 1 else words.FORGOTTEN_MANY)

    async def _undo(self, _: str) -> Shown:
        return render.undone(await self._conversation.undo(self._scope))

    async def _question(self, rest: str) -> Shown:
        return _reply(
            await self._conversation.ask(self._scope, new_message(rest) if rest else None)
        )

    async def _remember(self, rest: str) -> Shown:
        return _reply(
            await self._conversation.keep(self._scope, new_message(rest) if rest else None)
        )

    async def _history(self, _: str) -> Shown:
        events = await self._conversation.history(self._scope)
        return render.history(events, now()) if events else line(words.NO_HISTORY)

    async def _export(self, rest: str) -> Shown:
        path = _path(rest)
        memories = await export.collect(self._conversation, self._scope)
        export.write(path, memories, self._scope)
        return line(words.EXPORTED.format(count=many(len(memories)), path=path))

    async def _forget_all(self, _: str) -> Shown:
        total = (await self._conversation.memories(self._scope, limit=1)).total
        if total == 0 and not await self._conversation.history(self._scope, limit=1):
            return line(words.NO_MEMORIES)
        held = {0: "the history", 1: "1 memory"}.get(total, f"all {many(total)}")
        if not await self._ask(words.FORGET_ALL.format(many=held)):
            return line(words.KEPT)
        await self._conversation.forget_all(self._scope)
        return line(words.FORGOT_ALL)

    async def _help(self, _: str) -> Shown:
        grid = Table.grid(padding=(0, 3))
        grid.add_column(style="cyan", no_wrap=True)
        grid.add_column(style="dim")
        for command in self.by_name.values():
            grid.add_row(Text(command.usage), command.purpose)
        return Group(line(words.HELP), Text(), indented(grid))

    def _hint(self, name: str) -> str:
        close = closest(name, self.by_name)
        return f"Did you mean {close}?" if close else "/help lists the commands."

    def _wrong(self, name: str) -> Shown:
        return trouble(words.USAGE.format(usage=self.by_name[name].usage))


def new_message(text: str) -> Message:
    """What was typed just now, as a message."""
    return Message(uuid4().hex, text, now())


def now() -> datetime:
    """The time, in the zone of this machine."""
    return datetime.now().astimezone()


def _path(given: str) -> Path:
    path = Path(clean(given) or f"memories-{now():%Y-%m-%d-%H%M%S}.md")
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        raise DataError(f"{path}: {NO_HOME}, or ./ before a name with ~") from None


def _reply(value: Reply) -> Shown:
    return render.reply(value, now())


def _positive(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[1-9]\d{0,8}", text, re.ASCII) else None
