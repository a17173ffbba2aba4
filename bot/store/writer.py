"""Carries changes out, again and again until the scope is as the change was planned for."""

import asyncio
import os
import struct
import time
from collections.abc import Awaitable, Callable
from random import uniform
from typing import Final, TypeAlias, TypeVar

from bot.store.change import Change
from bot.store.connection import Connection, Script
from bot.store.scopes import Scopes
from memnn.errors import StoreUnavailableError

_WRITE: Final = Script("write")
_FREE: Final = Script("write", "allow-oom")  # a full server must still let people forget
_PATIENCE_S: Final = 2.0
_PAUSE_S: Final = 0.003
_TOKEN_BYTES: Final = 8

Result = TypeVar("Result")
Known: TypeAlias = dict[int, tuple[int, ...]]
Planner: TypeAlias = Callable[[], Awaitable[tuple[Change | None, Result]]]


class Writer:
    """Writes of one process; those on one scope go one after the other."""

    def __init__(self, connection: Connection, scopes: Scopes) -> None:
        self._connection = connection
        self._scopes = scopes

    async def carry_out(self, scope: str, planner: Planner[Result]) -> tuple[Result, Known]:
        """Plan a change and carry it out.

        Args:
            scope: The scope that changes.
            planner: Plans on the newest head and gives the result of the call; with None for a
                change there is nothing to do. Called again whenever another process was faster.

        Returns:
            The result; and, by their places, the ids of those messages that the change must not
            repeat (`Change.unless`). Where there is one, nothing was changed.

        Raises:
            StoreUnavailableError: Others changed the scope without a pause for `_PATIENCE_S`.
        """
        async with self._scopes.lock(scope):
            end = time.monotonic() + _PATIENCE_S
            while time.monotonic() < end:
                change, result = await planner()
                if change is None:
                    return result, {}
                done, known = await self._send(change)
                if done or known:
                    return result, known
                await asyncio.sleep(uniform(0, _PAUSE_S))  # noqa: S311 -- only spreads the tries
        raise StoreUnavailableError(
            f"Redis at {self._connection.server}: too many writes to one chat at once; try again"
        )

    async def _send(self, change: Change) -> tuple[bool, Known]:
        head, script = change.head, _FREE if change.frees else _WRITE
        arguments = change.arguments(os.urandom(_TOKEN_BYTES))
        status, *rest = await self._connection.run(script, head.keys, *arguments)
        if status == b"known":
            return False, dict(zip(map(int, rest[0][::2]), map(_ids, rest[0][1::2]), strict=True))
        if status == b"stale":
            self._scopes.take(head.scope, rest[0])
            return False, {}
        self._scopes.keep(head.after(change.next_id))
        await self._scopes.enlist(head.after(change.next_id))
        if change.removes:
            self._connection.compact()
        return True, {}


def _ids(packed: bytes) -> tuple[int, ...]:
    return tuple(i for (i,) in struct.iter_unpack(">I", packed))
