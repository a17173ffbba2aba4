"""The terminal chat: prompt, reply, prompt, until the user leaves."""

import sys
from collections.abc import Callable

from rich.console import Console, RenderableType
from rich.text import Text

from bot import words
from bot.conversation import Conversation
from bot.phrases import many
from bot.runtime import open_runtime
from bot.scopes import TERMINAL
from bot.settings import Settings
from bot.terminal import render
from bot.terminal.commands import Commands, new_message, now
from bot.terminal.layout import indented, line, trouble
from bot.terminal.lines import PROMPT, Lines, PipedLines, TypedLines
from memnn.errors import DataError, StoreError

_EARLIER = 100
_YES = frozenset({"y", "yes"})


async def chat(
    settings: Settings, console: Console, notes: Console, ready: Callable[[], None]
) -> None:
    """Talk until the user leaves.

    Args:
        settings: Name server, key and model.
        console: Where replies go; a prompt with editing if it is a terminal.
        notes: Where the welcome goes.
        ready: Called once all is open, before the first word.

    Raises:
        ArtifactError: The model cannot be loaded.
        StoreError: The server cannot be reached at the start, or the key file does not fit.
    """
    async with open_runtime(settings) as runtime:
        page = await runtime.conversation.memories(TERMINAL, limit=_EARLIER)
        ready()
        notes.print(_welcome(settings, page.total, first_start=runtime.first_start))
        await Chat(runtime.conversation, console).run([m.text for m in page.memories[::-1]])
    if console.is_terminal:
        console.print(line(words.BYE, "dim"))


class Chat:
    """One user at one terminal."""

    def __init__(self, conversation: Conversation, console: Console) -> None:
        self._conversation = conversation
        self._console = console
        self._commands = Commands(conversation, TERMINAL, self._ask)
        # Closed, its number may by now be that of the server's socket.
        self._lines: Lines = PipedLines(None if sys.stdin is None else 0)

    async def run(self, earlier: list[str]) -> None:
        """Read and reply until the user leaves.

        Args:
            earlier: What the arrow keys go back to, oldest first.
        """
        if self._console.is_terminal:
            self._lines = TypedLines(tuple(self._commands.by_name), earlier)
        while (text := await self._lines.read()) is not None:
            if text.strip().lower() in {"/quit", "/exit"}:
                break
            if text:
                self._show(await self._reply(text))

    async def _reply(self, text: str) -> RenderableType:
        try:
            shown = await self._commands.run(text.strip())
        except (StoreError, DataError) as error:
            return trouble(str(error))
        if shown is None:
            reply = await self._conversation.handle(TERMINAL, new_message(text))
            shown = render.reply(reply, now())
        return shown

    def _show(self, what: RenderableType) -> None:
        if self._console.is_terminal:
            self._console.print(what)
            return
        with self._console.capture() as captured:
            self._console.print(what)
        for shown in captured.get().splitlines():  # columns are filled up with spaces
            print(shown.rstrip(), file=self._console.file, flush=True)

    async def _ask(self, question: str) -> bool:
        self._show(line(question))
        answer = await self._lines.read(f"  yes or no {PROMPT}")
        return answer is not None and answer.strip().lower() in _YES


def _welcome(settings: Settings, total: int, *, first_start: bool) -> RenderableType:
    lines = [words.WELCOME_BACK.format(many=many(total)) if total else words.WELCOME, ""]
    if first_start:
        server = "on the server of REDIS_URL" if settings.redis_url else f"in {settings.data_dir}"
        lines = [f"data {server}", f"key  in {settings.key_file}", words.FIRST_START, "", *lines]
    return indented(Text("\n".join(lines), style="dim"))
