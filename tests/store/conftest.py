"""A real server of this directory's own, and stores over it."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.servers import Backend, embedded

_numbers = count()


@pytest.fixture(scope="session", name="backend")
def _backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    directory = tmp_path_factory.mktemp("store")
    with embedded(directory / "data") as server:
        yield Backend("redis", server, directory / "key")


@pytest.fixture(name="scope")
def _scope() -> str:
    """A scope of the test's own."""
    return f"bot:{next(_numbers)}"
