"""A restore: puts back what `backup` wrote, and is over only when it is whole.

It needs the server for itself: what a running bot has at hand would not be what is stored. From its
first change to its end it marks the server. One that was cut off leaves the mark, with which no
store opens; then a restore may begin anew, from any backup.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bot.store.audit import Entry
from bot.store.backup import Tick
from bot.store.backup_file import BackupReader, Totals
from bot.store.connection import Address, Connection, Script, connected
from bot.store.crypto import MasterKey
from bot.store.dump import find_groups
from bot.store.key_file import read_key_file
from bot.store.keys import MASTER_KEY, RESTORING, SCOPES, group_of, head_of, listed_name
from bot.store.ledger import Ledger
from bot.store.opening import check_version
from memnn.errors import DataError, StoreError, StoreKeyError

_FILL: Final = Script("fill")


async def restore_backup(
    address: Address,
    key_file: Path,
    path: Path,
    tick: Tick,
    *,
    replace: bool = False,
    bot_id: int | None = None,
) -> Totals:
    """Put back what `bot.store.write_backup` wrote.

    Args:
        address: The server; nothing else of this program may be connected to it.
        key_file: The master key that the backup was made with.
        path: The backup; read to its end before anything is changed.
        tick: Called with how many bytes are done, and how many there are to do.
        replace: First remove what the server holds of the bot; else it must hold nothing.
        bot_id: Whose audit log notes this; None: nobody's.

    Returns:
        What the server holds now.

    Raises:
        DataError: The file is no backup, damaged, or cut short; nothing was changed.
        StoreKeyError: The key file is missing or another one; nothing was changed.
        StoreError: The server is in use or holds something, and nothing was changed; or it failed
            on the way, is marked, and the restore is to be run again.
    """
    with _opened(path) as reader:
        master = await asyncio.to_thread(_fitting_key, key_file, reader.check, path)
        for _ in reader.pieces(master):
            tick(reader.read, 2 * reader.size)
        async with connected(address) as connection:
            await check_version(connection)
            await _claim(connection, replace=replace)
            try:
                await _clear(connection)
                await _fill(connection, reader, master, tick)
                if bot_id is not None:
                    audit = Ledger.over(connection, master, bot_id).audit
                    await audit.append(Entry(datetime.now(UTC), None, "restore"))
                await connection.command("DEL", RESTORING)
                tick(2 * reader.size, 2 * reader.size)
            except StoreError as error:
                raise type(error)(f"{error}. The restore did not end: run it again") from error
            connection.compact()
    return reader.totals


@contextmanager
def _opened(path: Path) -> Iterator[BackupReader]:
    try:
        with path.open("rb") as file:
            yield BackupReader(path, file)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error


def _fitting_key(key_file: Path, check: str, path: Path) -> MasterKey:
    try:
        master = read_key_file(key_file)
    except StoreKeyError as error:
        raise StoreKeyError(
            f"{error}. {path} opens only with the key that it was made with: put that file back "
            "(MEMORY_KEY_FILE)"
        ) from error
    if master.check != check:
        raise StoreKeyError(
            f"{key_file} holds another key than the one that {path} was made with: put back the "
            "right key file, or set MEMORY_KEY_FILE to it"
        )
    return master


async def _claim(connection: Connection, *, replace: bool) -> None:
    """Mark the server as being filled; nothing was changed where this fails."""
    await _alone(connection)
    marked = await connection.command("EXISTS", RESTORING)
    if not replace and not marked:
        await _empty(connection)
    await connection.command("SET", RESTORING, datetime.now(UTC).isoformat(timespec="seconds"))
    try:
        await _alone(connection)  # whoever connected before the mark was set did not see it
    except StoreError:
        if not marked:
            await connection.command("DEL", RESTORING)
        raise


async def _alone(connection: Connection) -> None:
    if others := await connection.others():
        raise StoreError(
            f"Redis at {connection.server} is in use by {others} other "
            f"process{'es' if others > 1 else ''} of memnn-bot: stop the bot, then restore"
        )


async def _empty(connection: Connection) -> None:
    """Refuse a server that holds something, and say how much."""
    groups = await find_groups(connection)
    heads = [head_of(group) for group in groups if listed_name(group) is not None]
    counts = [int(await connection.command("HGET", head, "count") or 0) for head in heads]
    if groups:
        raise StoreError(
            f"Redis at {connection.server} holds {Totals(len(counts), sum(counts))}: restore onto "
            "an empty server, or add --replace to remove all that is there"
        )


async def _clear(connection: Connection) -> None:
    """Remove everything but the mark."""
    for keys in (await find_groups(connection)).values():
        await connection.command("UNLINK", *keys)
    for key in (SCOPES, MASTER_KEY):
        await connection.command("UNLINK", key)


async def _fill(
    connection: Connection, reader: BackupReader, master: MasterKey, tick: Tick
) -> None:
    for piece in reader.pieces(master):
        await connection.run(_FILL, (piece.key,), piece.kind, piece.expiry_ms, *piece.items)
        group = group_of(piece.key)
        name = listed_name(group)
        if name is not None and piece.key == head_of(group):
            await connection.command("SADD", SCOPES, name)
        tick(reader.size + reader.read, 2 * reader.size)
    await connection.command("SET", MASTER_KEY, master.check)
