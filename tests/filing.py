"""Large memories for tests of the buckets: filled quickly, and compared with what must be filed."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np

from bot.rebucket import FAST, Pace, rebucket
from bot.store import BucketState, RedisStore
from bot.store.keys import scope_keys
from bot.store.warming import stretches
from memnn.hashing import Codebook
from memnn.parts import Parts
from memnn.records import Plan, Slot
from tests.servers import Backend
from tests.worlds import TIME

LARGE = 300  # memories; in these tests, that is a large scope
BATCH = 100
FIRST = ("Ka", "Lo", "Mi", "Nu", "Ra", "Se", "To", "Vi", "Wa", "Zo")
LAST = ("bel", "dor", "fin", "gam", "lis", "mor", "nar", "pel", "rik", "sun")
THINGS = "lamp key book boat coat drum fork gate hat kettle ladder mirror needle oven pen quilt"
PLACES = "attic barn cellar drawer garden garage hall kitchen loft office porch shed study tower"


def texts(count: int, seed: int = 0) -> list[str]:
    """Statements with names, numbers and everyday words; few words stand in many of them."""
    chance = random.Random(seed)  # noqa: S311 -- the same texts at every run

    def told() -> str:
        one, two, three = (chance.choice(FIRST) + chance.choice(LAST) for _ in range(3))
        thing, place = chance.choice(THINGS.split()), chance.choice(PLACES.split())
        number = chance.randrange(100, 1000)
        return f"{one} put {two}'s {thing} {number} into the {place} of {three}"

    return [told() for _ in range(count)]


def slots(parts: Parts, told: list[str]) -> list[Slot]:
    """Statements as they are stored."""
    features = parts.features(told)
    return [
        Slot(text, TIME, "", value, parts.words(text))
        for text, value in zip(told, features, strict=True)
    ]


async def fill(
    store: RedisStore, scope: str, parts: Parts, told: list[str], name: str = ""
) -> None:
    """Store statements, many a message."""
    made = slots(parts, told)
    for at in range(0, len(made), BATCH):
        await store.add(scope, Plan(f"{name}{at}", tuple(made[at : at + BATCH])))


async def refile(store: RedisStore, parts: Parts, pace: Pace = FAST) -> BucketState | None:
    """Run the job over what is large in these tests."""
    return await rebucket(store, parts, lambda _: None, pace=pace, large=LARGE)


async def building(store: RedisStore, scope: str) -> None:
    """Wait until a scope is being filed."""
    for _ in range(10_000):
        head, _ = await store._look(scope)
        if head is not None and head.building:
            return
        await asyncio.sleep(0.001)
    raise AssertionError("nothing is being filed")


async def file_in_buckets(store: RedisStore, scope: str, generation: int = 2) -> None:
    """File a scope, however small, by a codebook that knows no words."""
    none = Codebook(generation, np.zeros(0, np.uint32), np.zeros(0, np.int32))
    async with store.rebucketing.at_work() as job:
        assert job is not None
        await job.save_book(none)
        await job.keep(BucketState(generation))
        build = await job.begin(scope, generation)
        while build is not None and not build.whole:
            build = await job.file(build, 1000)
        assert build is not None
        assert await job.end(build, "switch")


async def assert_filed(store: RedisStore, scope: str) -> None:
    """Every memory stands once in each of its buckets, nothing else does, and no build is open."""
    head, _ = await store._look(scope)
    assert head is not None
    assert head.building == 0
    filing = await store._codebooks.filing(head, head.generation)
    expected: dict[bytes, list[int]] = defaultdict(list)
    async for memories in stretches(store._scopes, head, 1000):
        for memory in memories:
            for name in filing.names(memory.words):
                expected[name].append(memory.id)
    assert await postings(store, scope, head.generation) == expected


async def postings(store: RedisStore, scope: str, generation: int) -> dict[bytes, list[int]]:
    """The ids in each bucket of a generation, ascending."""
    held = await store._connection.command("HGETALL", scope_keys(scope, generation)[3])
    found: dict[bytes, list[int]] = defaultdict(list)
    for name, ids in dict(held).items():
        found[name[:2]] += [int.from_bytes(ids[i : i + 4]) for i in range(0, len(ids), 4)]
    return {name: sorted(ids) for name, ids in found.items()}


@asynccontextmanager
async def cold(backend: Backend, parts: Parts) -> AsyncIterator[RedisStore]:
    """A store in which these scopes are large, and none is hot."""
    assert backend.server is not None
    async with RedisStore.open(
        backend.server.url,
        key_file=backend.key_file,
        featuriser=parts,
        score_all=LARGE,
        hot_bytes=1,
        revive=backend.server.ensure,
    ) as store:
        yield store
