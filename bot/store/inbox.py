"""What Telegram sent and the bot has not finished: durable before Telegram is told so.

Several workers may take in the updates of one bot. Each update is held by one of them at a time:
what a worker was given it is not given again, and what a dead one had not finished, another finds
in `left`. Whose turn a chat is, is the business of `bot.store.turns`.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from bot.store.connection import Connection, Script
from bot.store.crypto import MasterKey
from bot.store.keys import ledger_key

# A full server must still let people forget, and work end; how much is kept the caller bounds.
_PUT = Script("inbox_put", "allow-oom")
_DONE = Script("inbox_done", "allow-oom")
_LEFT = Script("inbox_left", "allow-oom")
_REMEMBERED: Final = 10_000


class Inbox:
    """The updates of one bot between receipt and the end of their handling, as one worker sees it.

    Attributes:
        worker: Who that is.
    """

    def __init__(self, connection: Connection, master: MasterKey, bot_id: int) -> None:
        self.worker = secrets.token_hex(8)
        self._connection = connection
        parts = ("inbox", "seen", "held", "workers")
        self._keys = tuple(ledger_key(bot_id, part) for part in parts)
        self._cipher = master.value_cipher(self._keys[0])
        self._given: set[int] = set()
        # A redelivery may have looked just before an update was finished and hear of it just after.
        self._finished: OrderedDict[int, None] = OrderedDict()

    async def put(self, updates: Mapping[int, bytes]) -> tuple[int, ...]:
        """Keep updates; they are durable when this returns.

        A call that fails may be repeated: what it had kept is then given like new.

        Args:
            updates: By update id.

        Returns:
            The ids that this worker is to see to now, ascending: neither finished before nor at
            work, here or at another living worker.

        Raises:
            StoreError: They may not have been kept.
        """
        if not updates:
            return ()
        sealed = ((i, self._cipher.seal(str(i), updates[i])) for i in sorted(updates))
        arguments = (part for pair in sealed for part in pair)
        reply = await self._connection.run(_PUT, self._keys, self.worker, *arguments)
        return self._give(map(int, reply))

    async def done(self, ids: Collection[int]) -> None:
        """Finish updates: their content goes, their ids stay known for a day.

        Raises:
            StoreError: They may come again with `left`; repeating the call is safe.
        """
        if ids:
            now_ms = int(time.time() * 1000)
            await self._connection.run(_DONE, self._keys[:3], now_ms, *ids)
            self._given.difference_update(ids)
            self._finished.update(dict.fromkeys(ids))
            while len(self._finished) > _REMEMBERED:
                self._finished.popitem(last=False)

    async def left(self) -> dict[int, bytes]:
        """What this worker holds and was not given yet, ascending by update id.

        What a dead worker took and did not finish, and what was handed over unheard.

        Raises:
            StoreError: It cannot be read.
        """
        return await self.read(map(int, await self._connection.run(_LEFT, self._keys, self.worker)))

    async def read(self, ids: Iterable[int]) -> dict[int, bytes]:
        """Those of the updates that this worker was not given yet, ascending by update id.

        Raises:
            StoreError: They cannot be read.
        """
        wanted = sorted(i for i in set(ids) if not self.given((i,)))
        if not wanted:
            return {}
        sealed = await self._connection.command("HMGET", self._keys[0], *wanted)
        found = dict(zip(wanted, sealed, strict=True))
        given = self._give(i for i in wanted if found[i] is not None)
        return {i: self._cipher.open(str(i), found[i]) for i in given}

    def given(self, ids: Iterable[int]) -> bool:
        """Whether this worker was given all of the updates."""
        return all(i in self._given or i in self._finished for i in ids)

    async def lost(self, ids: Collection[int]) -> set[int]:
        """Those of the updates that another worker has seen to, or sees to now; they are let go.

        Raises:
            StoreError: It cannot be said.
        """
        if not ids:
            return set()
        holders = await self._connection.command("HMGET", self._keys[2], *ids)
        ours = self.worker.encode()
        lost = {i for i, holder in zip(ids, holders, strict=True) if holder != ours}
        self.let_go(lost)
        return lost

    def let_go(self, ids: Iterable[int]) -> None:
        """Take updates as not given: another worker sees to them, or `left` gives them again."""
        self._given.difference_update(ids)

    def _give(self, ids: Iterable[int]) -> tuple[int, ...]:
        fresh = tuple(i for i in ids if not self.given((i,)))
        self._given.update(fresh)
        return fresh
