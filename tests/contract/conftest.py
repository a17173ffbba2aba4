"""The stores that must keep the contract."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from memnn.in_memory import InMemoryStore
from tests.servers import Backend, embedded

_numbers = count()


@pytest.fixture(scope="session", name="redis_backend")
def _redis_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    directory = tmp_path_factory.mktemp("contract")
    with embedded(directory / "data") as server:
        yield Backend("redis", server, directory / "key")


@pytest.fixture(name="backend", params=["memory", "redis"])
def _backend(request: pytest.FixtureRequest, redis_backend: Backend) -> Backend:
    if request.param == "redis":
        return redis_backend
    return Backend("memory", key_file=Path(), memory=InMemoryStore())


@pytest.fixture(name="scope")
def _scope() -> str:
    """A scope of the test's own, with characters that must not break anything."""
    return f"bot:{{{next(_numbers)}}} ü\n*"
