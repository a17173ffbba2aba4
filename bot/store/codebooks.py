"""The codebooks on a server, and those that this process has at hand."""

import logging
from collections import OrderedDict
from typing import Final

from bot.store.connection import Connection, Script
from bot.store.crypto import MasterKey
from bot.store.filing import Filing, Filings
from bot.store.head import Head
from bot.store.keys import JOB_LOCK, WORDS_ALONE, book_key
from memnn.errors import DataError, StoreError
from memnn.hashing import Codebook

_FENCED_SET: Final = Script("fenced_set")
_FENCED_DROP: Final = Script("fenced_set", "allow-oom")
_KEPT: Final = 4
_FIELD: Final = "book"

log = logging.getLogger(__name__)


class Codebooks:
    """Codebooks by generation, encrypted: which words people use is theirs alone."""

    def __init__(self, connection: Connection, master: MasterKey) -> None:
        self._connection = connection
        self._master = master
        self._held: OrderedDict[int, Codebook] = OrderedDict()

    async def filing(self, head: Head, generation: int) -> Filing:
        """How a scope's memories are filed in a generation.

        Raises:
            StoreError: The codebook cannot be read.
        """
        book = await self.get(generation) if generation > WORDS_ALONE else None
        return Filing(head.cipher, generation, book)

    async def filings(self, head: Head) -> Filings:
        """How they are filed in both generations that the scope is written in; raises likewise."""
        read = await self.filing(head, head.generation)
        return Filings(read, await self.filing(head, head.building))

    async def get(self, generation: int) -> Codebook | None:
        """A codebook; None where it is not there, which is logged: only exact words are found then.

        Raises:
            StoreError: It cannot be read.
        """
        if generation in self._held:
            self._held.move_to_end(generation)
            return self._held[generation]
        key = book_key(generation)
        sealed = await self._connection.command("GET", key)
        if sealed is None:
            log.error("the codebook of generation %d is missing; refit the buckets", generation)
            return None
        try:
            book = Codebook.from_bytes(self._master.value_cipher(key).open(_FIELD, sealed))
        except DataError as error:
            raise StoreError(f"generation {generation}: {error}") from error
        self._held[generation] = book
        if len(self._held) > _KEPT:
            self._held.popitem(last=False)
        return book

    async def save(self, book: Codebook, fence: int) -> bool:
        """Keep a codebook under its generation; returns whether the job of this number may.

        Raises:
            StoreError: It may not have been kept.
        """
        key = book_key(book.generation)
        sealed = self._master.value_cipher(key).seal(_FIELD, book.to_bytes())
        return bool(await self._connection.run(_FENCED_SET, (JOB_LOCK, key), fence, sealed))

    async def drop(self, generation: int, fence: int) -> bool:
        """Remove a codebook; returns as `save` does, and raises likewise."""
        keys = (JOB_LOCK, book_key(generation))
        return bool(await self._connection.run(_FENCED_DROP, keys, fence, b""))
