"""A new file is there as a whole, or not at all."""

import stat
from pathlib import Path

import pytest

from bot.store.new_file import new_file
from tests.store.backups import names


def test_a_file_is_whole_and_private(tmp_path: Path) -> None:
    """A file has its name only once it is written, and is its owner's alone."""
    path = tmp_path / "new"
    with new_file(path) as file:
        file.write(b"half")
        assert not path.exists()
        file.write(b" and half")

    assert path.read_bytes() == b"half and half"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(tmp_path) == {"new"}


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    """Where the block fails there is no file, and no part of one."""

    def fail() -> None:
        with new_file(tmp_path / "new") as file:
            file.write(b"half")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 -- our own
        fail()

    assert names(tmp_path) == set()


def test_no_file_is_replaced(tmp_path: Path) -> None:
    """A file that came to be meanwhile stays."""
    path = tmp_path / "new"

    def write() -> None:
        with new_file(path) as file:
            file.write(b"mine")
            path.write_bytes(b"theirs")

    with pytest.raises(FileExistsError):
        write()

    assert path.read_bytes() == b"theirs"
    assert names(tmp_path) == {"new"}
