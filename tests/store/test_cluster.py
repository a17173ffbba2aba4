"""A store over a cluster: scopes on all nodes, and one node that dies and comes back."""

import asyncio
import time
from pathlib import Path

import pytest

from bot.store import Address, RedisStore, restore_backup, server_facts, write_backup
from memnn.errors import StoreError, StoreUnavailableError
from memnn.model import Model
from memnn.served import parts_of
from tests.clusters import NODES, Cluster, cluster
from tests.filing import LARGE, assert_filed, fill, refile
from tests.filing import texts as statements
from tests.worlds import TextFeaturiser, everything, plan, texts


def scopes_of(made: Cluster) -> list[str]:
    """A scope on each node."""
    found = {made.node_of(name): name for name in (f"1:{n}" for n in range(100))}
    return [found[node] for node in range(NODES)]


async def test_scopes_live_on_all_nodes(tmp_path: Path, model: Model) -> None:
    """Memories, the ledger, the job, and backups work across the nodes."""
    parts = parts_of(model)
    key, path = tmp_path / "key", tmp_path / "backup"
    async with cluster(tmp_path) as made:
        names = scopes_of(made)
        async with RedisStore.open(
            made.url, key_file=key, featuriser=parts, score_all=LARGE, hot_bytes=1
        ) as store:
            for name in names:
                await fill(store, name, parts, statements(320))
            assert (await store.server()).role == "master"
            state = await refile(store, parts)
            assert state is not None
            assert state.scopes == NODES
            for name in names:
                await assert_filed(store, name)
            assert await store.scopes() == tuple(sorted(names))
            await store.ledger(1).inbox.put({1: b"a"})
            assert await store.ledger(1).inbox.left() == {1: b"a"}
            many = [f"small:{n}" for n in range(60)]
            await asyncio.gather(*(store.add(name, plan("a", "one")) for name in many))
            await store.forget_all(many[0])
        address = Address(made.url)
        written = await write_backup(address, key, path, lambda *_: None)
        restored = await restore_backup(address, key, path, lambda *_: None, replace=True)
        assert written == restored
        async with RedisStore.open(made.url, key_file=key, featuriser=parts) as store:
            assert (await store.page(names[0])).total == 320
            await assert_filed(store, names[1])


async def test_a_node_that_dies(tmp_path: Path) -> None:
    """The others go on; its users get a clear line soon, and their memories when it is back."""
    async with cluster(tmp_path) as made:
        names = scopes_of(made)
        async with RedisStore.open(
            made.url, key_file=tmp_path / "key", featuriser=TextFeaturiser()
        ) as store:
            for name in names:
                await store.add(name, plan("a", f"in {name}"))
            dead = next(n for n in range(NODES) if n != made.node_of("mn:scopes"))
            made.kill(dead)
            for number in range(3):
                start = time.monotonic()
                with pytest.raises(StoreUnavailableError, match="Redis at redis"):
                    await store.add(names[dead], plan(f"lost {number}", "x"))
                assert time.monotonic() - start < 5
                for node in set(range(NODES)) - {dead}:
                    await store.add(names[node], plan(f"more {number}", f"more {number}"))
                    assert len(await everything(store, names[node])) == number + 2
                await asyncio.sleep(0.4)
            made.start(dead)
            await made.ready()
            assert texts(await everything(store, names[dead])) == [f"in {names[dead]}"]
            await store.add(names[dead], plan("b", "back"))
            assert len(await everything(store, names[dead])) == 2


@pytest.mark.parametrize("url", ["redis+cluster://", "redis+cluster://:1", "redis+cluster://a:x"])
async def test_no_address_of_a_cluster(url: str) -> None:
    """What names no node is refused in words."""
    with pytest.raises(StoreError, match="REDIS_URL is no address"):
        await server_facts(url)
