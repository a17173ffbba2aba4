"""A real server of this directory's own, and stores over it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

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


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Iterator[Backend]:
    """A server of the test's own."""
    with embedded(tmp_path / "data") as server:
        yield Backend("redis", server, tmp_path / "key")


@pytest.fixture(name="empty")
def _empty(tmp_path: Path, place: Backend) -> Iterator[Backend]:
    """Another server, with nothing on it, and the same key file."""
    with embedded(tmp_path / "other") as server:
        yield replace(place, server=server)
