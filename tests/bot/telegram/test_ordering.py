"""Order within a chat, no waiting between chats, nothing left behind."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot, Update

from bot.telegram.holding import Holding
from bot.telegram.ordering import CHATS_AT_ONCE, InOrder, Lanes, Taken
from memnn.errors import StoreUnavailableError
from tests.telegram_updates import taken

Handle = Callable[[Update], Awaitable[None]]
BOT = Bot("1:x")  # never called


class Running:
    """An order whose updates are handled as an application would: each in a task of its own."""

    def __init__(self, handle: Handle) -> None:
        self.finished: list[int] = []
        self.malformed: list[tuple[int, str]] = []
        self._handle = handle
        self.away, self.lost = False, set[int]()
        self._queue: asyncio.Queue[object] = asyncio.Queue()
        self.held = Holding(self._lost)
        self.order = InOrder(self._queue, BOT, self.finished.append, self._malformed, self.held)

    async def _lost(self, ids: Collection[int]) -> set[int]:
        await asyncio.sleep(0)
        if self.away:
            raise StoreUnavailableError
        return self.lost & set(ids)

    async def _handled(self, update: Update) -> None:
        try:
            await self._handle(update)
        except StoreUnavailableError:
            self.held.failed(update.update_id)

    def _malformed(self, update: Taken, error: Exception) -> None:
        self.malformed.append((update.id, type(error).__name__))

    async def serve(self) -> None:
        """Handle until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                update = await self._queue.get()
                assert isinstance(update, Update)
                tasks.create_task(self.order.process_update(update, self._handled(update)))


@asynccontextmanager
async def running(handle: Handle) -> AsyncIterator[Running]:
    """An order at work."""
    run = Running(handle)
    task = asyncio.create_task(run.serve())
    yield run
    task.cancel()
    await asyncio.wait([task])


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), max_size=40))
def test_a_chat_is_handled_in_order(coming: list[tuple[int, int]]) -> None:
    """Whatever takes how long, a chat's updates begin when its earlier ones have ended."""

    async def scenario() -> None:
        at_work: set[int] = set()
        seen: dict[int, list[int]] = defaultdict(list)
        turns = {number: turns for number, (_, turns) in enumerate(coming)}

        async def handle(update: Update) -> None:
            assert update.effective_chat
            chat = update.effective_chat.id
            assert chat not in at_work
            at_work.add(chat)
            for _ in range(turns[update.update_id]):
                await asyncio.sleep(0)
            at_work.remove(chat)
            seen[chat].append(update.update_id)

        async with running(handle) as run:
            for number, (chat, _) in enumerate(coming):
                run.order.add(taken(number, chat))
                if number % 3 == 0:
                    await asyncio.sleep(0)
            await run.order.drain(10)
            assert len(run.order) == 0
            assert sorted(run.finished) == list(range(len(coming)))
            assert all(ids == sorted(ids) for ids in seen.values())

    asyncio.run(scenario())


async def test_a_flood_holds_one_place() -> None:
    """While one chat has thousands waiting, another is handled at once."""
    stuck, handled = asyncio.Event(), asyncio.Event()

    async def handle(update: Update) -> None:
        await (stuck.wait() if update.update_id < 5000 else asyncio.sleep(0))
        if update.update_id == 5000:
            handled.set()

    async with running(handle) as run:
        for number in range(5000):
            run.order.add(taken(number, 1))
        run.order.add(taken(5000, 2))
        async with asyncio.timeout(5):
            await handled.wait()
        assert run.finished == [5000]
        assert len(run.order) == 5000


async def test_so_many_chats_are_at_work_at_once() -> None:
    """The number of chats at work is bounded; the others get their turn."""
    now, most = 0, 0

    async def handle(_: Update) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1

    async with running(handle) as run:
        for number in range(CHATS_AT_ONCE * 2):
            run.order.add(taken(number, number))
        await run.order.drain(30)
        assert most == CHATS_AT_ONCE
        assert len(run.finished) == CHATS_AT_ONCE * 2


@pytest.mark.parametrize(
    "body", [b"{}", b'{"update_id": 2, "message": {}}', b'{"update_id": 2, "message": 7}', b"[]"]
)
async def test_what_cannot_be_read_is_done_with(body: bytes) -> None:
    """A malformed update is told of and passed over; the chat goes on."""

    async def handle(_: Update) -> None:
        await asyncio.sleep(0)

    async with running(handle) as run:
        for update in (taken(1, 7), Taken(2, 7, body), Taken(3, 8, body), taken(4, 7)):
            run.order.add(update)
        await run.order.drain(5)
        assert [number for number, _ in run.malformed] == [3, 2]
        assert sorted(run.finished) == [1, 2, 3, 4]


async def test_a_drain_gives_up_in_time_and_finishes_nothing_more() -> None:
    """What is not done in time stays unfinished, and what waited does not begin."""
    begun: list[int] = []

    async def handle(update: Update) -> None:
        begun.append(update.update_id)
        await asyncio.sleep(60)

    async with running(handle) as run:
        for number in range(3):
            run.order.add(taken(number, 1))
        run.order.add(taken(3, 2))
        await run.order.drain(0.05)
        await asyncio.sleep(0.01)
        assert begun == [0, 3]
        assert not run.finished


class Away:
    """A handling that fails as long as the memory is away for some chats."""

    def __init__(self, *chats: int) -> None:
        self.chats = set(chats)
        self.begun: list[int] = []
        self.handled: list[int] = []

    async def __call__(self, update: Update) -> None:
        """Handle an update."""
        await asyncio.sleep(0)
        self.begun.append(update.update_id)
        assert update.effective_chat
        if update.effective_chat.id in self.chats:
            raise StoreUnavailableError
        self.handled.append(update.update_id)


async def finished(run: Running, many: int) -> None:
    """Wait until so many updates are done with."""
    for _ in range(500):
        if len(run.finished) < many:
            await asyncio.sleep(0.02)
    assert len(run.finished) == many


async def test_what_the_memory_is_away_for_is_held() -> None:
    """It is handled again, first of its chat, once the memory is back; other chats go on."""
    handle = Away(1)
    async with running(handle) as run:
        run.away = True
        for update in (taken(1, 1), taken(2, 1), taken(3, 2), taken(4, 2)):
            run.order.add(update)
        await finished(run, 2)
        await asyncio.sleep(1.2)
        assert (handle.begun, handle.handled) == ([1, 3, 4], [3, 4])  # nobody tries in vain
        handle.chats.clear()
        run.away = False
        await finished(run, 4)
        assert handle.handled == [3, 4, 1, 2]
        assert run.finished == [3, 4, 1, 2]
        assert len(run.order) == len(run.held) == 0


async def test_what_fails_again_is_tried_less_and_less_often() -> None:
    """Where only a part of the memory is away, the rest of which says that it is there."""
    handle = Away(1)
    async with running(handle) as run:
        run.order.add(taken(1, 1))
        await asyncio.sleep(2.0)
        assert handle.begun == [1, 1, 1]  # after 0, 0.5 and 1.5 seconds
        handle.chats.clear()
        await finished(run, 1)


async def test_what_another_worker_has_by_now_is_passed_over() -> None:
    """This one was silent while the memory was away, so that it was taken for dead."""
    handle = Away(1)
    async with running(handle) as run:
        run.lost = {1, 2}
        for number in (1, 2, 3):
            run.order.add(taken(number, 1))
        await asyncio.sleep(0.2)
        handle.chats.clear()
        await finished(run, 1)
        assert (handle.handled, run.finished) == ([3], [3])
        assert len(run.order) == 0


async def test_what_is_held_can_be_dropped() -> None:
    """It counts among what waits, and its chat goes on without it."""
    handle = Away(1)
    async with running(handle) as run:
        for number in (1, 2):
            run.order.add(taken(number, 1))
        await asyncio.sleep(0.2)
        assert sorted(run.order.waiting()) == [1, 2]
        handle.chats.clear()
        run.order.drop({1})
        await finished(run, 1)
        await asyncio.sleep(0.8)
        assert handle.begun == [1, 2]
        assert run.finished == [2]


async def test_a_drain_waits_for_no_memory() -> None:
    """What is held stays unfinished, and so does what waits behind it; all else is finished."""
    handle = Away(1)
    async with running(handle) as run:
        run.away = True
        for number in (1, 2):
            run.order.add(taken(number, 1))
        await asyncio.sleep(0.1)
        run.order.add(taken(3, 2))
        async with asyncio.timeout(2):
            await run.order.drain(5)
        run.order.add(taken(4, 1))
        handle.chats.clear()
        run.away = False
        await asyncio.sleep(0.8)
        assert (handle.begun, run.finished) == ([1, 3], [3])


async def test_there_is_room_until_too_many_wait() -> None:
    """Who adds updates can wait until some are handled."""

    async def handle(_: Update) -> None:
        await asyncio.sleep(0)

    async with running(handle) as run:
        await run.order.room()
        for number in range(50_000):
            run.order.add(Taken(number, 1, b"[]" if number else taken(0, 1).body))
        assert len(run.order) == 50_000
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(run.order.room(), 0)
        async with asyncio.timeout(10):
            await run.order.room()


@given(st.lists(st.integers(1, 3)))
def test_lanes_leave_nothing_behind(chats: list[int]) -> None:
    """A lane is there as long as something of its chat waits or is at work."""
    lanes = Lanes()
    at_work = [
        Taken(n, chat, b"") for n, chat in enumerate(chats) if lanes.add(Taken(n, chat, b""))
    ]
    assert len(at_work) == len(set(chats))
    for _ in chats:
        update = at_work.pop()
        following = lanes.finish(update.chat)
        at_work += [following] if following else []
    assert len(lanes) == 0
    assert not lanes._waiting
