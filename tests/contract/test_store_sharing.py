"""The contract of `memnn.store.Store` where several clients share the data, or a scope is large."""

import asyncio

from memnn.store import Store
from tests.servers import Backend
from tests.worlds import everything, plan, texts, word_hashes


async def test_large_scopes_give_what_shares_a_word(backend: Backend, scope: str) -> None:
    """Whatever shares a word with the question is a candidate, also where not everything is."""
    async with backend.open(score_all=5) as writer, backend.open(score_all=5) as reader:
        for i in range(12):
            await writer.add(scope, plan(f"{i}", f"common w{i % 3} only{i}"))
        await writer.edit(scope, plan("4", "common moved"))
        await writer.forget(scope, [8])
        for store in (writer, reader):
            found = await store.candidates(scope, word_hashes("w1 unheard"))

            assert {2, 11} <= {m.id for m in found}
            assert 8 not in found
            assert await store.candidates(scope, word_hashes("common")) is not None
            assert len(await store.candidates(scope, word_hashes("common"))) == 11


async def test_clients_see_each_other(backend: Backend, scope: str) -> None:
    """What one client writes, edits or forgets, the other sees at its next call."""
    async with backend.open() as one, backend.open() as two:
        await one.add(scope, plan("a", "one"))
        assert texts(await everything(two, scope)) == ["one"]
        await two.add(scope, plan("b", "two"))
        assert texts(await everything(one, scope)) == ["one", "two"]
        await one.edit(scope, plan("b", "2"))
        assert texts(await everything(two, scope)) == ["one", "2"]
        gone = await two.forget(scope, [1])
        assert texts(await everything(one, scope)) == ["2"]
        await one.restore(scope, gone)
        assert texts(await everything(two, scope)) == ["one", "2"]
        await two.forget_all(scope)
        assert await everything(one, scope) == []
        await one.add(scope, plan("a", "new"))
        assert texts(await everything(two, scope)) == ["new"]


async def test_concurrent_writers(backend: Backend, scope: str) -> None:
    """Several tasks of several clients may write one scope at once: all is stored, once."""
    async with backend.open() as one, backend.open() as two:

        async def write(store: Store, name: str) -> None:
            for i in range(10):
                await store.add(scope, plan(f"{name}{i}", f"{name} {i}", "and"))
                await store.add(scope, plan(f"shared {i}", f"shared {i}"))
                await store.edit(scope, plan(f"{name}{i}", f"{name} {i} edited"))

        await asyncio.gather(*(write(s, f"{n}") for n, s in enumerate((one, two, one, two))))

        held = await everything(one, scope)
        expected = [f"{n} {i} edited" for n in range(4) for i in range(10)]
        assert sorted(texts(held)) == sorted(expected + [f"shared {i}" for i in range(10)])
        assert held == await everything(two, scope)


async def test_close_twice(backend: Backend, scope: str) -> None:
    """A store may be closed more than once; the memories stay."""
    async with backend.open() as store:
        await store.add(scope, plan("a", "one"))
        await store.close()
        await store.close()
    async with backend.open() as store:
        assert texts(await everything(store, scope)) == ["one"]
