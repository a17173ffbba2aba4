"""Updates as they come in, from polling or a webhook: looked at, kept for good, then put in order.

What is kept before Telegram is told so survives this process; what came before is not taken twice.
What is another worker's turn goes to that one.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from bot.store import Inbox, Turns
from bot.telegram.ordering import InOrder, Taken
from memnn.errors import StoreUnavailableError

KINDS: Final = ("message", "edited_message", "callback_query", "my_chat_member")
_ID_LIMIT: Final = 1 << 53

log = logging.getLogger(__name__)


class Intake:
    """The one way of updates into the bot."""

    def __init__(
        self, inbox: Inbox, turns: Turns, order: InOrder, malformed: Callable[[str], None]
    ) -> None:
        """Make it.

        Args:
            inbox: Where updates are kept until they are handled.
            turns: Whose turn their chats are.
            order: Where they go from here.
            malformed: Told, in a line of our own, of what is no update.
        """
        self._inbox = inbox
        self._turns = turns
        self._order = order
        self._malformed = malformed
        self._open = True
        self._turn = asyncio.Lock()  # calls of a webhook overlap, and their order is to stay

    def close(self) -> None:
        """Take in nothing more."""
        self._open = False

    async def resume(self) -> int:
        """Take up what a dead worker left unfinished; returns how many updates that were.

        Once it is closed, none: what this worker holds then, the others find when it has left.

        Raises:
            StoreError: It cannot be read.
        """
        async with self._turn:
            return await self._add(_read(await self._inbox.left())) if self._open else 0

    async def take_over(self, ids: Iterable[int]) -> None:
        """Take in what another worker handed over; raises like `resume`."""
        async with self._turn:
            if not self._open:  # it stays held, and the others find it once this one has left
                return
            for taken in _read(await self._inbox.read(ids)).values():
                self._order.add(taken)

    async def take_body(self, body: bytes) -> None:
        """Take in what a webhook was sent; raises like `take`."""
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            self._malformed("what came through the webhook is no JSON")
            return
        await self.take([update])

    async def take(self, updates: Iterable[object]) -> None:
        """Keep updates for good, and put them in order; what is none is counted and left out.

        Raises:
            StoreError: They may not have been kept; they may be taken again.
        """
        if not self._open:
            raise StoreUnavailableError("The bot is stopping; Telegram sends this update again.")
        taken = {new.id: new for new in map(self._looked_at, updates) if new}
        await self._order.room()
        async with self._turn:
            fresh = await self._inbox.put({i: new.body for i, new in taken.items()})
            await self._add({i: taken[i] for i in fresh})

    async def _add(self, fresh: dict[int, Taken]) -> int:
        """Put in order what is this worker's turn, and let the rest go; returns how many those are.

        Older, and first, is what a dead worker left of its chat, and what was handed over unheard.
        """
        mine: set[int] = set()
        try:
            share = await self._turns.take({i: new.chat for i, new in fresh.items()})
            mine.update(share.ids)
            # One that came here a second time says nothing of those handed over before it.
            heard = not fresh.keys() & share.handed and self._inbox.given(share.handed)
            if share.inherits or not heard:
                left = _read(await self._inbox.left())
                fresh = dict(sorted((left | fresh).items()))
                mine.update((await self._turns.take({i: n.chat for i, n in left.items()})).ids)
        finally:  # what failed is found again by `Inbox.left`
            self._inbox.let_go(fresh.keys() - mine)
            for update_id in sorted(mine):
                self._order.add(fresh[update_id])
        return len(mine)

    def _looked_at(self, update: object) -> Taken | None:
        update_id = id_of(update)
        if update_id is None or not isinstance(update, dict):
            self._malformed("what came in is no update: it has no id")
            return None
        kind = next((kind for kind in KINDS if kind in update), None)
        if kind is None:
            log.debug("update %d is of no kind that the bot takes", update_id)
            return None
        return Taken(update_id, chat_of(update), json.dumps(update).encode())


def _read(bodies: Mapping[int, bytes]) -> dict[int, Taken]:
    return {i: Taken(i, chat_of(json.loads(body)), body) for i, body in bodies.items()}


def id_of(update: object) -> int | None:
    """The id of an update; None where it has none."""
    found = update.get("update_id") if isinstance(update, dict) else None
    well = isinstance(found, int) and not isinstance(found, bool) and 0 <= found < _ID_LIMIT
    return found if well else None


def chat_of(update: Mapping[str, Any]) -> int:
    """The chat that an update belongs to; 0 where that is nowhere."""
    for kind in KINDS:
        found = update.get(kind)
        for key in ("message", "chat", "id") if kind == "callback_query" else ("chat", "id"):
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, int):
            return found
    return 0
