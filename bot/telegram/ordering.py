"""Order within a chat, no waiting between chats.

Each chat has at most one update in the application at a time; what else it sent waits here, as the
bytes that came. So what the application does at once it does for as many chats, and a flood holds
one place of them, not all. A chat whose update cannot be handled because the memory is away waits
with it, in no place at all.
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

from telegram import Bot, Update
from telegram.ext import BaseUpdateProcessor

from bot.telegram.holding import Holding

CHATS_AT_ONCE: Final = 512  # most of which wait for Telegram
_MOST: Final = 50_000  # about 40 MB of waiting updates


@dataclass(frozen=True, slots=True)
class Taken:
    """An update that was taken in and waits to be handled.

    Attributes:
        id: Its update id.
        chat: Where it belongs; 0 where that is nowhere.
        body: The update as JSON.
    """

    id: int
    chat: int
    body: bytes


class Lanes:
    """What waits, by chat. Pure; a chat without work leaves nothing behind."""

    def __init__(self) -> None:
        self._waiting: dict[int, deque[Taken]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        """The ids of what waits for its turn."""
        return (taken.id for lane in self._waiting.values() for taken in lane)

    @property
    def chats(self) -> int:
        """How many chats have something that waits or is at work."""
        return len(self._waiting)

    def behind(self, chat: int) -> tuple[int, ...]:
        """The ids of what waits in a chat behind that which is at work."""
        return tuple(taken.id for taken in self._waiting[chat])

    def add(self, taken: Taken) -> bool:
        """Put an update at the end of its lane; returns whether it is its turn at once."""
        self._count += 1
        lane = self._waiting.get(taken.chat)
        if lane is None:
            self._waiting[taken.chat] = deque()
            return True
        lane.append(taken)
        return False

    def finish(self, chat: int) -> Taken | None:
        """End the turn of a chat's update; returns the one whose turn it is now."""
        self._count -= 1
        lane = self._waiting[chat]
        if lane:
            return lane.popleft()
        del self._waiting[chat]
        return None


class InOrder(BaseUpdateProcessor):
    """Feeds an application with updates, chat by chat in order."""

    def __init__(
        self,
        queue: asyncio.Queue[object],
        bot: Bot,
        finished: Callable[[int], None],
        malformed: Callable[[Taken, Exception], None],
        held: Holding,
    ) -> None:
        """Make it.

        Args:
            queue: Where the application takes its updates from.
            bot: Whom the updates are for.
            finished: Told the id of every update that is done with.
            malformed: Told of an update that cannot be read; it is done with, too.
            held: Where updates wait that the memory was away for.
        """
        super().__init__(CHATS_AT_ONCE)
        self._queue = queue
        self._bot = bot
        self._finished = finished
        self._malformed = malformed
        self._held = held
        self._lanes = Lanes()
        self._at_work: dict[int, int] = {}  # update id → chat
        self._tasks: set[asyncio.Task[Any]] = set()
        self._idle, self._room = _set_event(), _set_event()
        self._draining = self._given_up = False
        self._dropped: set[int] = set()

    def __len__(self) -> int:
        """How many updates wait or are at work."""
        return len(self._lanes)

    def waiting(self) -> tuple[int, ...]:
        """The ids of those that are not at work: not yet, or not while the memory is away."""
        return (*self._held, *self._lanes)

    def drop(self, ids: Collection[int]) -> None:
        """Pass over some that wait, unfinished: another worker sees to them."""
        self._dropped.update(set(ids).intersection(self._lanes))
        for update_id in set(ids).intersection(self._held):
            self._held.let_go(update_id)
            self._start(self._following(self._at_work.pop(update_id)))

    def add(self, taken: Taken) -> None:
        """Let an update be handled after all others of its chat."""
        first = self._lanes.add(taken)
        self._note()
        if first:
            self._start(taken)

    async def room(self) -> None:
        """Wait until another update may be added without harm."""
        await self._room.wait()

    async def drain(self, timeout_s: float) -> None:
        """Wait until all is handled; give up what is not in time, and let it be unfinished.

        So is at once what waits for the memory: it may be away for long.
        """
        self._draining = True
        self._note()
        try:
            async with asyncio.timeout(timeout_s):
                await self._idle.wait()
        except TimeoutError:
            self._given_up = True
            for task in self._tasks:
                task.cancel()
        finally:
            self._held.stop()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handle an update; the application lets no error of a handler out."""
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        if self._given_up:
            cast("Coroutine[Any, Any, Any]", coroutine).close()
            return
        self._tasks.add(task)
        try:
            await coroutine
        finally:
            self._tasks.discard(task)
        done = cast("Update", update).update_id
        chat = self._at_work[done]
        if self._held.hold(done, partial(self._lanes.behind, chat), partial(self._back, update)):
            self._note()
        else:
            self._start(self._end(done, self._at_work.pop(done)))

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    def _back(self, update: object, lost: set[int]) -> None:
        """The memory is back: handle an update again, unless another worker has it by now."""
        self.drop(lost)
        update_id = cast("Update", update).update_id
        if update_id in lost:
            self._start(self._following(self._at_work.pop(update_id)))
        else:
            self._note()
            self._queue.put_nowait(update)

    def _start(self, taken: Taken | None) -> None:
        while taken is not None:
            if taken.id in self._dropped:
                self._dropped.remove(taken.id)
                taken = self._following(taken.chat)
                continue
            try:
                update = Update.de_json(json.loads(taken.body), self._bot)
            except Exception as error:  # noqa: BLE001 -- anything can be wrong with what came in
                self._malformed(taken, error)
                taken = self._end(taken.id, taken.chat)
            else:
                self._at_work[taken.id] = taken.chat
                self._queue.put_nowait(update)
                return

    def _end(self, done: int, chat: int) -> Taken | None:
        self._finished(done)
        return self._following(chat)

    def _following(self, chat: int) -> Taken | None:
        following = self._lanes.finish(chat)
        self._note()
        return following

    def _note(self) -> None:
        count = len(self._lanes)
        busy = self._lanes.chats > len(self._held) if self._draining else count
        (self._idle.clear if busy else self._idle.set)()
        (self._room.set if count < _MOST else self._room.clear)()


def _set_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event
