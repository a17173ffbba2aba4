"""The master key's file: one line, readable by its owner alone, or handed in by a container.

Container platforms mount a secret with the mode that it has elsewhere, often 0444, and the process
cannot change that. Such a file is known by its read-only mount, or by its directory; what else
others may read is refused.

Lose it and the memories cannot be read again; so it is written once, flushed to the disk before
anything is encrypted with it, and never replaced. Who may create one is decided in `redis_store`.
"""

import base64
import binascii
import os
import stat
from pathlib import Path
from typing import Final

from bot.store.crypto import KEY_BYTES, MasterKey
from bot.store.new_file import new_file
from memnn.errors import StoreKeyError

_PREFIX: Final = "memnn-bot-key-1:"
_SECRETS: Final = Path("/run/secrets")


def read_key_file(path: Path) -> MasterKey:
    """Read the master key.

    Raises:
        StoreKeyError: No file, others may read it, or it holds no key. Names the file.
    """
    try:
        mode = path.stat().st_mode
        line = path.read_text("ascii").strip() if stat.S_ISREG(mode) else ""
    except FileNotFoundError as error:
        raise StoreKeyError(f"the key file {path} is missing") from error
    except PermissionError as error:
        raise StoreKeyError(
            f"the key file {path} cannot be read by user {os.geteuid()}: give it to that user"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise StoreKeyError(f"the key file {path} cannot be read: {_reason(error)}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO) and not _handed_in(path):
        raise StoreKeyError(
            f"others may read the key file {path}: run  chmod 600 '{path}'  or, in a container, "
            "hand it in as a secret that is mounted read-only"
        )
    return MasterKey(_decode(line, path))


def create_key_file(path: Path) -> bool:
    """Write a new random key, unless the file exists.

    Returns:
        Whether this call made the file.

    Raises:
        StoreKeyError: The directory cannot be written. Names the file.
    """
    if os.path.lexists(path):  # handed in, maybe where nothing can be written beside it
        return False
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Of two processes that start at once one makes the file, and both read the same key.
        with new_file(path) as file:
            key = base64.b64encode(os.urandom(KEY_BYTES)).decode()
            file.write(f"{_PREFIX}{key}\n".encode())
    except FileExistsError:
        return False
    except OSError as error:
        raise StoreKeyError(f"the key file {path} cannot be created: {_reason(error)}") from error
    return True


def _handed_in(path: Path) -> bool:
    """Whether a platform put the file there, whose mode is then not ours to choose."""
    return _SECRETS in path.absolute().parents or bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def _decode(line: str, path: Path) -> bytes:
    try:
        key = base64.b64decode(line.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not line.startswith(_PREFIX) or len(key) != KEY_BYTES:
        raise StoreKeyError(
            f"{path} is no key file of memnn-bot (one line, '{_PREFIX}' and {KEY_BYTES} bytes in "
            "base64): put back the right file"
        )
    return key


def _reason(error: Exception) -> str:
    return error.strerror or "unknown" if isinstance(error, OSError) else "it is no text file"
