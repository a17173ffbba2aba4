"""A new private file that is either there as a whole, on the disk, or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file that its owner alone may read; it has its name once the block ends well.

    Raises:
        FileExistsError: There is one of this name already, which stays as it is.
        OSError: It cannot be written; nothing is left behind.
    """
    # mkstemp gives mode 0600.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
        _name(Path(name), path)
    finally:
        Path(name).unlink(missing_ok=True)
    _sync_directory(path.parent)


def _name(written: Path, path: Path) -> None:
    """Give a file its name, unless that is taken: of two processes one does."""
    try:
        os.link(written, path)
    except FileExistsError:
        raise
    except OSError:  # sticks and shares often know no links
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        written.replace(path)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
