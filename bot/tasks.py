"""What the command line runs and waits for: run, replay, check, export, import, rebucket."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from rich.console import RenderableType
from rich.progress import MofNCompleteColumn
from rich.text import Text

from bot import export
from bot.admin.lines import buckets
from bot.check import Finding, check
from bot.conversation_file import Conversation
from bot.progress import progress_bar
from bot.rebucket import Progress, rebucket
from bot.replay import clear, replay
from bot.runtime import open_apart, open_runtime
from bot.scopes import REPLAY, TERMINAL
from bot.settings import Settings
from bot.terminal.layout import Hanging
from bot.terminal.start import make_console
from memnn.served import parts_of

_PART_WIDTH = 10


async def talk_in_telegram(settings: Settings) -> None:
    """Be there for Telegram until a signal comes.

    Raises:
        MemnnError: A setting is wrong, the model cannot be loaded, or the store fails.
    """
    from bot.telegram.serve import serve  # noqa: PLC0415 -- most commands need no Telegram

    async with open_runtime(settings) as runtime:
        await serve(settings, runtime)


async def replay_to(
    settings: Settings, users: Sequence[Conversation], out: Path, *, in_process: bool
) -> None:
    """Replay conversations and write the predictions as they come; progress goes to stderr.

    Earlier predictions stay until the model and the store are ready for new ones.

    Raises:
        OSError: The predictions cannot be written.
        MemnnError: The model cannot be loaded, or the store fails.
    """
    total = sum(len(user.messages) for user in users)
    prefix = f"{REPLAY}:{uuid4().hex}"  # a server may hold others' memories, or another replay's
    async with open_apart(settings, in_process=in_process) as conversation:
        with out.open("w", encoding="utf-8") as file, progress_bar(MofNCompleteColumn()) as shown:
            task = shown.add_task("replay", total=total)
            try:
                async for prediction in replay(conversation, users, prefix):
                    file.write(prediction.model_dump_json() + "\n")
                    shown.advance(task)
            finally:
                await clear(conversation, users, prefix)


async def show_check() -> bool:
    """Print one line a finding; returns whether all is well."""
    from bot.telegram.probe import probe  # noqa: PLC0415 -- most commands need no Telegram

    console = make_console(typed=sys.stdout.isatty())
    well = True
    async for finding in check(probe):
        console.print(_finding(finding))
        well = well and finding.well
    return well


async def export_to(settings: Settings, path: Path) -> int:
    """Write the terminal's memories to a new file; returns how many.

    Raises:
        DataError: The file is there already, or cannot be written.
        MemnnError: The model cannot be loaded, or the store fails.
    """
    async with open_runtime(settings) as runtime:
        memories = await export.collect(runtime.conversation, TERMINAL)
    export.write(path, memories, TERMINAL)
    return len(memories)


async def import_from(settings: Settings, path: Path) -> int:
    """Add the memories of a file to the terminal's; returns how many were new.

    Raises:
        DataError: The file cannot be read, or a line is malformed; nothing was added.
        MemnnError: The model cannot be loaded, or the store fails.
    """
    memories = export.read(path)
    async with open_runtime(settings) as runtime:
        with progress_bar(MofNCompleteColumn()) as progress:
            task = progress.add_task("import", total=len(memories))

            def tick(more: int) -> None:
                progress.advance(task, more)

            return await export.take_in(runtime.conversation, TERMINAL, memories, tick)


async def rebucket_all(settings: Settings) -> str:
    """Make the word buckets of all large memories anew; progress goes to stderr.

    Returns:
        What came of it, in words.

    Raises:
        MemnnError: The model cannot be loaded, or the store fails; running it again goes on.
    """
    async with open_runtime(settings) as runtime:
        with progress_bar(MofNCompleteColumn()) as progress:
            task = progress.add_task("rebucket", total=None)

            def watch(at: Progress) -> None:
                progress.update(task, completed=at.done, total=at.total)

            state = await rebucket(runtime.store, parts_of(runtime.model), watch)
    if state is None:
        return "another process is at it; nothing was done here"
    return f"buckets: {buckets(state, datetime.now().astimezone())}"


def _finding(finding: Finding) -> RenderableType:
    sign = ("✓ ", "green") if finding.well else ("✗ ", "red")
    head = Text.assemble(sign, (finding.part.ljust(_PART_WIDTH), "bold"))
    return Hanging(head, Text(" " * head.cell_len), Text(finding.detail))
