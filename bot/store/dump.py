"""Everything that a server holds of the bot, as pieces; each scope as it was at one moment."""

from collections.abc import Collection, Mapping
from typing import Final

from bot.store.backup_file import BackupWriter, Piece
from bot.store.client import Reply
from bot.store.connection import Connection, Script
from bot.store.keys import (
    EVERY_KEY,
    SINGLE_KEYS,
    bucket_keys,
    group_keys,
    group_of,
    head_of,
)
from memnn.errors import StoreError

_DUMP = Script("dump", "no-writes")
_START: Final = b"0"
# Of each key in one call. Where others change a scope while it is read in stretches, it is read
# again in larger ones, at last in one: the server then does nothing else for that long. That is
# repeated, for buckets that were made anew meanwhile.
_ITEMS: Final = (500, 5_000, 50_000, *[2**31] * 8)

Fields = Mapping[bytes, bytes]


async def find_groups(connection: Connection) -> dict[str, set[str]]:
    """The groups of keys that belong together, sorted by name, each with all keys it may have.

    Raises:
        StoreError: They cannot be read.
    """
    found: dict[str, set[str]] = {}
    for key in await connection.names(EVERY_KEY):
        if key not in SINGLE_KEYS:
            found.setdefault(group_of(key), set()).add(key)
    # A key that comes to be after the scan has passed it belongs to the group all the same.
    return {group: found[group] | group_keys(group) for group in sorted(found)}


async def copy_group(
    connection: Connection, group: str, keys: Collection[str], writer: BackupWriter
) -> Fields:
    """Write a group of keys to a backup.

    Args:
        connection: The server.
        group: Its name.
        keys: All keys that it may have.
        writer: The backup.

    Returns:
        The head, where the group is a scope that is still there; else nothing.

    Raises:
        StoreError: It cannot be read, or others change it too often.
    """
    for items in _ITEMS:
        mark = writer.mark()
        head, whole = await _copy(connection, group, keys, writer, items)
        # Buckets that were made since the keys were looked for are part of the scope too.
        made = bucket_keys(group, int(head.get(b"gen", 0)), int(head.get(b"bld", 0)))
        if whole and made <= set(keys):
            return head
        keys = made.union(keys)
        writer.rewind(mark)
    raise StoreError(
        f"Redis at {connection.server}: a chat changed too often while it was read, so no backup "
        "was made: run it again"
    )


async def _copy(
    connection: Connection, group: str, keys: Collection[str], writer: BackupWriter, items: int
) -> tuple[Fields, bool]:
    """Write all keys; returns the head, and whether it was still the same in the end."""
    names = tuple(sorted(keys))
    starts = [_START] * len(names)
    reply = await connection.run(_DUMP, names, items, *starts)
    stretches = dict(zip(names, reply, strict=True))
    left = {key: _write(writer, key, stretch) for key, stretch in stretches.items()}
    head = _fields(stretches.get(head_of(group)))
    if all(on == _START for on in left.values()):
        return head, True
    for key, start in left.items():
        on = start
        while on != _START:
            (stretch,) = await connection.run(_DUMP, (key,), items, on)
            on = _write(writer, key, stretch)
    return head, not head or await _same(connection, group, head)


def _write(writer: BackupWriter, key: str, stretch: Reply) -> bytes:
    """Write a stretch; returns where the key goes on."""
    kind, expiry_ms, on, items = stretch
    if items:
        writer.write(Piece(key, kind.decode(), expiry_ms, tuple(items)))
    return bytes(on)


def _fields(stretch: Reply | None) -> Fields:
    items = stretch[3] if stretch else ()
    return dict(zip(items[::2], items[1::2], strict=True))


async def _same(connection: Connection, group: str, head: Fields) -> bool:
    key, version = await connection.command("HMGET", head_of(group), "key", "ver")
    return (key, version) == (head.get(b"key"), head.get(b"ver"))
