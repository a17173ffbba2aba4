"""Opening a server: the version it must have, and the master key that its data need."""

import asyncio
from pathlib import Path
from typing import Final

from bot.store.connection import Address, Connection, ServerFacts, connected
from bot.store.crypto import MasterKey
from bot.store.key_file import create_key_file, read_key_file
from bot.store.keys import MASTER_KEY, RESTORING, SCOPES
from memnn.errors import StoreError, StoreKeyError, StoreUnavailableError

_OLDEST: Final = 7


async def server_facts(url: str, password: str | None = None) -> ServerFacts:
    """Ask a server about itself.

    Raises:
        StoreError: It does not answer, refuses the login, or the URL is none.
    """
    connection = Connection(url, password)
    try:
        return await connection.facts()
    finally:
        await connection.close()


async def check_version(connection: Connection) -> None:
    """Refuse a server that is too old for our scripts.

    Raises:
        StoreUnavailableError: It is older than Redis 7, or does not answer.
    """
    version = (await connection.facts()).version
    if int(version.partition(".")[0] or 0) < _OLDEST:
        raise StoreUnavailableError(
            f"Redis at {connection.server} is version {version or 'unknown'}, too old: "
            f"use Redis {_OLDEST} or newer, or Valkey"
        )


async def check_whole(connection: Connection) -> None:
    """Refuse a server that a restore is filling, or was when it was cut off.

    Raises:
        StoreError: What is there is not whole, or the server does not answer.
    """
    if await connection.command("EXISTS", RESTORING):
        raise StoreError(
            f"a restore into Redis at {connection.server} is at work or was cut off, so memories "
            "are missing: let it end, or run  memnn-bot restore FILE  again"
        )


async def names_a_key(address: Address) -> bool:
    """Whether a server says which master key its data need; where not, opening a store says it.

    Raises:
        StoreError: It does not answer, is too old, or what is there is not whole.
    """
    async with connected(address) as connection:
        await check_version(connection)
        await check_whole(connection)
        return bool(await connection.command("EXISTS", MASTER_KEY))


async def open_master_key(connection: Connection, path: Path) -> tuple[MasterKey, bool]:
    """Read the master key and hold it against the server's data; make one only where none are.

    Returns:
        The key, and whether its file was made just now.

    Raises:
        StoreKeyError: The file is missing or wrong while the server holds data; names the file.
    """
    check = await connection.command("GET", MASTER_KEY)
    created = False
    if check is None and not await connection.command("EXISTS", SCOPES):
        created = await asyncio.to_thread(create_key_file, path)
    try:
        master = await asyncio.to_thread(read_key_file, path)
    except StoreKeyError as error:
        if check is None:
            raise
        raise StoreKeyError(
            f"{error}. Redis at {connection.server} holds memories that were encrypted with its "
            "key: put the file back (MEMORY_KEY_FILE); without it they cannot be read"
        ) from error
    if check is None:
        # Two processes may get here with different files: the first to set the check wins, the
        # other is told that its key is the wrong one.
        await connection.command("SET", MASTER_KEY, master.check, "NX")
        check = await connection.command("GET", MASTER_KEY)
    if check != master.check.encode():
        raise StoreKeyError(
            f"{path} holds another key than the one that the memories in Redis at "
            f"{connection.server} were encrypted with: put back the right key file, or set "
            "MEMORY_KEY_FILE to it"
        )
    return master, created
