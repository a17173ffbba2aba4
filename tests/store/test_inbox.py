"""The inbox: no update is lost between receipt and the end of its handling, none is given twice."""

import asyncio
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from bot.server import EmbeddedServer
from bot.store import RedisStore
from bot.store.keys import ledger_key
from memnn.errors import StoreError
from tests.servers import WHEEL, Backend, kill_server, opened, plain_server
from tests.worlds import TextFeaturiser

_numbers = count(1_000_000)


@pytest.fixture(name="bot_id")
def _bot_id() -> int:
    """A bot of the test's own."""
    return next(_numbers)


async def test_known_updates_are_passed_over(backend: Backend, bot_id: int) -> None:
    """An update is given once, in the order of ids, whether it is at work or finished."""
    async with opened(backend) as store:
        inbox = store.ledger(bot_id).inbox
        assert await inbox.put({}) == ()
        assert await inbox.put({12: b"b", 3: b"a"}) == (3, 12)
        assert await inbox.put({12: b"b", 13: b"c"}) == (13,)

        await inbox.done([3, 12])

        assert await inbox.put({3: b"a", 12: b"b", 13: b"c"}) == ()
        assert await store.ledger(bot_id).inbox.put({3: b"a", 12: b"b"}) == ()


async def test_what_is_left_is_found(backend: Backend, bot_id: int) -> None:
    """The next process finds what was not finished, once, ascending; what was finished is gone."""
    async with opened(backend) as store:
        inbox = store.ledger(bot_id).inbox
        await inbox.put({100: b"c", 9: bytes(range(256)), 10: b"b"})
        await inbox.done([10])
        assert await inbox.left() == {}

    async with opened(backend) as store:
        inbox = store.ledger(bot_id).inbox
        left = await inbox.left()

        assert list(left.items()) == [(9, bytes(range(256))), (100, b"c")]
        assert await inbox.left() == {}
        assert await inbox.put({9: b"again", 101: b"d"}) == (101,)
        await inbox.done([9, 100, 101])
        assert await store.ledger(bot_id).inbox.left() == {}


async def test_an_update_of_before_is_given_by_either(backend: Backend, bot_id: int) -> None:
    """What an earlier process left and Telegram sends again comes by `put` or by `left`, once."""
    async with opened(backend) as store:
        await store.ledger(bot_id).inbox.put({1: b"a", 2: b"b"})
        inbox = store.ledger(bot_id).inbox

        assert await inbox.put({1: b"a"}) == (1,)
        assert await inbox.left() == {2: b"b"}


async def test_ids_may_start_lower(backend: Backend, bot_id: int) -> None:
    """After a quiet week Telegram goes on with any id; the new ones are remembered all the same."""
    async with opened(backend) as store:
        inbox, command = store.ledger(bot_id).inbox, store._connection.command
        filler = [part for n in range(10_000) for part in (1_000, 900_000 + n)]
        await command("ZADD", ledger_key(bot_id, "seen"), *filler)
        await inbox.put({5: b"a"})
        await inbox.done([5])

        assert await store.ledger(bot_id).inbox.put({5: b"a"}) == ()
        assert await command("ZCARD", ledger_key(bot_id, "seen")) == 1  # the others were of 1970


async def test_what_is_remembered_is_bounded(backend: Backend, bot_id: int) -> None:
    """Of finished updates the newest 10,000 are remembered, for a day."""
    async with opened(backend) as store:
        inbox, command = store.ledger(bot_id).inbox, store._connection.command
        for start in (0, 6_000):
            ids = range(start, start + 6_000)
            await inbox.put(dict.fromkeys(ids, b""))
            await inbox.done(ids)

        assert await command("ZCARD", ledger_key(bot_id, "seen")) == 10_000
        assert 0 < await command("TTL", ledger_key(bot_id, "seen")) <= 86_400
        assert await command("EXISTS", ledger_key(bot_id, "inbox")) == 0
        assert len(inbox._finished) == 10_000
        assert not inbox._given


async def test_what_is_at_work_is_never_given_again(backend: Backend, bot_id: int) -> None:
    """However many updates wait in this process, and are finished in it meanwhile."""
    async with opened(backend) as store:
        inbox = store.ledger(bot_id).inbox
        for start in range(0, 24_000, 6_000):
            await inbox.put(dict.fromkeys(range(start, start + 6_000), b""))
        await inbox.done(range(12_000))

        assert await inbox.left() == {}
        assert await inbox.put({11_999: b"", 12_000: b"", 23_999: b""}) == ()
        assert inbox.given(range(2_000, 24_000))


async def test_a_full_server_takes_updates_in(tmp_path: Path, bot_id: int) -> None:
    """A bot that heard nothing any more could not even be told to forget."""
    with plain_server(tmp_path) as url:
        async with RedisStore.open(
            url, key_file=tmp_path / "key", featuriser=TextFeaturiser()
        ) as store:
            await store._connection.command("CONFIG", "SET", "maxmemory", 1)
            inbox = store.ledger(bot_id).inbox
            assert await inbox.put({1: b"a"}) == (1,)
            await inbox.done([1])
            assert await inbox.left() == {}


async def test_redeliveries_at_once(backend: Backend, bot_id: int) -> None:
    """Of deliveries of one update that cross each other and its end, one is given."""
    async with opened(backend) as store:
        inbox = store.ledger(bot_id).inbox
        for update in range(50):
            first = asyncio.create_task(inbox.put({update: b"x"}))
            others = [asyncio.create_task(inbox.put({update: b"x"})) for _ in range(4)]
            given = [*await first]
            await inbox.done([update])
            given += [i for other in others for i in await other]
            assert given == [update]


async def test_a_killed_server_loses_nothing(tmp_path: Path, bot_id: int) -> None:
    """What `put` took survives the server's sudden end; calls that fail may be repeated."""
    async with (
        EmbeddedServer(tmp_path / "data", wheel=WHEEL) as server,
        RedisStore.open(
            server.url, key_file=tmp_path / "key", featuriser=TextFeaturiser()
        ) as store,
    ):
        inbox = store.ledger(bot_id).inbox
        assert await inbox.put({1: b"a", 2: b"b"}) == (1, 2)
        await inbox.done([1])
        kill_server(server)
        with pytest.raises(StoreError):
            await inbox.put({3: b"c"})
        with pytest.raises(StoreError):
            await inbox.done([2])

        await server.ensure()

        assert await inbox.put({2: b"b", 3: b"c"}) == (3,)
        assert await store.ledger(bot_id).inbox.left() == {2: b"b", 3: b"c"}
        await inbox.done([2, 3])
        assert await store.ledger(bot_id).inbox.left() == {}


async def test_a_kept_update_whose_call_failed(backend: Backend, bot_id: int) -> None:
    """An update that was kept, though the call seemed to fail, is given when it is put again."""
    async with opened(backend) as store:
        # As when the reply is lost: Redis has it, this process was not told.
        await store.ledger(bot_id).inbox.put({7: b"x"})

        assert await store.ledger(bot_id).inbox.put({7: b"x"}) == (7,)


class InboxMachine(RuleBasedStateMachine):
    """Any order of deliveries, ends and new processes."""

    backend: Backend
    ids = st.sets(st.integers(1, 12), max_size=6)

    @initialize()
    def start(self) -> None:
        """A bot of this life's own."""
        self.runner = asyncio.Runner()
        self.bot_id = next(_numbers)
        self.context = opened(self.backend)
        self.store = self.runner.run(self.context.__aenter__())
        self.given: set[int] = set()
        self.open: set[int] = set()
        self.finished: set[int] = set()
        self.restart()

    @rule()
    def restart(self) -> None:
        """Another process goes on: what was open is given again."""
        self.inbox = self.store.ledger(self.bot_id).inbox
        self.given = set(self.runner.run(self.inbox.left()))
        assert self.given == self.open

    @rule(ids=ids)
    def put(self, ids: set[int]) -> None:
        """What is neither at work nor finished is given."""
        fresh = self.runner.run(self.inbox.put({i: str(i).encode() for i in ids}))
        assert list(fresh) == sorted(ids - self.open - self.finished)
        self.open |= set(fresh)

    @rule(ids=ids)
    def done(self, ids: set[int]) -> None:
        """What is finished stays finished, however often it is said."""
        ids &= self.open | self.finished
        self.runner.run(self.inbox.done(ids))
        self.open -= ids
        self.finished |= ids

    def teardown(self) -> None:
        """Leave the server to others."""
        if hasattr(self, "runner"):
            self.runner.run(self.context.__aexit__(None, None, None))
            self.runner.close()


def test_any_life_of_an_inbox(backend: Backend) -> None:
    """Whatever comes in whatever order, each update is handled to its end and given once."""
    InboxMachine.backend = backend
    run_state_machine_as_test(
        InboxMachine,
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
