"""The command line: parses, delegates, and turns errors into one clear line and exit code 2.

What a command needs is imported inside it: torch takes a second, and --help should not.
"""

# ruff: noqa: PLC0415 -- see above

import asyncio
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from memnn.errors import DataError, MemnnError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.settings import Settings

app = typer.Typer(
    help="A bot that remembers what you tell it and answers from it, with a Memory Network.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class StoreName(StrEnum):
    """Where a replay keeps its memories."""

    MEMORY = "memory"
    REDIS = "redis"


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")]
PageNumber = Annotated[int, typer.Option(min=1, help="Which page; the first is the newest.")]
ConversationFile = Annotated[Path, typer.Argument(help="Conversations, one user a line.")]


@app.command()
def chat() -> None:
    """Talk in the terminal; no token is needed."""
    from bot.terminal.start import start

    start(_settings())


@app.command()
def run() -> None:
    """Talk in Telegram until stopped; needs TELEGRAM_TOKEN."""
    settings = _settings()
    _ = settings.token  # where there is none, say so before the model is loaded
    from bot import words

    typer.echo(f"  memnn-bot  {words.TAGLINE}", err=True)
    from bot.tasks import talk_in_telegram

    asyncio.run(talk_in_telegram(settings))


@app.command()
def replay(
    file: ConversationFile,
    out: Annotated[Path, typer.Option(help="Where the predictions go, one message a line.")],
    store: Annotated[StoreName, typer.Option(help="Where memories are kept.")] = StoreName.MEMORY,
) -> None:
    """Send the messages of a file through the bot and write what it says."""
    from bot.conversation_file import read_for_replay

    _apart(file, out)
    users, warnings = read_for_replay(file)
    for warning in warnings:
        typer.echo(f"warning: {warning}", err=True)
    from bot.tasks import replay_to

    asyncio.run(replay_to(_settings(), users, out, in_process=store is StoreName.MEMORY))


@app.command()
def score(
    file: ConversationFile,
    predictions: Annotated[Path, typer.Argument(help="What `replay` wrote for them.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Compare what the bot said with what would be right."""
    from rich.console import Console

    from bot.conversation_file import read_gold, read_predictions
    from bot.score import pair
    from bot.score import score as scores
    from bot.score_table import plain, table

    result = scores(pair(read_gold(file), read_predictions(predictions), str(predictions)))
    if as_json:
        typer.echo(json.dumps(plain(result), indent=2))
    else:
        Console(highlight=False).print(table(result))


@app.command()
def check() -> None:
    """Look at settings, server, key and model: what is wrong, and how to mend it."""
    from bot.tasks import show_check

    if not asyncio.run(show_check()):
        raise typer.Exit(1)


@app.command(name="export")
def export_memories(
    file: Annotated[Path, typer.Argument(help="New file: .jsonl to import, .md to read.")],
) -> None:
    """Write the terminal's memories to a file."""
    from bot.phrases import many
    from bot.tasks import export_to

    count = asyncio.run(export_to(_settings(), file))
    typer.echo(f"{many(count)} written to {file}")


@app.command(name="import")
def import_memories(
    file: Annotated[Path, typer.Argument(help="What `export` wrote as .jsonl, or conversations.")],
) -> None:
    """Add the memories of a file to the terminal's; known ones stay as they are."""
    from bot.phrases import many
    from bot.tasks import import_from

    count = asyncio.run(import_from(_settings(), file))
    typer.echo(f"{many(count)} added")


@app.command(context_settings={"ignore_unknown_options": True})  # ids of groups begin with "-"
def inspect(
    who: Annotated[
        str, typer.Argument(help="Id of a chat, @name, or terminal; without it, all chats.")
    ] = "",
    *,
    page: PageNumber = 1,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show texts; noted in the user's history.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look at what is remembered for somebody; each look stands in the audit log."""
    from bot.looks import show_chats, show_inspection

    settings = _settings()
    if who:
        asyncio.run(show_inspection(settings, who, page=page, reveal=reveal, as_json=as_json))
    else:
        asyncio.run(show_chats(settings, as_json=as_json))


@app.command()
def stats(
    *,
    plot: Annotated[Path | None, typer.Option(help="Draw the last days into this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show how much is said, how well it is answered, and how full the store is."""
    from bot.looks import show_stats

    asyncio.run(show_stats(_settings(), as_json=as_json, plot=plot))


@app.command()
def audit(*, page: PageNumber = 1, as_json: AsJson = False) -> None:
    """Show what administrators looked at and did."""
    from bot.looks import show_audit

    asyncio.run(show_audit(_settings(), page=page, as_json=as_json))


@app.command()
def rebucket() -> None:
    """Make the word buckets of large memories anew; the bot may be running."""
    from bot.tasks import rebucket_all

    typer.echo(asyncio.run(rebucket_all(_settings())))


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="New file.")]) -> None:
    """Write everything that is stored to a file, encrypted; the bot may be running."""
    from bot.backups import backup_to

    settings = _settings()
    held = asyncio.run(backup_to(settings, file))
    typer.echo(f"{held} written to {file}")
    typer.echo(f"It opens only with the key in {settings.key_file}: keep a copy of that elsewhere.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `backup` wrote.")],
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove everything that is stored now.")
    ] = False,
) -> None:
    """Put back what a backup holds; the bot must not be running."""
    from bot.backups import restore_from

    held = asyncio.run(restore_from(_settings(), file, replace=replace))
    typer.echo(f"{held} put back")


def main() -> None:
    """Run the command line."""
    guarded(app)


def guarded(run: "Callable[[], object]") -> None:
    """Run something; where it was given something wrong, say so in one line and exit with 2."""
    try:
        run()
    except MemnnError as error:
        for line in str(error).splitlines():
            typer.echo(f"memnn-bot: {line}", err=True)
        sys.exit(2)
    except OSError as error:
        where = error.filename or "writing"
        typer.echo(f"memnn-bot: {where}: {error.strerror or type(error).__name__}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _apart(file: Path, out: Path) -> None:
    """Refuse to write what is said to conversations over the conversations."""
    if out.is_file() and file.exists() and out.samefile(file):
        raise DataError(f"{out}: holds the conversations themselves; choose another --out")


def _settings() -> "Settings":
    from bot.log import configure
    from bot.settings import load

    settings = load()
    configure(settings.log_level)
    return settings
