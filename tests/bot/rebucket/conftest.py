"""A server of each test's own, and the shipped model's view of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from memnn.model import Model
from memnn.parts import Parts
from memnn.served import parts_of
from tests.servers import Backend, embedded


@pytest.fixture(name="parts")
def _parts(model: Model) -> Parts:
    """The shipped model."""
    return parts_of(model)


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Iterator[Backend]:
    """A server of the test's own."""
    with embedded(tmp_path / "data") as server:
        yield Backend("redis", server, tmp_path / "key")
