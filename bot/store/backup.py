"""A backup of everything that a server holds of the bot, which may be at work meanwhile.

Each scope is in the backup as it was at one moment. The key that opens it is not: without the key
file nobody can read it, and nobody can restore it.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from bot.store.audit import Entry
from bot.store.backup_file import BackupWriter, Totals
from bot.store.connection import Address, Connection, connected
from bot.store.dump import copy_group, find_groups
from bot.store.keys import MASTER_KEY
from bot.store.ledger import Ledger
from bot.store.new_file import new_file
from bot.store.opening import check_version, check_whole, open_master_key
from memnn.errors import DataError, StoreError

Tick: TypeAlias = Callable[[int, int], None]


async def write_backup(
    address: Address, key_file: Path, path: Path, tick: Tick, *, bot_id: int | None = None
) -> Totals:
    """Write everything that a server holds of the bot to a new file that only its owner may read.

    Args:
        address: The server.
        key_file: The master key of what it holds.
        path: The new file.
        tick: Called with how many groups of keys are written, and how many there are.
        bot_id: Whose audit log notes this; None: nobody's.

    Returns:
        What is in the file.

    Raises:
        DataError: The file exists already, or cannot be written.
        StoreError: The server cannot be read, holds nothing, or the key file does not fit.
    """
    if await asyncio.to_thread(path.exists):
        raise _taken(path)
    async with connected(address) as connection:
        await check_version(connection)
        await check_whole(connection)
        if not await connection.command("EXISTS", MASTER_KEY):
            raise StoreError(f"Redis at {connection.server} holds nothing: no backup was made")
        master, _ = await open_master_key(connection, key_file)
        if bot_id is not None:
            audit = Ledger.over(connection, master, bot_id).audit
            await audit.append(Entry(datetime.now(UTC), None, "backup"))
        try:
            with new_file(path) as file:
                return await _copy_all(connection, BackupWriter(file, master), tick)
        except FileExistsError:
            raise _taken(path) from None
        except OSError as error:
            raise DataError(f"{path}: cannot be written: {error.strerror}") from error


async def _copy_all(connection: Connection, writer: BackupWriter, tick: Tick) -> Totals:
    groups = await find_groups(connection)
    scopes, memories = 0, 0
    for done, (group, keys) in enumerate(groups.items()):
        tick(done, len(groups))
        head = await copy_group(connection, group, keys, writer)
        scopes += bool(head)
        memories += int(head.get(b"count", 0))
    totals = Totals(scopes, memories)
    writer.end(totals)
    tick(len(groups), len(groups))
    return totals


def _taken(path: Path) -> DataError:
    return DataError(f"{path}: is there already; choose another name")
