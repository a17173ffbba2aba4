"""Hot scopes: kept, bounded, brought up to date, and with features of the model that reads them."""

from memnn.records import Memory
from tests.filing import file_in_buckets
from tests.servers import Backend, opened
from tests.worlds import TIME, TextFeaturiser, everything, packed, plan, texts, word_hashes


async def test_features_of_another_model(backend: Backend, scope: str) -> None:
    """Features that another model wrote are computed anew, in one go, and once while hot."""
    async with opened(backend) as store:
        await store.add(scope, plan("a", "one", "two"))
    new = TextFeaturiser(b"newm")
    async with opened(backend, model=new) as store:
        first = [m.features for m in await store.candidates(scope, ())]
        await store.add(scope, plan("b", "three"))
        second = [m.features for m in await store.candidates(scope, ())]

    assert first == [packed("one", b"newm"), packed("two", b"newm")]
    assert second == [*first, packed("three", b"newm")]
    assert new.asked == ["one", "two", "three"]


async def test_mirrors_are_bounded(backend: Backend, scope: str) -> None:
    """Scopes beyond the bound are let go, least recently used first, and come back when asked."""
    scopes = [f"{scope}:{i}" for i in range(6)]
    async with opened(backend, hot_bytes=20_000) as store:
        for name in scopes:
            await store.add(name, plan("a", *(f"text {i} of {name}" for i in range(20))))
            assert len(await store.candidates(name, ())) == 20
            assert 0 < store.hot_bytes <= 20_000
        assert list(store._mirrors._held) == scopes[-len(store._mirrors._held) :]
        assert 0 < len(store._mirrors._held) < 6
        for name in scopes:
            assert [m.text for m in await store.candidates(name, ())] == [
                f"text {i} of {name}" for i in range(20)
            ]


async def test_scope_larger_than_the_bound(backend: Backend, scope: str) -> None:
    """A scope that alone is over the bound is answered from, but not kept."""
    async with opened(backend, hot_bytes=100) as store:
        await store.add(scope, plan("a", "one"))

        assert len(await store.candidates(scope, ())) == 1
        assert store.hot_bytes == 0


async def test_mirror_is_not_reloaded(backend: Backend, scope: str) -> None:
    """While nothing changes, candidates are the very same arrays; a write changes them in place."""
    async with opened(backend) as store, opened(backend) as other:
        await store.add(scope, plan("a", "one"))
        slots = await store.candidates(scope, ())
        assert await store.candidates(scope, ()) is slots
        await other.add(scope, plan("b", "two"))
        assert await store.candidates(scope, ()) is slots
        assert [m.text for m in slots] == ["one", "two"]


async def test_scope_that_grows_large(backend: Backend, scope: str) -> None:
    """A hot scope that grows over the limit stays hot, and whole."""
    async with opened(backend, score_all=3) as store:
        await store.add(scope, plan("a", "red", "green", "blue"))
        slots = await store.candidates(scope, word_hashes("red"))
        assert len(slots) == 3
        await store.add(scope, plan("b", "red again"))

        assert await store.candidates(scope, word_hashes("red")) is slots
        assert len(slots) == 4


async def test_a_large_scope_gets_hot(backend: Backend, scope: str) -> None:
    """What shares a word answers at first; soon all is at hand, with what was changed meanwhile."""
    async with opened(backend, score_all=3) as store, opened(backend, score_all=3) as other:
        await store.add(scope, plan("a", *(f"red {n}" for n in range(700)), "blue"))
        await file_in_buckets(store, scope)
        found = [m.text for m in await store.candidates(scope, word_hashes("blue"))]
        assert "blue" in found
        assert len(found) < 50
        await other.forget(scope, [2])
        await other.edit(scope, plan("a", "green", *(f"red {n}" for n in range(1, 700)), "blue"))
        await other.add(scope, plan("b", "new"))
        await store._warming.settled()

        held = await everything(store, scope)
        assert (held[0].text, held[-1].text, len(held)) == ("green", "new", 702)
        slots = await store.candidates(scope, word_hashes("blue"))
        assert list(slots) == held
        assert await store.candidates(scope, ()) is slots


async def test_a_scope_that_does_not_fit_stays_cold(backend: Backend, scope: str) -> None:
    """A scope over the bound answers from what shares a word, and is not loaded again and again."""
    async with opened(backend, score_all=3, hot_bytes=20_000) as store:
        await store.add(scope, plan("a", *(f"red {n}" for n in range(700)), "blue"))
        await file_in_buckets(store, scope)
        for _ in range(3):
            assert 1 <= len(await store.candidates(scope, word_hashes("blue"))) < 50
            await store._warming.settled()
        assert store._warming._oversized == {scope: 701}
        assert store.hot_bytes == 0


async def test_a_scope_forgotten_while_it_is_loaded(backend: Backend, scope: str) -> None:
    """Nothing that was loaded of a scope which is forgotten meanwhile answers."""
    async with opened(backend, score_all=3) as store, opened(backend, score_all=3) as other:
        for forgetful in (store, other):
            await store.add(scope, plan("a", *(f"red {n}" for n in range(700))))
            await store.candidates(scope, ())
            await forgetful.forget_all(scope)
            await other.add(scope, plan("z", "one", "two", "three", "four"))
            for _ in range(2):  # before it is loaded again, and after
                await store._warming.settled()
                found = await store.candidates(scope, word_hashes("one red"))
                assert {"one"} <= set(texts(found)) <= {"one", "two", "three", "four"}
            await store.forget_all(scope)


async def test_buckets_over_many_ids(backend: Backend, scope: str) -> None:
    """Buckets are split by ids; a question finds what is filed in any part of them."""
    ids = (1, 8191, 8192, 20_000)
    async with opened(backend, score_all=2, hot_bytes=1) as store:
        words = word_hashes("red")
        await store.restore(
            scope, [Memory(i, f"{i}", f"red {i}", TIME, "", packed("red"), words) for i in ids]
        )
        await file_in_buckets(store, scope)
        assert [m.id for m in await store.candidates(scope, words)] == list(ids)
        await store.forget(scope, [8192])
        assert [m.id for m in await store.candidates(scope, words)] == [1, 8191, 20_000]
        assert len(await store.candidates(scope, ())) == 0
