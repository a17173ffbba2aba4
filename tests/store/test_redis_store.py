"""What Redis holds: nothing readable, nothing of what was forgotten, nothing that was moved."""

import asyncio
import contextlib

import pytest

from bot.store import RedisStore
from bot.store.keys import JOB_STATE, book_key, escape, scope_keys, unescape
from memnn.errors import StoreError, StoreKeyError
from memnn.records import Memory
from tests.filing import file_in_buckets
from tests.servers import Backend, opened
from tests.worlds import TIME, packed, plan, word_hashes

PHRASE = "zanzibar pomegranate"


async def dump(store: RedisStore, scope: str) -> bytes:
    """Everything that Redis holds of a scope: names of keys, fields and values."""
    command = store._connection.command
    parts: list[object] = []
    for key in (*scope_keys(scope, 2), book_key(2), JOB_STATE):
        kind = await command("TYPE", key)
        if kind == b"hash":
            parts.append((key, await command("HGETALL", key)))
        elif kind == b"stream":
            parts.append((key, await command("XRANGE", key, "-", "+")))
        elif kind == b"string":
            parts.append((key, await command("GET", key)))
    return repr(parts).encode()


async def postings(store: RedisStore, scope: str) -> list[int]:
    """All ids in all word buckets."""
    fields = await store._connection.command("HGETALL", scope_keys(scope, 2)[3])
    values = fields.values() if isinstance(fields, dict) else fields[1::2]
    return [int.from_bytes(v[i : i + 4]) for v in values for i in range(0, len(v), 4)]


async def test_nothing_readable_at_rest(backend: Backend, scope: str) -> None:
    """Neither texts nor words, speakers or message ids are readable in Redis or in its files."""
    assert backend.server is not None
    async with opened(backend) as store:
        await store.add(scope, plan(f"message {PHRASE}", f"my {PHRASE}", speaker=PHRASE))
        await file_in_buckets(store, scope)
        await store.edit(scope, plan(f"message {PHRASE}", f"no {PHRASE}"))
        held = await dump(store, scope)

    assert held.count(b"mn:{") == 8
    files = b"".join(f.read_bytes() for f in backend.server.log_path.parent.rglob("*.aof"))
    assert files
    for word in PHRASE.split():
        assert word.encode() not in held
        assert word.encode() not in files
        assert repr(word_hashes(word)[0].to_bytes(4)).encode()[2:-1] not in held


async def test_forgotten_means_no_trace(backend: Backend, scope: str) -> None:
    """A forgotten memory leaves no record, no posting and no old text."""
    async with opened(backend) as store:
        await store.add(scope, plan("a", "red green", "green blue"))
        await file_in_buckets(store, scope)
        await store.edit(scope, plan("a", "red yellow", "green blue"))
        assert sorted(await postings(store, scope)) == [1, 1, 2, 2]
        await store.forget(scope, [1])

        keys = scope_keys(scope, 2)
        assert set(await postings(store, scope)) == {2}
        assert await store._connection.command("HLEN", keys[1]) == 1
        assert await store._connection.command("EXISTS", keys[5]) == 0
        await store.forget(scope, [2])
        assert await postings(store, scope) == []


async def gone_from_files(backend: Backend, value: bytes) -> bool:
    """Whether a value leaves the server's files within some seconds."""
    assert backend.server is not None
    for _ in range(500):
        with contextlib.suppress(FileNotFoundError):  # a file that was replaced meanwhile
            files = backend.server.log_path.parent.rglob("*.aof")
            if not any(value in file.read_bytes() for file in files):
                return True
        await asyncio.sleep(0.01)
    return False


async def test_forgotten_leaves_the_disk(backend: Backend, scope: str) -> None:
    """The encrypted value of a forgotten memory does not stay in the append-only file."""
    async with opened(backend) as store:
        await store.add(scope, plan("a", "one"))
        value = await store._connection.command("HGET", scope_keys(scope, 1)[1], 1)
        await store.forget(scope, [1])

        assert await gone_from_files(backend, value)


async def test_old_texts_are_bounded(backend: Backend, scope: str) -> None:
    """Of each memory the newest 50 texts before its edits are kept; that there were more stays."""
    async with opened(backend) as store:
        await store.add(scope, plan("a", "text 100", "other 0"))
        old, lengths = scope_keys(scope, 0)[5], []
        for number in range(101, 160):
            await store.edit(scope, plan("a", f"text {number}", "other 0"))
            lengths.append(await store._connection.command("HSTRLEN", old, 1))
        await store.edit(scope, plan("a", "text 160", "other 1"))

        assert lengths[48] < lengths[49] == lengths[-1]
        told = [event.old_text for event in await store.history(scope, limit=100)]
        newest = [f"text {number}" for number in range(159, 109, -1)]
        assert sorted(told[:2]) == ["other 0", "text 159"]
        assert told[2:] == newest[1:] + [""] * 10


async def test_a_scope_forgotten_between_two_readings(backend: Backend, scope: str) -> None:
    """A large scope that is gone by the time its buckets are read answers with nothing."""
    async with opened(backend, hot_bytes=1) as store, opened(backend) as other:
        await store.add(scope, plan("a", "red tea"))
        await file_in_buckets(store, scope)
        head, _ = await store._look(scope)
        assert head is not None
        await other.forget_all(scope)

        assert len(await store._cold(head, word_hashes("red"))) == 0


async def test_forget_all_leaves_no_key(backend: Backend, scope: str) -> None:
    """After `forget_all` no key of the scope exists, and its wrapped key leaves the files too."""
    async with opened(backend) as store:
        await store.add(scope, plan("a", "one"))
        wrapped = await store._connection.command("HGET", scope_keys(scope, 1)[0], "key")
        assert scope in await store.scopes()
        await store.forget_all(scope)

        assert await store._connection.command("EXISTS", *scope_keys(scope, 1)) == 0
        assert scope not in await store.scopes()
        assert await gone_from_files(backend, wrapped)


async def test_moved_records_do_not_open(backend: Backend, scope: str) -> None:
    """Records swapped inside Redis are noticed, not answered from."""
    async with opened(backend) as store:
        await store.add(scope, plan("a", "one", "two"))
        command, key = store._connection.command, scope_keys(scope, 1)[1]
        one, two = await command("HGET", key, 1), await command("HGET", key, 2)
        await command("HSET", key, 1, two, 2, one)

        with pytest.raises(StoreKeyError, match="moved"):
            await store.candidates(scope, ())


async def test_newer_layout(backend: Backend, scope: str) -> None:
    """A scope that a newer version wrote is refused with both numbers."""
    async with opened(backend) as store:
        await store.add(scope, plan("a", "one"))
        await store._connection.command("HSET", scope_keys(scope, 1)[0], "fmt", 99)

        with pytest.raises(StoreError, match=r"layout 99.*up to 2"):
            await store.candidates(scope, ())


async def test_many_scopes_at_once(backend: Backend, scope: str) -> None:
    """More calls at once than the pool has connections wait for one another."""
    async with opened(backend) as store:
        names = [f"{scope}:{i}" for i in range(60)]
        await asyncio.gather(*(store.add(n, plan("a", "one")) for n in names))
        counts = await asyncio.gather(*(store.page(n) for n in names))

        assert {page.total for page in counts} == {1}
        assert set(names) <= set(await store.scopes())


def test_ids_out_of_range_are_refused(backend: Backend, scope: str) -> None:
    """A memory whose id does not fit is refused, and nothing is changed."""

    async def attempt() -> int:
        async with opened(backend) as store:
            with pytest.raises(StoreError, match="outside"):
                await store.restore(scope, [Memory(2**32, "m", "x", TIME, "", packed("x"), ())])
            return (await store.page(scope)).total

    assert asyncio.run(attempt()) == 0


@pytest.mark.parametrize("name", ["", "a", "%", "%25", "a{b}c", "{}", "ü", "\ud800", "a:b-c_d.e@+"])
def test_names_of_scopes(name: str) -> None:
    """Any scope's name is told apart in keys, comes back, and keeps its hash tag whole."""
    assert unescape(escape(name)) == name
    assert escape(name)
    for key in scope_keys(name, 1):
        assert (key.index("{"), key.count("{"), key.count("}")) == (3, 1, 1)
        key.encode("ascii")
