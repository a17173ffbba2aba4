"""Several workers of one bot: each chat is one worker's, and what a dead one left is taken up."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count

import pytest

from bot.store import LEASE_S, Inbox, Ledger, RedisStore, Turns
from bot.store.keys import ledger_key
from tests.servers import Backend, opened

_numbers = count(2_000_000)


class Worker:
    """One process of a bot, as the store knows it."""

    def __init__(self, ledger: Ledger) -> None:
        self.inbox: Inbox = ledger.inbox
        self.turns: Turns = ledger.turns

    async def take_in(self, chats: dict[int, int]) -> tuple[int, ...]:
        """Take in an update of each chat, by update id; returns which are its own turn."""
        fresh = await self.inbox.put({i: f"{chat}".encode() for i, chat in chats.items()})
        mine = (await self.turns.take({i: chats[i] for i in fresh})).ids
        self.inbox.let_go(set(fresh) - set(mine))
        return mine


class Crew:
    """All workers of a bot of the test's own."""

    def __init__(self, store: RedisStore) -> None:
        self.store, self.bot_id = store, next(_numbers)

    async def worker(self) -> Worker:
        """A new one."""
        worker = Worker(self.store.ledger(self.bot_id))
        await worker.turns.beat()
        return worker

    async def silence(self, worker: Worker) -> None:
        """Let a worker have been silent for too long."""
        key = ledger_key(self.bot_id, "workers")
        await self.store._connection.command("ZADD", key, 1, worker.inbox.worker)


@pytest.fixture(name="crew")
async def _crew(backend: Backend) -> AsyncIterator[Crew]:
    async with opened(backend) as store:
        yield Crew(store)


async def test_a_chat_stays_with_its_worker(crew: Crew) -> None:
    """What another takes in of a chat is handed over, and heard by its worker alone."""
    ann, ben = await crew.worker(), await crew.worker()
    assert await ann.take_in({1: 5, 2: 6}) == (1, 2)
    assert await ann.turns.posted() == ()
    assert await ben.turns.posted() == ()
    assert await ben.take_in({3: 5, 4: 7}) == (4,)
    assert await ann.turns.posted() == (3,)
    assert await ben.turns.posted() == ()
    assert await ann.inbox.read((3,)) == {3: b"5"}
    assert await ann.inbox.read((3,)) == {}


async def test_a_redelivery_to_another_worker_is_passed_over(crew: Crew) -> None:
    """An update that a living worker sees to is given to no other."""
    ann, ben = await crew.worker(), await crew.worker()
    assert await ann.take_in({1: 5}) == (1,)
    assert await ben.take_in({1: 5}) == ()
    await ann.inbox.done([1])
    assert await ben.take_in({1: 5}) == ()


async def test_what_was_posted_unheard_is_found(crew: Crew) -> None:
    """A worker that missed a post finds the update among what it holds."""
    ann, ben = await crew.worker(), await crew.worker()
    await ann.take_in({1: 5})
    await ben.take_in({2: 5})
    assert await ann.inbox.left() == {2: b"5"}
    assert await ben.inbox.left() == {}


async def test_what_was_handed_over_is_told_of_with_the_next_update(crew: Crew) -> None:
    """A worker that takes one in learns once of what it may not have heard of in the same chat."""
    ann, ben = await crew.worker(), await crew.worker()
    await ann.take_in({1: 5, 2: 6})
    await ben.take_in({3: 5, 4: 5})
    assert (await ann.turns.take({5: 6})).handed == frozenset()
    share = await ann.turns.take({6: 5})
    assert share.handed == {4}
    assert not ann.inbox.given(share.handed)
    assert sorted(await ann.inbox.left()) == [3, 4]
    assert ann.inbox.given(share.handed)
    assert (await ann.turns.take({7: 5})).handed == frozenset()


async def test_the_work_of_a_dead_worker_is_taken_up_once(crew: Crew) -> None:
    """Its unfinished updates go to one of the others, and its chats to whoever hears of them."""
    ann, ben, cid = [await crew.worker() for _ in range(3)]
    await ann.take_in({1: 5, 2: 5, 3: 6})
    await ann.inbox.done([1])
    await crew.silence(ann)
    share = await ben.turns.take({4: 5})
    assert share.inherits
    left = [await worker.inbox.left() for worker in (ben, cid)]
    assert left == [{2: b"5", 3: b"6"}, {}]
    assert (await cid.turns.take({5: 5})).ids == ()


async def test_who_leaves_is_not_waited_for(crew: Crew) -> None:
    """A worker that said goodbye hands on at once what it had not finished."""
    ann, ben = await crew.worker(), await crew.worker()
    await ann.take_in({1: 5})
    await ann.turns.leave()
    assert await ben.inbox.left() == {1: b"5"}


async def test_who_was_silent_hears_what_it_lost(crew: Crew) -> None:
    """A worker that comes to itself is told that it was taken for dead, and what others have."""
    ann, ben = await crew.worker(), await crew.worker()
    await ann.take_in({1: 5, 2: 6})
    await crew.silence(ann)
    await ben.take_in({1: 5})
    beat = await ann.turns.beat()
    assert (beat.living, beat.lapsed) == (2, True)
    assert await ann.inbox.lost([1, 2]) == {1}
    assert not (await ann.turns.beat()).lapsed


async def test_who_can_only_be_alone_waits_for_nobody(crew: Crew) -> None:
    """A bot that polls has no other workers: what they had is its own at once."""
    await (await crew.worker()).take_in({1: 5})
    poller = Worker(crew.store.ledger(crew.bot_id))
    assert (await poller.turns.beat(alone=True)).living == 1
    assert await poller.inbox.left() == {1: b"5"}


async def test_a_worker_is_dead_when_its_lease_ends(crew: Crew) -> None:
    """Without a word for that long its chats are anybody's, and not before."""
    ann, ben = await crew.worker(), await crew.worker()
    await ann.take_in({1: 5})
    await asyncio.sleep(LEASE_S / 2)
    await ben.turns.beat()
    assert await ben.take_in({2: 5}) == ()
    await asyncio.sleep(LEASE_S / 2 + 0.2)
    assert await ben.take_in({3: 5}) == (3,)
    assert sorted(await ben.inbox.left()) == [1, 2]
