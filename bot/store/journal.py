"""A bounded, encrypted list of records in a stream: newest first, oldest out."""

import json
from typing import Any, Final, Literal, TypeAlias

from bot.store.connection import Connection, Script
from bot.store.crypto import MasterKey

_APPEND = Script("append", "allow-oom")  # short and bounded, and wanted most when a server is full
_FIELD: Final = "v"

Record: TypeAlias = dict[str, Any]


class Journal:
    """The stream under one key."""

    def __init__(
        self, connection: Connection, master: MasterKey, key: str, keep: int, how: Literal["~", "="]
    ) -> None:
        """Name the stream.

        Args:
            connection: The server.
            master: Seals the records.
            key: Of the stream.
            keep: How many records to keep.
            how: "=" for just so many, "~" for a few more.
        """
        self._connection = connection
        self._key = key
        self._cipher = master.value_cipher(key)
        self._bounds = (how, keep)

    async def append(self, record: Record) -> None:
        """Add a record.

        Raises:
            StoreError: It may not have been added.
        """
        sealed = self._cipher.seal(_FIELD, json.dumps(record).encode())
        await self._connection.run(_APPEND, (self._key,), sealed, *self._bounds)

    async def latest(self, limit: int) -> list[Record]:
        """The newest records, newest first.

        Raises:
            StoreError: They cannot be read.
        """
        if limit <= 0:
            return []
        rows = await self._connection.command("XREVRANGE", self._key, "+", "-", "COUNT", limit)
        return [json.loads(self._cipher.open(_FIELD, fields[b"v"])) for _, fields in rows]
