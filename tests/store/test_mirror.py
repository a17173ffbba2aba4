"""Hot scopes: kept, bounded, brought up to date, and with features of the model that reads them."""

from memnn.records import Memory
from tests.servers import Backend, opened
from tests.worlds import TIME, TextFeaturiser, packed, plan, word_hashes


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
    """A hot scope that grows over the limit gives what shares a word, from its mirror."""
    async with opened(backend, score_all=3) as store:
        await store.add(scope, plan("a", "red", "green", "blue"))
        assert len(await store.candidates(scope, word_hashes("red"))) == 3
        await store.add(scope, plan("b", "red again"))

        found = await store.candidates(scope, word_hashes("red"))

        assert [m.text for m in found] == ["red", "red again"]


async def test_buckets_over_many_ids(backend: Backend, scope: str) -> None:
    """Buckets are split by ids; a question finds what is filed in any part of them."""
    ids = (1, 8191, 8192, 20_000)
    async with opened(backend, score_all=2) as store:
        words = word_hashes("red")
        await store.restore(
            scope, [Memory(i, f"{i}", f"red {i}", TIME, "", packed("red"), words) for i in ids]
        )
        assert [m.id for m in await store.candidates(scope, words)] == list(ids)
        await store.forget(scope, [8192])
        assert [m.id for m in await store.candidates(scope, words)] == [1, 8191, 20_000]
        assert len(await store.candidates(scope, ())) == 0
