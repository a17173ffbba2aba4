"""The job where things break: killed anywhere, a full server, a bucket of very many."""

import asyncio
import os
import random
import sys
import time
from pathlib import Path

import pytest

from bot.rebucket import Pace
from bot.store import COLD, RedisStore
from bot.store.client import Reply
from bot.store.connection import Connection, Script
from bot.store.keys import JOB_LOCK, scope_keys
from bot.store.mirror import Mirrors
from bot.store.scopes import Scopes
from memnn.errors import StoreFullError
from memnn.parts import Parts
from memnn.records import Plan
from memnn.store import Store
from tests.filing import LARGE, assert_filed, cold, file_in_buckets, fill, postings, refile, texts
from tests.servers import Backend, opened, plain_server
from tests.worlds import plan, slot, word_hashes

ROOT = Path(__file__).parents[3]
PROGRAM = """
import asyncio, sys
from pathlib import Path
from bot.rebucket import Pace
from bot.store import COLD, RedisStore
from memnn import artifact
from memnn.served import parts_of
from tests.filing import LARGE, refile

async def main(url, key):
    parts = parts_of(artifact.load())
    async with RedisStore.open(url, key_file=Path(key), featuriser=parts) as store:
        print("ready", flush=True)
        while True:
            await refile(store, parts, Pace(16, 1.0))

asyncio.run(main(*sys.argv[1:]))
"""


async def read(store: Store, scope: str) -> list[str]:
    """All texts of a scope."""
    return [memory.text for memory in (await store.page(scope, limit=5000)).memories]


class Cutting(Connection):
    """A connection that kills whoever uses it, before or after one of its calls."""

    left = 0

    async def run(self, script: Script, keys: tuple[str, ...], *args: bytes | str | int) -> Reply:
        """Run a script, or be killed."""
        await self._cut()
        reply = await super().run(script, keys, *args)
        await self._cut()
        return reply

    async def command(self, *words: bytes | str | int) -> Reply:
        """Send a command, or be killed."""
        await self._cut()
        reply = await super().command(*words)
        await self._cut()
        return reply

    async def _cut(self) -> None:
        self.left -= 1
        task = asyncio.current_task()
        if self.left == 0 and task is not None:
            task.cancel()
            await asyncio.sleep(0)


async def test_killed_at_every_step(place: Backend, parts: Parts) -> None:
    """Wherever the job is cut off, nothing is lost, the scope answers, and the next one goes on."""
    told = texts(340)
    async with cold(place, parts) as store:
        assert place.server is not None
        await fill(store, "large", parts, told)
        before = await read(store, "large")
        connection = Cutting(place.server.url, None)
        cut = RedisStore(connection, Scopes(connection, store._scopes.master), parts, Mirrors(1))
        steps, state = 0, None
        while state is None:
            connection.left = steps = steps + 1 + steps // 60 * 5
            job = asyncio.create_task(refile(cut, parts, Pace(50, 0.0)))
            await asyncio.wait([job])
            if not job.cancelled():
                state = job.result()
                assert state is not None
            await store._connection.command("HSET", JOB_LOCK, "until", 1)  # its minute is over
            if steps % 3 == 0:
                assert await read(store, "large") == before
                found = await store.candidates("large", parts.words(told[3]))
                assert told[3] in [memory.text for memory in found]
        assert await read(store, "large") == before
        await cut.close()
        assert steps > 60
        assert state.recall >= 0.99
        await assert_filed(store, "large")


async def test_killed_at_random(place: Backend, parts: Parts) -> None:
    """A process that is killed while it files loses nothing; another one ends what it began."""
    chance = random.Random(5)  # noqa: S311 -- only spreads the kills
    assert place.server is not None
    command = [sys.executable, "-c", PROGRAM, place.server.url, str(place.key_file)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    async with cold(place, parts) as store:
        await fill(store, "large", parts, texts(900))
        before = await read(store, "large")
        for _ in range(2):
            process = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.PIPE, env=environment
            )
            assert process.stdout is not None
            await process.stdout.readline()
            await asyncio.sleep(chance.uniform(0.05, 0.9))
            process.kill()
            await process.wait()
            assert await read(store, "large") == before
            await store.add("large", Plan(f"{time.monotonic()}", ()))
        await store._connection.command("HSET", JOB_LOCK, "until", 1)  # its minute is over
        assert await refile(store, parts) is not None
        assert await read(store, "large") == before
        await assert_filed(store, "large")


async def test_a_full_server(tmp_path: Path, parts: Parts) -> None:
    """Where memory runs out during a build, the old buckets are read, and the error is clear."""
    told = texts(600)
    with plain_server(tmp_path, "--maxmemory-policy", "noeviction") as url:
        async with RedisStore.open(
            url, key_file=tmp_path / "key", featuriser=parts, score_all=LARGE, hot_bytes=1
        ) as store:
            command = store._connection.command
            await fill(store, "large", parts, told)
            await refile(store, parts)
            job = asyncio.create_task(refile(store, parts, Pace(16, 0.5)))
            while not await postings(store, "large", 3):
                assert not job.done()
            await command("CONFIG", "SET", "maxmemory", 1)
            with pytest.raises(StoreFullError, match="raise its maxmemory"):
                await job

            state = await store.rebucketing.state()
            assert (state.generation, state.building) == (2, 3)
            assert "out of memory" in state.trouble
            assert (await store.facts("large")).generation == 2
            assert await command("EXISTS", scope_keys("large", 3)[3]) == 0
            found = await store.candidates("large", parts.words(told[3]))
            assert told[3] in [memory.text for memory in found]

            await command("CONFIG", "SET", "maxmemory", 0)
            assert await refile(store, parts) is not None
            await assert_filed(store, "large")


async def test_a_bucket_of_very_many(place: Backend) -> None:
    """A word that 100,000 memories hold is answered from the newest of them, and soon."""
    async with opened(place, hot_bytes=1) as store:
        template = slot("the same old tea")
        for at in range(0, 100_000, 2_000):
            await store.add("large", Plan(f"{at}", (template,) * 2_000))
        await store.add("large", plan("needle", "a needle in tea"))
        await store.add("large", plan("tea", "more tea"))
        await file_in_buckets(store, "large")
        for asked, wanted in (("tea", "more tea"), ("needle", "a needle in tea")):
            start = time.perf_counter()
            found = await store.candidates("large", word_hashes(asked))
            assert time.perf_counter() - start < 2
            assert wanted in [memory.text for memory in found]
            assert len(found) <= COLD
        await store.forget("large", [100_001])
        found = await store.candidates("large", word_hashes("needle"))
        assert "a needle in tea" not in [memory.text for memory in found]
