"""What the tests of the Telegram edge share: a real store, and the ledger of a bot in it."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest

from bot.store import Ledger, RedisStore
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
