"""Which failures of the memory pass by themselves."""

import pytest
from redis import exceptions as redis_errors

from bot.replies import Reply
from bot.store.errors import translated
from bot.telegram.away import is_away, was_away
from memnn.errors import (
    StoreError,
    StoreFullError,
    StoreKeyError,
    StoreReadOnlyError,
    StoreUnavailableError,
)
from memnn.records import Kind


def of_redis(error: Exception) -> StoreError:
    """What the store makes of an error of the server."""
    with pytest.raises(StoreError) as caught, translated("redis://10.0.0.5:6379/0"):
        raise error
    return caught.value


PASSING = (
    of_redis(redis_errors.ConnectionError()),
    of_redis(redis_errors.TimeoutError()),
    of_redis(redis_errors.ResponseError("LOADING Redis is loading the dataset")),
    of_redis(redis_errors.ResponseError("CLUSTERDOWN The cluster is down")),
    of_redis(redis_errors.ResponseError("READONLY You can't write")),
    of_redis(redis_errors.ResponseError("NOREPLICAS Not enough")),
    of_redis(redis_errors.ResponseError("WRONGPASS invalid")),
    StoreUnavailableError("Redis at x://y: too many writes to one chat at once; try again"),
    StoreUnavailableError("the embedded server is not there: no answer; see x"),
    StoreFullError("the disk of x is full: the embedded server stopped before it lost anything"),
)
STAYING = (
    of_redis(redis_errors.ResponseError("OOM command not allowed")),
    of_redis(redis_errors.ResponseError("NOPERM no permissions")),
    of_redis(redis_errors.ResponseError("ERR unknown command")),
    StoreKeyError("the master key in /key does not open the memories"),
)


@pytest.mark.parametrize("error", PASSING, ids=str)
def test_what_passes_is_waited_for(error: StoreError) -> None:
    """A server that is away, starts, or hands over to another."""
    assert is_away(error)
    failed = Reply("1", Kind.STATEMENT, line="x", failed=True, trouble=error)
    assert was_away(failed)


@pytest.mark.parametrize("error", STAYING, ids=str)
def test_what_stays_is_told(error: StoreError) -> None:
    """A full server, a missing right, a wrong key: waiting would stop the chat for ever."""
    assert not is_away(error)
    failed = Reply("1", Kind.STATEMENT, line="x", failed=True, trouble=error)
    assert not was_away(failed)


def test_other_lines_are_only_lines() -> None:
    """Whatever they say, only the store's own errors are waited for."""
    assert not is_away(ValueError("does not answer"))
    assert is_away(StoreReadOnlyError("x"))
    assert not was_away(Reply("1", None, line="does not answer", failed=True))
