"""What this process knows of the scopes: their heads, and a lock for each that is in use."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from weakref import WeakValueDictionary

from bot.store.client import Reply
from bot.store.connection import Connection, Script
from bot.store.crypto import MasterKey
from bot.store.head import Head, read_head
from bot.store.keys import SCOPES, UNFILED, escape, scope_keys, unescape

_LOOK: Final = Script("look", "no-writes")
_HEADS: Final = 4096


class Scopes:
    """Heads as last seen; they may be stale, which every script finds out."""

    def __init__(self, connection: Connection, master: MasterKey) -> None:
        self.master = master
        self._connection = connection
        self._heads: OrderedDict[str, Head] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def lock(self, scope: str) -> asyncio.Lock:
        """One writer of a scope at a time in this process; others wait instead of retrying."""
        return self._locks.setdefault(scope, asyncio.Lock())

    async def head(self, scope: str) -> Head | None:
        """The head as this process knows it, else as Redis has it; None where there is none."""
        known = self._heads.get(scope)
        if known is None:
            known, _ = await self.read(scope, _LOOK, b"")
        return known

    async def read(
        self, scope: str, script: Script, *args: bytes | str | int
    ) -> tuple[Head | None, Reply]:
        """Run a script that reads, and whose reply starts with the head.

        Returns:
            The head, and the rest of the reply.
        """
        while True:
            known = self._heads.get(scope)
            keys = known.keys if known else scope_keys(scope, UNFILED)
            fields, *rest = await self._connection.run(script, keys, *args)
            head = self.take(scope, fields)
            # The buckets may have been built anew since: their key is another now.
            if head is None or head.keys == keys:
                return head, rest

    def take(self, scope: str, fields: Sequence[bytes | None]) -> Head | None:
        """Keep the head that a script returned."""
        head = read_head(scope, fields, self.master, self._heads.get(scope))
        if head is None:
            self.drop(scope)
        else:
            self.keep(head)
        return head

    def keep(self, head: Head) -> None:
        """Remember a head."""
        self._heads[head.scope] = head
        self._heads.move_to_end(head.scope)
        if len(self._heads) > _HEADS:
            self._heads.popitem(last=False)

    def drop(self, scope: str) -> None:
        """Know nothing of a scope any more."""
        self._heads.pop(scope, None)

    async def enlist(self, head: Head) -> None:
        """Put a scope into the set of scopes, once a process.

        The set is in another slot of a cluster than the scope, so this cannot be part of the write.
        It comes after it, and `delist` looks again after removing: whatever the order of two
        processes, a scope that has a head is listed in the end.
        """
        if not head.listed:
            await self._connection.command("SADD", SCOPES, escape(head.scope))
            self.keep(replace(head, listed=True))

    async def delist(self, scope: str) -> None:
        """Take a forgotten scope out of the set of scopes."""
        self.drop(scope)
        await self._connection.command("SREM", SCOPES, escape(scope))
        if await self._connection.command("EXISTS", scope_keys(scope, UNFILED)[0]):
            await self._connection.command("SADD", SCOPES, escape(scope))

    async def names(self) -> tuple[str, ...]:
        """All scopes that hold or held memories since they were last forgotten, sorted."""
        members = await self._connection.command("SMEMBERS", SCOPES)
        return tuple(sorted(unescape(member.decode()) for member in members))
