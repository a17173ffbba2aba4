"""Reaching Telegram: what goes on trying, and what a refusal means for whoever set the bot up."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.errors import ConfigurationError
from bot.telegram.retrying import backoff_s, retry_after_s
from bot.web.client import CallError

T = TypeVar("T")

REFUSED: Final = (
    "TELEGRAM_TOKEN was refused by Telegram: it is mistyped, or was revoked; @BotFather shows the "
    "right one under /mybots"
)

_STATUS: Final = re.compile(r"\((\d{3})\)")

log = logging.getLogger(__name__)


async def insist(what: str, call: Callable[[], Awaitable[T]]) -> T:
    """Call Telegram until it answers.

    Args:
        what: The purpose, for the log.
        call: The call; Telegram's refusal of it ends the attempts.

    Raises:
        ConfigurationError: Telegram refuses the token, or the call.
    """
    failures = 0
    while True:
        try:
            return await call()
        except InvalidToken:
            raise ConfigurationError(REFUSED) from None
        except (BadRequest, Forbidden) as error:
            raise ConfigurationError(f"Telegram refuses to {what}: {error.message}") from None
        except TelegramError as error:
            failures += 1
            wait_s = wait_after(error, failures)
            log.warning("cannot %s yet (%s); again in %.0f s", what, named(error), wait_s)
        await asyncio.sleep(wait_s)


def wait_after(error: TelegramError, failures: int) -> float:
    """How long to wait after so many failures in a row, of which this error was the last."""
    return retry_after_s(error) if isinstance(error, RetryAfter) else backoff_s(failures)


def named(error: TelegramError) -> str:
    """What went wrong, without anything that was sent or received."""
    kind, cause = type(error).__name__, error.__cause__
    if isinstance(cause, CallError):
        return f"{kind}: {cause}"
    status = _STATUS.search(error.message)
    return f"{kind}: {status[1]}" if status else kind
