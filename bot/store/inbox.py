"""What Telegram sent and the bot has not finished: durable before Telegram is told so.

One process takes in the updates of a bot at a time. What this process was given once it is not
given again; what it had not finished when it ended, the next one finds in `left`.
"""

import time
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from bot.store.connection import Connection, Script
from bot.store.crypto import MasterKey
from bot.store.keys import ledger_key

_PUT = Script("inbox_put")
_DONE = Script("inbox_done", "allow-oom")  # a full server must still let work end
_LEFT = Script("inbox_left", "no-writes")
_REMEMBERED: Final = 10_000


class Inbox:
    """The updates of one bot between receipt and the end of their handling."""

    def __init__(self, connection: Connection, master: MasterKey, bot_id: int) -> None:
        self._connection = connection
        self._keys = (ledger_key(bot_id, "inbox"), ledger_key(bot_id, "seen"))
        self._cipher = master.value_cipher(self._keys[0])
        # Not only what is at work: a redelivery may have looked just before the update was finished
        # and hear of it just after.
        self._given: OrderedDict[int, None] = OrderedDict()

    async def put(self, updates: Mapping[int, bytes]) -> tuple[int, ...]:
        """Keep updates; they are durable when this returns.

        A call that fails may be repeated: what it had kept is then given like new.

        Args:
            updates: By update id.

        Returns:
            The ids that are to be handled now, ascending: neither finished before nor at work.

        Raises:
            StoreError: They may not have been kept.
        """
        if not updates:
            return ()
        sealed = ((i, self._cipher.seal(str(i), updates[i])) for i in sorted(updates))
        arguments = (part for pair in sealed for part in pair)
        reply = await self._connection.run(_PUT, self._keys, *arguments)
        fresh = tuple(i for i in map(int, reply) if i not in self._given)
        self._give(fresh)
        return fresh

    async def done(self, ids: Collection[int]) -> None:
        """Finish updates: their content goes, their ids stay known for a day.

        Raises:
            StoreError: They may come again with `left`; repeating the call is safe.
        """
        if ids:
            now_ms = int(time.time() * 1000)
            await self._connection.run(_DONE, self._keys, now_ms, *ids)

    async def left(self) -> dict[int, bytes]:
        """What an earlier process took and did not finish, ascending by update id.

        Raises:
            StoreError: It cannot be read.
        """
        reply = await self._connection.run(_LEFT, self._keys)
        sealed = dict(zip(map(int, reply[::2]), reply[1::2], strict=True))
        left = sorted(sealed.keys() - self._given.keys())
        found = {i: self._cipher.open(str(i), sealed[i]) for i in left}
        self._give(found)
        return found

    def _give(self, ids: Iterable[int]) -> None:
        self._given.update(dict.fromkeys(ids))
        while len(self._given) > _REMEMBERED:
            self._given.popitem(last=False)
