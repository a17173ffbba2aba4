"""Tasks that are cancelled while they talk to the server."""

import asyncio

import pytest

from bot.store import RedisStore
from tests.servers import Backend, opened

ROUNDS = 300


async def calls(store: RedisStore) -> None:
    """One call after the other, for ever."""
    while True:
        await store.ping()


async def test_a_cancelled_task_ends(backend: Backend) -> None:
    """Whenever a call is cancelled, its task ends: no cancellation is lost in the client."""
    async with opened(backend) as store:
        for number in range(ROUNDS):
            task = asyncio.create_task(calls(store))
            for _ in range(1 + number % 40):
                await asyncio.sleep(0)
            task.cancel()
            done, _ = await asyncio.wait([task], timeout=1)
            assert done, f"goes on, cancelled after {1 + number % 40} steps"
            assert task.cancelled()
        await store.ping()


async def test_a_time_limit_holds(backend: Backend) -> None:
    """A time limit around calls ends them, and stays a time limit."""
    async with opened(backend) as store:
        for _ in range(20):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.003):
                    await calls(store)
