"""Brings large scopes into the mirrors batch by batch, so that no reply waits for it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Final

from bot.store.connection import Script
from bot.store.head import Head
from bot.store.mirror import Mirror, Mirrors, open_rows
from bot.store.scopes import Scopes
from memnn.errors import StoreError
from memnn.records import Memory
from memnn.store import Featuriser

_LOOK: Final = Script("look", "no-writes")
_RANGE: Final = Script("range", "no-writes")
_BATCH: Final = 256  # memories; a few milliseconds in which nothing else is done

log = logging.getLogger(__name__)


class Warming:
    """Loads scopes in the background, each once at a time."""

    def __init__(self, scopes: Scopes, mirrors: Mirrors, featuriser: Featuriser | None) -> None:
        self._scopes = scopes
        self._mirrors = mirrors
        self._featuriser = featuriser
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._oversized: dict[str, int] = {}

    def start(self, head: Head) -> None:
        """Begin to load a scope, unless that is under way, or it is known to be too large."""
        scope = head.scope
        if scope in self._tasks or head.count >= self._oversized.get(scope, head.count + 1):
            return
        self._tasks[scope] = task = asyncio.create_task(self._keep(scope))
        task.add_done_callback(lambda _: self._tasks.pop(scope, None))

    def stop(self, scope: str) -> None:
        """Load a scope no further: it is being forgotten."""
        self._oversized.pop(scope, None)
        if task := self._tasks.get(scope):
            task.cancel()

    async def whole(self, head: Head) -> Mirror:
        """A mirror of a scope however large, kept if it fits; blank where the scope was forgotten.

        Raises:
            StoreError: It cannot be read.
        """
        return await self._load(head.scope, anyway=True) or Mirror()

    async def settled(self) -> None:
        """Wait until nothing is being loaded."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))
            await asyncio.sleep(0)  # lets the callbacks of the tasks run

    async def close(self) -> None:
        """Stop loading."""
        for task in self._tasks.values():
            task.cancel()
        await self.settled()

    async def _keep(self, scope: str) -> None:
        try:
            mirror = await self._load(scope)
        except StoreError as error:
            log.warning("a chat could not be made ready for quick answers: %s", error)
            return
        if mirror is not None:
            self._mirrors.keep(scope, mirror)

    async def _load(self, scope: str, *, anyway: bool = False) -> Mirror | None:
        """A mirror at the version at which loading began; later changes are brought up as ever."""
        head, _ = await self._scopes.read(scope, _LOOK, b"")
        if head is None:
            return None
        mirror = Mirror(head.wrapped, head.version, head.next_id)
        async for memories in stretches(self._scopes, head, _BATCH, self._featuriser):
            mirror.slots.extend(memories)
            if not anyway and not self._mirrors.fits(mirror.slots, head.count):
                self._oversized[scope] = head.count
                return None
        newest = await self._scopes.head(scope)
        return mirror if newest and newest.wrapped == head.wrapped else None


async def stretches(
    scopes: Scopes, head: Head, size: int, featuriser: Featuriser | None = None, start: int = 1
) -> AsyncIterator[list[Memory]]:
    """The memories that a scope held at a head, from an id on, in write order, so many at a time.

    Ends early where the scope is forgotten meanwhile. A memory that changes meanwhile comes as it
    was or as it is.

    Raises:
        StoreError: They cannot be read.
    """
    at = start
    while at < head.next_id:
        newer, rest = await scopes.read(head.scope, _RANGE, at, size)
        if newer is None or newer.wrapped != head.wrapped:
            return
        rows, at = rest
        yield open_rows(newer.cipher, rows, featuriser)
