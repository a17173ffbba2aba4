"""Which failed calls are tried again: what surely was not carried out, and what does no harm."""

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.telegram.retrying import Tries, backoff_s
from bot.web.client import CallError, DroppedError, LateError, NotSentError


def caused(error: TelegramError, cause: CallError) -> TelegramError:
    """An error with what it came from."""
    error.__cause__ = cause
    return error


UNSENT = caused(NetworkError("unsent"), NotSentError())
DROPPED = caused(NetworkError("dropped"), DroppedError())
LATE = caused(TimedOut(), LateError())
SERVER = NetworkError("Bad Gateway (502)")


def waits(endpoint: str, error: TelegramError) -> list[float]:
    """The waits until a call that always fails like this is given up."""
    tries = Tries(endpoint)
    return list(iter(lambda: tries.wait_s(error), None))


@pytest.mark.parametrize(
    "error",
    [
        BadRequest("x"),
        Forbidden("x"),
        InvalidToken(),
        ChatMigrated(-1),
        Conflict("x"),
        TelegramError("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_refusal_is_final(error: TelegramError) -> None:
    """What the Bot API says no to, it says no to again."""
    assert waits("sendMessage", error) == []
    assert waits("editMessageText", error) == []


@pytest.mark.parametrize("error", [UNSENT, SERVER], ids=["unsent", "5xx"])
@pytest.mark.parametrize("endpoint", ["sendMessage", "sendDocument", "getMe"])
def test_what_was_not_carried_out_is_repeated(endpoint: str, error: TelegramError) -> None:
    """Five more tries, each after twice the wait."""
    assert waits(endpoint, error) == [0.5, 1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize("endpoint", ["sendMessage", "sendDocument", "forwardMessage"])
def test_a_message_whose_answer_was_lost_is_repeated_once(endpoint: str) -> None:
    """Rather twice than never, but not more often."""
    assert waits(endpoint, DROPPED) == [0.5]


def test_a_message_that_was_late_is_not_repeated() -> None:
    """A slow Telegram mostly has the message."""
    assert waits("sendMessage", LATE) == []


@pytest.mark.parametrize("error", [DROPPED, LATE], ids=["dropped", "late"])
@pytest.mark.parametrize("endpoint", ["setMessageReaction", "editMessageText", "sendChatAction"])
def test_what_may_happen_twice_is_repeated(endpoint: str, error: TelegramError) -> None:
    """A reaction or an edit does the same twice as once."""
    assert len(waits(endpoint, error)) == 5


def test_a_call_too_many_waits_as_long_as_asked() -> None:
    """Telegram says how long; that is no failure, and ends only when it never lets the call in."""
    told = waits("sendMessage", RetryAfter(7))
    assert set(told) == {7.1}
    assert len(told) > 10


def test_waits_grow_and_end_growing() -> None:
    """A long outage is asked about every half minute."""
    assert [backoff_s(failures) for failures in (1, 2, 3, 7, 50)] == [0.5, 1.0, 2.0, 30.0, 30.0]
