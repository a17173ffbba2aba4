"""What `memnn-bot inspect`, `stats` and `audit` do: the bot's server is looked at, and printed.

The bot may be running meanwhile. Imports no torch: a look should come at once.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from rich.console import Console, RenderableType

from bot.address import open_address
from bot.admin import Admin, Inspection, Stats, Subject, words
from bot.admin import table as tables
from bot.admin.audit import Deeds
from bot.admin.chart import draw
from bot.admin.plain import to_json
from bot.errors import UnknownChatError
from bot.settings import Settings
from bot.store import Day, RedisStore
from bot.terminal.start import make_console


async def show_chats(settings: Settings, *, as_json: bool) -> None:
    """Print whom the bot knows.

    Raises:
        ConfigurationError: There is no token, so that it is not known which bot is meant.
        StoreError: The store fails; nothing was printed.
    """
    async with _looking(settings) as admin:
        found = await admin.chats(admin=None)
    _print(found, tables.subjects(found, _now()), as_json=as_json)


async def show_inspection(
    settings: Settings, who: str, *, page: int, reveal: bool, as_json: bool
) -> None:
    """Print a scope in numbers and a page of its memories.

    Raises:
        UnknownChatError: The bot knows nobody of that name.
        ConfigurationError: There is no token, so that it is not known which bot is meant.
        StoreError: The store fails, or the audit log cannot be written; nothing was printed.
    """
    async with _looking(settings) as admin:
        subject = await admin.resolve(who)
        if subject is None:
            raise UnknownChatError(
                f"{who}: nobody of that id or @name has written to this bot; "
                "`memnn-bot inspect` lists those who have"
            )
        found = await admin.inspect(subject, admin=None, page=page, reveal=reveal)
    _print(found, tables.inspection(found, _now()), as_json=as_json)
    if reveal:
        _note(words.REVEALED)
        await _notify(settings, subject)


async def show_stats(settings: Settings, *, as_json: bool, plot: Path | None) -> None:
    """Print the whole bot in numbers, and draw them where a file is named.

    Raises:
        ConfigurationError: There is no token, so that it is not known which bot is meant.
        OSError: The picture cannot be written.
        StoreError: The store fails; nothing was printed.
    """
    async with _looking(settings) as admin:
        found = await admin.stats(admin=None)
    _print(found, tables.stats(found, _now()), as_json=as_json)
    if plot is not None:
        await asyncio.to_thread(_draw_to, plot, found.days)


async def show_audit(settings: Settings, *, page: int, as_json: bool) -> None:
    """Print a page of the audit log.

    Raises:
        ConfigurationError: There is no token, so that it is not known which bot is meant.
        StoreError: The store fails; nothing was printed.
    """
    async with _looking(settings) as admin:
        found = await admin.audit(page, admin=None)
    _print(found, tables.audit(found, _now()), as_json=as_json)


@asynccontextmanager
async def _looking(settings: Settings) -> AsyncIterator[Admin]:
    """The view of whoever may start commands on this machine."""
    bot_id = settings.bot_id
    async with (
        open_address(settings) as address,
        RedisStore.open(
            address.url,
            password=address.password,
            key_file=settings.key_file,
            featuriser=None,
            revive=address.revive,
        ) as store,
    ):
        yield Admin(store, store.ledger(bot_id), None, "", settings)


async def _notify(settings: Settings, subject: Subject) -> None:
    """Tell people at once that their memories were read, where the settings want that."""
    if not settings.inspect_notice or subject.id is None:
        return
    from bot.telegram import notices  # noqa: PLC0415 -- most looks need no Telegram

    if not await notices.tell_of_look_from_outside(settings, subject.id):
        _note(words.NOT_INSPECTED)


def _print(
    found: Inspection | Stats | Deeds | Sequence[Subject], shown: RenderableType, *, as_json: bool
) -> None:
    if as_json:
        sys.stdout.write(to_json(found) + "\n")
    else:
        make_console(typed=sys.stdout.isatty()).print(shown)


def _draw_to(path: Path, days: Sequence[Day]) -> None:
    path.write_bytes(draw(days))


def _note(text: str) -> None:
    Console(stderr=True, highlight=False).print(text, style="dim")


def _now() -> datetime:
    return datetime.now().astimezone()
