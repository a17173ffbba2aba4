"""The one place that turns what redis-py raises into `memnn.errors`.

A message names the server and the code of the error, never its text: that could hold arguments.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from redis import exceptions as redis_errors

from memnn.errors import (
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    StoreUnavailableError,
)

_CODE: Final = re.compile(r"[A-Z]{2,20}\b")
_READ_ONLY: Final = frozenset({"READONLY", "MISCONF", "NOREPLICAS"})
_LOGIN: Final = frozenset({"NOAUTH", "WRONGPASS", "NOPERM"})


def server_name(url: str) -> str:
    """A server's address for messages: the URL without user, password and options."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


@contextmanager
def translated(server: str) -> Iterator[None]:
    """Raise the errors of redis-py as `StoreError`s about this server."""
    try:
        yield
    except (redis_errors.RedisError, OSError) as error:
        raise _translate(error, server) from error


def _translate(error: BaseException, server: str) -> StoreError:
    code = _code(error)
    if code == "OOM":
        return StoreFullError(
            f"Redis at {server} is out of memory (OOM) and stored nothing: raise its maxmemory"
        )
    if code in _READ_ONLY:
        return StoreReadOnlyError(
            f"Redis at {server} takes no writes ({code}): it is a replica, has lost its replicas, "
            "or cannot write to its disk; its log says which"
        )
    if code in _LOGIN:
        return StoreUnavailableError(
            f"Redis at {server} refused the login ({code}): check REDIS_PASSWORD"
        )
    if code == "LOADING":
        return StoreUnavailableError(
            f"Redis at {server} is still loading its data: try again in a moment"
        )
    if code or isinstance(error, redis_errors.ResponseError):
        return StoreError(f"Redis at {server} answered with an error ({code or 'ERR'})")
    return StoreUnavailableError(
        f"Redis at {server} does not answer ({type(error).__name__}): is it running, "
        "and is REDIS_URL right?"
    )


def _code(error: BaseException | None) -> str:
    """The code that a server's error starts with; empty where no server spoke.

    redis-py cuts the code off the errors that it knows, leaves it on others, and wraps those of a
    connection's first words into a ConnectionError.
    """
    while error is not None:
        code = getattr(error, "status_code", None)
        if isinstance(code, str) and code:
            return code
        if isinstance(error, redis_errors.ResponseError) and (found := _CODE.match(str(error))):
            return found.group()
        error = error.__cause__ or error.__context__
    return ""
