"""What `memnn-bot backup` and `memnn-bot restore` do: the right server and key, with a bar.

Imports no torch: a backup at night should cost little.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import TaskProgressColumn

from bot.address import open_address
from bot.progress import progress_bar
from bot.settings import Settings
from bot.store import Totals, restore_backup, write_backup


async def backup_to(settings: Settings, path: Path) -> Totals:
    """Write everything that the bot's server holds to a new file; the bot may be running.

    Raises:
        DataError: The file is there already, or cannot be written.
        StoreError: The server cannot be read, holds nothing, or the key file does not fit.
    """
    async with open_address(settings) as address:
        with _shown("backup") as tick:
            return await write_backup(
                address, settings.key_file, path, tick, bot_id=_bot_id(settings)
            )


async def restore_from(settings: Settings, path: Path, *, replace: bool) -> Totals:
    """Put back what `backup_to` wrote; the bot must not be running.

    Raises:
        DataError: The file is no backup, damaged, or cut short; nothing was changed.
        StoreError: The key file does not fit, or the server is in use or not empty, and nothing was
            changed; or it failed on the way, and the restore is to be run again.
    """
    async with open_address(settings) as address:
        with _shown("restore") as tick:
            return await restore_backup(
                address,
                settings.key_file,
                path,
                tick,
                replace=replace,
                bot_id=_bot_id(settings),
            )


@contextmanager
def _shown(what: str) -> Iterator[Callable[[int, int], None]]:
    with progress_bar(TaskProgressColumn()) as bar:
        task = bar.add_task(what, total=None)

        def tick(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield tick


def _bot_id(settings: Settings) -> int | None:
    return settings.bot_id if settings.telegram_token else None
