"""What the store tells of a scope and of its server, in numbers."""

from datetime import timedelta

import pytest

from bot.store import ScopeFacts
from bot.store.crypto import BUCKETS
from bot.store.keys import LAYOUT_VERSION, scope_keys
from memnn.errors import StoreUnavailableError
from tests.filing import file_in_buckets
from tests.servers import Backend, kill_server, opened
from tests.worlds import TIME, plan


async def test_numbers_of_nothing(backend: Backend, scope: str) -> None:
    """A scope that is not there, or was forgotten, is all zeros."""
    async with opened(backend) as store:
        assert await store.facts(scope) == ScopeFacts()
        await store.add(scope, plan("a", "one"))
        await store.forget_all(scope)
        assert await store.facts(scope) == ScopeFacts()


async def test_numbers_of_a_scope(backend: Backend, scope: str) -> None:
    """Count, first and last write time, buckets and bytes are those of what is held."""
    async with opened(backend) as store:
        for day in range(5):
            time = TIME + timedelta(days=day)
            await store.add(scope, plan(f"{day}", f"tea word{day}", time=time))
        await file_in_buckets(store, scope)
        await store.forget(scope, [1, 5])

        facts = await store.facts(scope)

        used = [
            await store._connection.command("MEMORY", "USAGE", key, "SAMPLES", 0) or 0
            for key in scope_keys(scope, 2)
        ]
        assert facts == ScopeFacts(
            count=3,
            first=TIME + timedelta(days=1),
            last=TIME + timedelta(days=3),
            bytes=sum(used),
            buckets=facts.buckets,
            fullest=3,
            generation=2,
            layout=LAYOUT_VERSION,
        )
        assert sum(used) > 500
        assert 2 <= facts.buckets <= 4  # words may share one


async def test_one_memory_is_first_and_last(backend: Backend, scope: str) -> None:
    """A scope with one memory, and one with none left, have their numbers too."""
    async with opened(backend) as store:
        await store.add(scope, plan("a", "one"))
        facts = await store.facts(scope)
        assert facts.first == facts.last == TIME

        await store.forget(scope, [1])
        facts = await store.facts(scope)
        assert (facts.count, facts.first, facts.buckets, facts.fullest) == (0, None, 0, 0)
        assert facts.bytes > 0


async def test_buckets_of_a_large_scope(backend: Backend, scope: str) -> None:
    """A bucket counts once, however many stretches of ids it is split into."""
    async with opened(backend) as store:
        for start in range(0, 9_000, 500):
            texts = [f"tea {n}" for n in range(start, start + 500)]
            await store.add(scope, plan(f"{start}", *texts))

        assert (await store.facts(scope)).buckets == 0
        await file_in_buckets(store, scope)
        facts = await store.facts(scope)

        assert facts.count == 9_000
        assert facts.fullest >= 9_000
        assert facts.buckets <= BUCKETS


async def test_the_server_answers(backend: Backend) -> None:
    """The server tells of itself; one that is gone is told by an error."""
    assert backend.server is not None
    async with opened(backend) as store:
        await store.ping()
        assert (await store.server()).role == "master"
        store._connection._revive = None
        kill_server(backend.server)
        with pytest.raises(StoreUnavailableError):
            await store.ping()
        await backend.server.ensure()
        await store.ping()
