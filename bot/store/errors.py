"""The one place that turns what redis-py raises into `memnn.errors`.

A message names the server and the code of the error, never its text: that could hold arguments.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from redis import exceptions as redis_errors

from memnn.errors import (
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    StoreUnavailableError,
)

_CODE: Final = re.compile(r"[A-Z]{2,20}\b")
_READ_ONLY: Final = (
    StoreReadOnlyError,
    "takes no writes ({code}): it is a replica, lost its replicas, or its disk fails; see its log",
)
_LOGIN: Final = (StoreUnavailableError, "refused the login ({code}): check REDIS_PASSWORD")
_ANSWERS: Final[dict[str, tuple[type[StoreError], str]]] = {
    "OOM": (
        StoreFullError,
        "is out of memory ({code}) and stored nothing: raise its maxmemory",
    ),
    "READONLY": _READ_ONLY,
    "MISCONF": _READ_ONLY,
    "NOREPLICAS": _READ_ONLY,
    "NOAUTH": _LOGIN,
    "WRONGPASS": _LOGIN,
    "NOPERM": (
        StoreUnavailableError,
        "does not let this user do what the bot needs ({code}): extend the user's ACL",
    ),
    "CLUSTERDOWN": (
        StoreUnavailableError,
        "does not serve this chat now ({code}): a node of the cluster is down",
    ),
    "LOADING": (StoreUnavailableError, "is still loading its data: try again in a moment"),
}


class TakenOverError(StoreError):
    """Another process does now what this one was doing; nothing is wrong."""


def server_name(url: str) -> str:
    """A server's address for messages: the URL without user, password and options.

    A password that should be quoted and is not may hold anything, so the last "@" ends it.
    """
    scheme, _, rest = url.partition("://")
    login, _, place = rest.rpartition("@")
    if "?" in login:  # that "@" may be part of an option, which may be a password
        place = "…"
    return f"{scheme}://{place.partition('?')[0]}"


@contextmanager
def translated(server: str) -> Iterator[None]:
    """Raise the errors of redis-py as `StoreError`s about this server."""
    try:
        yield
    except (redis_errors.RedisError, redis_errors.RedisClusterException, OSError) as error:
        raise _translate(error, server) from error


def _translate(error: BaseException, server: str) -> StoreError:
    code = _code(error)
    if code in _ANSWERS:
        kind, what = _ANSWERS[code]
        return kind(f"Redis at {server} {what.format(code=code)}")
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
