"""Several workers of one bot, from receipt to the order of their chats."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Awaitable, Callable
from itertools import count

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from telegram import Bot, Update

from bot.store import Ledger, RedisStore
from bot.telegram.holding import Holding
from bot.telegram.intake import Intake
from bot.telegram.ordering import InOrder
from bot.telegram.receipts import Receipts
from bot.telegram.sharing import Sharing
from tests.servers import Backend, opened
from tests.telegram_updates import said

Step = tuple[Callable[["Life", int, int], Awaitable[None]], int, int]
BOT = Bot("1:x")  # never called
_numbers = count(3_000_000)


class Worker:
    """A process of a bot without Telegram: what is handled is noted."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.handled: list[tuple[int, int]] = []
        self.living = 0
        self.receipts = Receipts(ledger.inbox)
        self.held = Holding(ledger.inbox.lost)
        self._queue: asyncio.Queue[object] = asyncio.Queue()
        self.order = InOrder(self._queue, BOT, self.receipts.add, lambda *_: None, self.held)
        self.intake = Intake(ledger.inbox, ledger.turns, self.order, lambda _: None)
        self.sharing = Sharing(ledger, self.intake, self.order, self._share, alone=False)

    def _share(self, living: int) -> None:
        self.living = living

    async def handle(self, most: int = 1_000) -> None:
        """Handle some of what waits."""
        while not self._queue.empty() and most:
            most -= 1
            update = self._queue.get_nowait()
            assert isinstance(update, Update)
            assert update.effective_chat
            self.handled.append((update.effective_chat.id, update.update_id))
            await self.order.process_update(update, asyncio.sleep(0))
        await self.receipts.flush()

    async def hear(self) -> None:
        """Take up what was left or handed over."""
        await self.sharing.join()
        await self.intake.resume()


async def _workers(store: RedisStore, many: int, bot_id: int = 0) -> list[Worker]:
    bot_id = bot_id or next(_numbers)
    made = [Worker(store.ledger(bot_id)) for _ in range(many)]
    for worker in made:
        await worker.sharing.join()
    return made


async def test_a_chat_is_handled_by_one_worker(store: RedisStore) -> None:
    """Whoever takes updates in, a chat's are handled by the same one, in order."""
    ann, ben = await _workers(store, 2)
    listening = asyncio.create_task(ann.sharing.listen())
    await asyncio.sleep(0.1)
    await ann.intake.take([said(1, 5), said(2, 6)])
    for number in range(3, 9):
        await ben.intake.take([said(number, 5)])
    for _ in range(500):
        if len(ann.order) < 8:
            await asyncio.sleep(0.01)
    listening.cancel()
    await ann.handle()
    await ben.handle()
    assert ben.handled == []
    assert [number for chat, number in ann.handled if chat == 5] == [1, 3, 4, 5, 6, 7, 8]
    assert ann.living == 1
    await ann.sharing.join()
    assert ann.living == 2


async def test_what_was_handed_over_unheard_comes_first(store: RedisStore) -> None:
    """An update of a chat waits for the older ones that another worker has just handed over."""
    ann, ben = await _workers(store, 2)
    await ann.intake.take([said(1, 5)])
    await ben.intake.take([said(2, 5), said(3, 6)])
    await ann.intake.take([said(4, 5)])
    await ann.intake.take_over([2])  # heard of too late: it is here already
    await ann.handle()
    assert ann.handled == [(5, 1), (5, 2), (5, 4)]


async def test_what_a_dead_worker_left_of_a_chat_comes_first(store: RedisStore) -> None:
    """The next update of the chat waits until what the dead one had not finished is handled."""
    ann, ben = await _workers(store, 2)
    await ann.intake.take([said(1, 5), said(2, 5)])
    await ann.sharing.leave()
    await ben.intake.take([said(3, 5)])
    await ben.handle()
    assert ben.handled == [(5, 1), (5, 2), (5, 3)]


async def test_who_was_taken_for_dead_lets_go_of_what_others_have(store: RedisStore) -> None:
    """Of what it had waiting, a worker that comes to itself handles only what is still its own."""
    ann, ben = await _workers(store, 2)
    await ann.intake.take([said(1, 5), said(2, 5), said(3, 5)])
    await ann.sharing.leave()  # as if its lease had ended
    await ben.intake.resume()
    key = ann.ledger.turns._workers
    await store._connection.command("ZADD", key, 1, ann.ledger.inbox.worker)
    await ann.sharing.join()
    await ann.handle()
    await ben.handle()
    assert ann.handled == [(5, 1)]  # was at work already
    assert ben.handled == [(5, 1), (5, 2), (5, 3)]


async def test_who_stops_takes_nothing_over(store: RedisStore) -> None:
    """What is handed to a worker that finishes its work waits for the others, in order."""
    ann, ben = await _workers(store, 2)
    await ann.intake.take([said(1, 5)])
    await ben.intake.take([said(2, 5), said(3, 5)])
    ann.intake.close()
    await ann.intake.take_over([2])
    assert await ann.intake.resume() == 0
    await ann.handle()
    await ann.sharing.leave()
    await ben.intake.take([said(4, 5)])
    await ben.handle()
    assert (ann.handled, ben.handled) == ([(5, 1)], [(5, 2), (5, 3), (5, 4)])


async def test_what_was_held_too_long_is_handled_once(store: RedisStore) -> None:
    """A worker that was taken for dead while it held a chat finds that another has it."""
    ann, ben = await _workers(store, 2)
    await ann.intake.take([said(1, 5), said(2, 5)])
    ann.held.failed(1)
    await ann.handle()
    await ann.sharing.leave()  # as if its lease had ended
    await ben.intake.resume()
    await asyncio.sleep(1.0)
    assert len(ann.order) == 0
    await ann.handle()
    await ben.handle()
    assert ben.handled == [(5, 1), (5, 2)]
    assert ann.handled == [(5, 1)]  # when the memory was away


class Life:
    """Three workers of a bot, and what was taken in by any of them."""

    def __init__(self, store: RedisStore) -> None:
        self._store, self._bot_id, self._numbers = store, next(_numbers), count(1)
        self._workers: list[Worker] = []
        self._retired: list[Worker] = []
        self.taken: list[tuple[int, int]] = []

    async def begin(self) -> None:
        """Let all join."""
        self._workers = await _workers(self._store, 3, self._bot_id)

    async def take(self, who: int, chat: int) -> None:
        """A new update of a chat comes to one of them."""
        self.taken.append((chat, next(self._numbers)))
        await self._workers[who].intake.take([said(self.taken[-1][1], chat)])

    async def again(self, who: int, back: int) -> None:
        """An update comes once more."""
        if self.taken:
            chat, number = self.taken[-min(back, len(self.taken))]
            await self._workers[who].intake.take([said(number, chat)])

    async def handle(self, who: int, most: int) -> None:
        """One of them works for a moment."""
        await self._workers[who].handle(most)

    async def hear(self, who: int, _: int) -> None:
        """One of them looks at what was left or handed over."""
        await self._workers[who].hear()

    async def replace(self, who: int, _: int) -> None:
        """One of them goes, and a new one comes."""
        await self._workers[who].sharing.leave()
        self._retired.append(self._workers[who])
        self._workers[who] = Worker(self._store.ledger(self._bot_id))
        await self._workers[who].sharing.join()

    async def end(self) -> list[list[tuple[int, int]]]:
        """Let all finish what there is; returns what each handled."""
        for who in (0, 1, 2, 0, 1, 2):
            await self.hear(who, 0)
            await self.handle(who, 1_000)
        return [worker.handled for worker in (*self._retired, *self._workers)]


STEP = st.tuples(
    st.sampled_from([Life.take, Life.again, Life.handle, Life.hear, Life.replace]),
    st.integers(0, 2),
    st.integers(1, 3),
)


@example(steps=[(Life.take, 0, 1), (Life.take, 1, 1), (Life.take, 0, 1)])
@example(steps=[(Life.take, 0, 1), (Life.take, 1, 1), (Life.take, 1, 1), (Life.again, 0, 1)])
@given(steps=st.lists(STEP, max_size=25))
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_interleaving(backend: Backend, steps: list[Step]) -> None:
    """Whoever takes in, goes and takes up: each update is handled once, each chat in order."""

    async def live() -> None:
        async with opened(backend) as store:
            life = Life(store)
            await life.begin()
            for step, who, how in steps:
                await step(life, who, how)
            handled = await life.end()
            assert sorted(itertools.chain(*handled)) == sorted(life.taken)
            for each in handled:
                chats: dict[int, list[int]] = defaultdict(list)
                for chat, number in each:
                    chats[chat].append(number)
                assert all(ids == sorted(ids) for ids in chats.values())

    asyncio.run(live())
