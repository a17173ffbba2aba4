"""The job: what it files, what it leaves alone, and that nothing and nobody gets in its way."""

import asyncio
from dataclasses import replace

import pytest

from bot.rebucket import Pace, Progress, rebucket
from bot.store import TakenOverError
from bot.store.keys import JOB_LOCK, book_key, scope_keys
from memnn.parts import Parts
from memnn.records import Plan
from tests.filing import LARGE, assert_filed, building, cold, fill, postings, refile, slots, texts
from tests.servers import Backend

SLOWLY = Pace(16, 0.2)


async def test_large_scopes_are_filed(place: Backend, parts: Parts) -> None:
    """Large scopes are filed and then answered from their buckets; small ones have none."""
    told = texts(800)
    async with cold(place, parts) as store:
        await fill(store, "large", parts, told)
        await fill(store, "small", parts, told[:50])
        seen: list[Progress] = []
        state = await rebucket(store, parts, seen.append, large=LARGE)

        assert state is not None
        assert (state.generation, state.building, state.statements, state.scopes) == (2, 0, 800, 1)
        assert state.recall >= 0.99
        assert state == await store.rebucketing.state()
        assert [at.done for at in seen] == sorted(at.done for at in seen)
        assert (seen[-1].done, seen[-1].total, seen[-1].generation) == (800, 800, 2)
        await assert_filed(store, "large")
        assert (await store.facts("large")).generation == 2
        assert (await store.facts("small")).generation == 0
        found = await store.candidates("large", parts.words(told[7].split()[0]))
        assert told[7] in [memory.text for memory in found]
        assert len(found) < 200


async def test_everything_is_filed_anew(place: Backend, parts: Parts) -> None:
    """The next run makes the next generation; the old buckets and their codebook are gone."""
    async with cold(place, parts) as store:
        await fill(store, "large", parts, texts(400))
        await refile(store, parts)
        await fill(store, "large", parts, texts(100, seed=1), "more")
        state = await refile(store, parts)

        assert state is not None
        assert (state.generation, state.statements) == (3, 500)
        await assert_filed(store, "large")
        gone = [scope_keys("large", 2)[3], book_key(2)]
        assert await store._connection.command("EXISTS", *gone) == 0


async def test_what_is_written_after_is_filed_too(place: Backend, parts: Parts) -> None:
    """Memories that come, change, go and come back are filed by the codebook in use."""
    async with cold(place, parts) as store:
        await fill(store, "large", parts, texts(400))
        await refile(store, parts)
        new = slots(parts, ["Zorblatt put Quux's lamp into the attic", "Kabel went home"])
        await store.add("large", Plan("new", tuple(new)))
        await store.edit("large", Plan("100", tuple(slots(parts, texts(90, seed=5)))))
        await store.restore("large", (await store.forget("large", [3, 4, 5, 250]))[:2])
        await assert_filed(store, "large")
        found = await store.candidates("large", parts.words("zorblatt"))
        assert new[0].text in [memory.text for memory in found]
        await store.forget_all("large")
        assert await store._connection.command("EXISTS", *scope_keys("large", 2)) == 0


async def test_writes_during_a_build(place: Backend, parts: Parts) -> None:
    """Whatever is written while a scope is filed is filed once, as it is in the end."""
    async with cold(place, parts) as store, cold(place, parts) as other:
        for round_ in range(2):
            scope = f"large {round_}"
            await fill(store, scope, parts, texts(700))
            job = asyncio.create_task(refile(store, parts, SLOWLY))
            step = 0
            while not job.done():
                step += 1
                made = tuple(slots(parts, texts(99, seed=step)))
                await other.add(scope, Plan(f"new {step}", made[:2]))
                await other.edit(scope, Plan(f"{step % 7 * 100}", made))
                gone = await other.forget(scope, [step * 13 % 700, step * 7 % 700])
                await other.restore(scope, gone[:1])
                await asyncio.sleep(0.08)
            assert (await job) is not None
            assert step > 3
            await assert_filed(store, scope)
            assert (await store.facts(scope)).generation == round_ + 2


async def test_one_of_two_works(place: Backend, parts: Parts) -> None:
    """Of two jobs at once, one does the work and the other says so."""
    async with cold(place, parts) as store, cold(place, parts) as other:
        await fill(store, "large", parts, texts(400))
        ran = await asyncio.gather(refile(store, parts), refile(other, parts))
        assert sorted(state is None for state in ran) == [False, True]
        await assert_filed(store, "large")
        assert await refile(other, parts) is not None


async def test_a_job_that_lost_its_lock_writes_nothing(place: Backend, parts: Parts) -> None:
    """A job that slept too long is refused by all that it would write once another is at work."""
    async with cold(place, parts) as store, cold(place, parts) as other:
        await fill(store, "large", parts, texts(400))
        async with store.rebucketing.at_work() as job:
            assert job is not None
            book = await store.rebucketing.book(2)
            assert book is None
            build = await job.begin("large", 2)
            assert build is not None
            await store._connection.command("HSET", JOB_LOCK, "until", 1)  # as if long ago
            assert await refile(other, parts) is not None
            for refused in (
                job.begin("large", 9),
                job.file(build, 10),
                job.end(build, "switch"),
                job.end(build, "drop"),
                job.keep(await store.rebucketing.state()),
                job.drop_books(9, ()),
            ):
                with pytest.raises(TakenOverError):
                    await refused
        await assert_filed(store, "large")


async def test_a_lock_from_the_future(place: Backend, parts: Parts) -> None:
    """A lock that a clock, since set back, made to last for years does not stop the next job."""
    async with cold(place, parts) as store:
        await fill(store, "large", parts, texts(400))
        far = 10**14
        await store._connection.command("HSET", JOB_LOCK, "token", "x", "until", far, "fence", far)
        assert await refile(store, parts) is not None
        await assert_filed(store, "large")


async def test_a_scope_forgotten_while_it_is_filed(place: Backend, parts: Parts) -> None:
    """It is gone from every generation, and its successor of the same name is left in peace."""
    async with cold(place, parts) as store, cold(place, parts) as other:
        for again in (False, True):
            await fill(store, "large", parts, texts(700))
            await fill(store, "other", parts, texts(400))
            job = asyncio.create_task(refile(store, parts, SLOWLY))
            await building(other, "large")
            await other.forget_all("large")
            if again:
                await fill(other, "large", parts, texts(20, seed=3))
            await job
            for generation in range(5):
                assert not await postings(store, "large", generation)
            assert len(await store.candidates("large", ())) == (20 if again else 0)
            await store.forget_all("other")
            await store.forget_all("large")


async def test_a_build_that_finds_less_is_not_read(place: Backend, parts: Parts) -> None:
    """Where buckets are lost while they are made, the scope stays as it was, and it is told."""
    told = texts(400)
    async with cold(place, parts) as store:
        await fill(store, "large", parts, told)
        await fill(store, "other", parts, told)
        job = asyncio.create_task(refile(store, parts, SLOWLY))
        await building(store, "large")
        while (await store.rebucketing.state()).scopes == 0:
            await store._connection.command("DEL", scope_keys("large", 2)[3])
        state = await job

        assert state is not None
        assert state.held_back == 1
        assert state.recall < 0.99
        assert (await store.facts("large")).generation == 0
        assert (await store.facts("other")).generation == 2
        assert await store._connection.command("EXISTS", scope_keys("large", 2)[3]) == 0
        assert len(await store.candidates("large", ())) == 400


async def test_a_new_model_begins_anew(place: Backend, parts: Parts) -> None:
    """What another model's codebook began is given up; nothing of it is left."""
    async with cold(place, parts) as store:
        await fill(store, "large", parts, texts(400))
        job = asyncio.create_task(refile(store, parts, SLOWLY))
        await building(store, "large")
        job.cancel()
        await asyncio.wait([job])
        state = await store.rebucketing.state()
        async with store.rebucketing.at_work() as owner:
            assert owner is not None

            await owner.keep(replace(state, building_model="another"))

        made = await refile(store, parts)

        assert made is not None
        assert made.generation == 3
        await assert_filed(store, "large")
        assert await store._connection.command("EXISTS", scope_keys("large", 2)[3]) == 0


async def test_a_lost_codebook(place: Backend, parts: Parts) -> None:
    """Without its codebook a scope still stores, and finds exact words, until it is made anew."""
    told = texts(400)
    async with cold(place, parts) as store:
        await fill(store, "large", parts, told)
        await refile(store, parts)
        await store._connection.command("DEL", book_key(2))
    async with cold(place, parts) as store:
        await store.add("large", Plan("new", tuple(slots(parts, ["Zorblatt is here"]))))
        for text in (told[5], "Zorblatt is here"):
            found = await store.candidates("large", parts.words(text))
            assert text in [memory.text for memory in found]
        await refile(store, parts)
        await assert_filed(store, "large")


async def test_data_of_an_older_version(place: Backend, parts: Parts) -> None:
    """A scope that was filed by words alone goes on so, and is filed by a codebook in its turn."""
    told = texts(400)
    async with cold(place, parts) as store:
        await store.add("large", Plan("first", ()))
        await store._connection.command("HSET", scope_keys("large", 0)[0], "gen", 1, "fmt", 1)
    async with cold(place, parts) as store:
        await fill(store, "large", parts, told)
        await assert_filed(store, "large")
        assert (await store.facts("large")).generation == 1
        found = [m.text for m in await store.candidates("large", parts.words(told[9].split()[0]))]
        assert told[9] in found
        assert len(found) < 200
        await refile(store, parts)
        assert (await store.facts("large")).generation == 2
        await assert_filed(store, "large")
        assert await store._connection.command("EXISTS", scope_keys("large", 1)[3]) == 0
