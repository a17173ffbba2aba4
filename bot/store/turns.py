"""Which worker answers which chat, where several take in the updates of one bot.

A chat belongs to the worker that took in its first update, for as long as that one lives, so that
its updates are handled in order and its buttons find what they are about. Another worker that takes
one in hands it over: it notes the owner as the holder and posts the id to a stream that every
worker listens to. A worker lives while it says so every few seconds. One that said nothing for
`LEASE_S` is dead: its chats are anybody's, and what it had not finished is in `Inbox.left`.

A lock that a worker takes for each update would keep the order too, but then a chat's updates would
wait at whoever took them in, and buttons would meet workers that never saw their answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.store.connection import Connection, Script
from bot.store.keys import ledger_key, turn_key

LEASE_S: Final = 6.0
_CHAT_S: Final = 3_600.0  # a chat stays with a worker after its last update
_LISTEN_MS: Final = 1_000  # well below the time that any call may take
_MOST: Final = 500  # posts at once
_BEAT = Script("inbox_beat", "allow-oom")
_TURN = Script("inbox_turn", "allow-oom")


@dataclass(frozen=True, slots=True)
class Beat:
    """What a worker hears when it says that it lives.

    Attributes:
        living: How many workers do.
        lapsed: Whether it was taken for dead: others may have taken up what it had not finished.
    """

    living: int
    lapsed: bool


@dataclass(frozen=True, slots=True)
class Share:
    """What stays with a worker.

    Attributes:
        ids: Of the updates that are its own turn, in the order given.
        inherits: Whether a chat was a dead worker's: what that one left comes first.
        handed: The last update of each of its chats that others handed over since this worker last
            took one in there; it comes first, with all that was handed over before it, and need not
            have been heard yet.
    """

    ids: tuple[int, ...]
    inherits: bool
    handed: frozenset[int] = frozenset()


class Turns:
    """The share of one worker in the chats of a bot."""

    def __init__(self, connection: Connection, bot_id: int, worker: str) -> None:
        self._connection = connection
        self._bot_id = bot_id
        self._worker = worker
        self._workers, self._held, self._posts = (
            ledger_key(bot_id, part) for part in ("workers", "held", "posts")
        )
        self._heard: bytes | str | None = None

    async def beat(self, *, alone: bool = False) -> Beat:
        """Say that this worker lives.

        Args:
            alone: Whether no other can: then all others are dead at once.

        Raises:
            StoreError: It may not have been heard.
        """
        if self._heard is None:  # nothing is handed to a worker that nobody knows of yet
            self._heard = await self._last()
        keys, lease_ms = (self._workers,), int(LEASE_S * 1000)
        living, lapsed = await self._connection.run(_BEAT, keys, self._worker, lease_ms, int(alone))
        return Beat(int(living), bool(lapsed))

    async def take(self, chats: Mapping[int, int]) -> Share:
        """Hand over what is another worker's turn.

        Args:
            chats: The chat of each update that this worker holds, by update id.

        Raises:
            StoreError: Some may have been handed over; repeating the call is safe.
        """
        if not chats:
            return Share((), inherits=False)
        turns = (turn_key(self._bot_id, chat) for chat in chats.values())
        keys = (self._held, self._workers, self._posts, *turns)
        chat_ms = int(_CHAT_S * 1000)
        reply = await self._connection.run(_TURN, keys, self._worker, chat_ms, *chats)
        inherits, handed, mine = reply
        return Share(tuple(map(int, mine)), inherits == b"1", frozenset(map(int, handed)))

    async def posted(self) -> tuple[int, ...]:
        """Listen for a moment; returns the ids that others handed over meanwhile.

        Raises:
            StoreError: Nothing was heard.
        """
        block = ("BLOCK", _LISTEN_MS, "COUNT", _MOST)
        reply = await self._connection.command(
            "XREAD", *block, "STREAMS", self._posts, self._heard or "$"
        )
        entries = [entry for _, some in reply or () for entry in some]
        if entries:
            self._heard = entries[-1][0]
        ours = self._worker.encode()
        return tuple(int(fields[ours]) for _, fields in entries if ours in fields)

    async def leave(self) -> None:
        """Say that this worker is done: its chats and what it has not finished are anybody's.

        Raises:
            StoreError: Others find out when it has been silent for `LEASE_S`.
        """
        await self._connection.command("ZREM", self._workers, self._worker)

    async def _last(self) -> bytes | str:
        newest = await self._connection.command("XREVRANGE", self._posts, "+", "-", "COUNT", 1)
        last: bytes | str = newest[0][0] if newest else "0-0"
        return last
