"""Each call keeps to one slot: a server in cluster mode refuses scripts that do not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store import Chat, Day, Entry, RedisStore, Trouble
from bot.store.connection import Connection
from memnn.errors import StoreError
from memnn.records import EventKind
from tests.filing import file_in_buckets
from tests.servers import plain_server
from tests.worlds import TIME, TextFeaturiser, plan


@pytest.fixture(name="store")
async def _store(tmp_path: Path) -> AsyncIterator[RedisStore]:
    """A store over a cluster of one node."""
    with plain_server(tmp_path, "--cluster-enabled", "yes") as url:
        connection = Connection(url, None)
        await connection.command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        while b"cluster_state:ok" not in await connection.command("CLUSTER", "INFO"):
            pass
        await connection.close()
        async with RedisStore.open(
            url, key_file=tmp_path / "key", featuriser=TextFeaturiser()
        ) as store:
            yield store


async def test_memories_of_a_scope_share_a_slot(store: RedisStore) -> None:
    """Whatever is done to a scope touches one slot."""
    await store.add("1:5", plan("a", "red tea", "green"))
    await store.edit("1:5", plan("a", "blue tea", "green"))
    await store.note("1:5", EventKind.INSPECTED)
    gone = await store.forget("1:5", [1])
    await store.restore("1:5", gone)
    await file_in_buckets(store, "1:5")
    store._score_all = 0
    assert len(await store.candidates("1:5", gone[0].words)) == 1
    assert len(await store.history("1:5")) == 4
    assert (await store.page("1:5")).total == (await store.facts("1:5")).count == 2
    assert await store.forget_all("1:5") == 2


async def test_a_ledger_shares_a_slot(store: RedisStore) -> None:
    """Whatever is done to a bot's ledger touches one slot."""
    ledger = store.ledger(1)
    await ledger.inbox.put({1: b"a", 2: b"b"})
    await ledger.inbox.done([1])
    await ledger.turns.beat()
    assert (await ledger.turns.take({2: 5})).ids == (2,)
    assert (await store.ledger(1).turns.take({2: 5})).ids == ()
    assert await ledger.turns.posted() == (2,)  # whatever came after its first beat
    await ledger.turns.leave()
    await ledger.chats.put(Chat(5, first_seen=TIME))
    await ledger.audit.append(Entry(TIME, 1, "inspect"))
    await ledger.troubles.add(Trouble(TIME, "1:5", "StoreError"))
    await ledger.days.add(Day(datetime.now(UTC).date(), 1))

    assert await ledger.guests.redeem(await ledger.guests.code(2)) == 2
    assert await store.ledger(1).inbox.left() == {2: b"b"}
    assert [day.statements for day in await ledger.days.latest(400)][-1] == 1


async def test_the_server_would_refuse(store: RedisStore) -> None:
    """A script of ours that reads keys of two slots fails there: the tests above can fail."""
    with pytest.raises(StoreError):
        await store._connection.command(
            "EVAL", "#!lua\nredis.call('GET', KEYS[1]) redis.call('GET', 'b')", 1, "a"
        )
