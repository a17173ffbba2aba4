"""What the tests of the Telegram edge share: a real store, and the ledger of a bot in it."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest

from bot.store import Ledger, RedisStore
from memnn.generalization import Generalization
from memnn.model import Model
from tests.bot.telegram.admin_world import Scene, scene
from tests.servers import Backend, embedded, opened

_numbers = count(5_000_000)


@pytest.fixture(scope="session", name="backend")
def _backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    directory = tmp_path_factory.mktemp("telegram")
    with embedded(directory / "data") as server:
        yield Backend("redis", server, directory / "key")


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Iterator[Backend]:
    """A server of the test's own, which it may kill."""
    with embedded(tmp_path / "data") as server:
        yield Backend("redis", server, tmp_path / "key")


@pytest.fixture(name="store")
async def _store(backend: Backend) -> AsyncIterator[RedisStore]:
    async with opened(backend) as store:
        yield store


@pytest.fixture(name="ledger")
def _ledger(store: RedisStore) -> Ledger:
    """The ledger of a bot of the test's own."""
    return store.ledger(next(_numbers))


@pytest.fixture(name="mind")
async def _mind(backend: Backend, model: Model) -> AsyncIterator[RedisStore]:
    """A store that files memories as the shipped network wants them."""
    assert backend.server
    async with RedisStore.open(
        backend.server.url, key_file=backend.key_file, featuriser=Generalization(model)
    ) as store:
        yield store


@pytest.fixture(name="world")
async def _world(mind: RedisStore, model: Model) -> AsyncIterator[Scene]:
    """A bot with the shipped network, open to everybody."""
    async with scene(mind, model) as made:
        yield made
