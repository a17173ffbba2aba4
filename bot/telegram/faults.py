"""What goes wrong while an update is handled: counted, logged in our own words, told to the user.

A log line names the kind of an error and the place in our code, but not its text, which may quote
what a user wrote; except for the errors of this project, which never do, and for what Telegram says
of a call before it begins to quote.
"""

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from traceback import walk_tb
from typing import Final

from telegram import Update
from telegram.constants import ChatType
from telegram.error import BadRequest, TelegramError
from telegram.ext import ContextTypes

from bot import words
from bot.scopes import chat_scope
from bot.telegram import pacing, request, texts
from bot.telegram.away import is_away, plainly
from bot.telegram.ordering import Taken
from bot.telegram.reaching import named
from memnn.errors import MemnnError, StoreError

_ROOT: Final = Path(__file__).parents[2]
_CARRIERS: Final = {Path(module.__file__ or "") for module in (pacing, request)}
_QUOTE: Final = re.compile(r"[\"“«:]")

log = logging.getLogger(__name__)


class Faults:
    """Whom to tell of what went wrong."""

    def __init__(
        self, bot_id: int, count: Callable[[str, str], None], failed: Callable[[int], bool]
    ) -> None:
        """Make it.

        Args:
            bot_id: Whose chats these are.
            count: Told scope and line of each fault; the scope is empty where there is none.
            failed: Told the id of an update that is to wait for the memory; returns whether that
                is new. Else nothing is said of it: it is tried again and again.
        """
        self._bot_id = bot_id
        self._count = count
        self._failed = failed

    def no_update(self, line: str) -> None:
        """Something came in that is no update."""
        log.warning("%s", line)
        self._count("", line)

    def unreadable(self, taken: Taken, error: Exception) -> None:
        """An update came in that cannot be read."""
        line = f"an update cannot be read: {type(error).__name__}"
        log.warning("%s (update %d)", line, taken.id)
        self._count(chat_scope(self._bot_id, taken.chat) if taken.chat else "", line)

    async def handler(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """The application's error handler: what a handler raised ends here."""
        error = context.error
        if error is None:
            return
        held = is_away(error)
        if held and isinstance(update, Update) and not self._failed(update.update_id):
            return
        line = told(error)
        log.error("%s", line, exc_info=error if log.isEnabledFor(logging.DEBUG) else None)
        chat = update.effective_chat if isinstance(update, Update) else None
        self._count(chat_scope(self._bot_id, chat.id) if chat else "", line)
        if isinstance(update, Update) and _awaits_word(update) and not _unreachable(error):
            with suppress(TelegramError):  # it is counted already
                await _tell(update, texts.HELD if held else _line(error))


def told(error: BaseException) -> str:
    """What went wrong and where, in a line that quotes nobody."""
    place = _place(error)
    if isinstance(error, MemnnError):
        return f"{type(error).__name__}{place}: {error}"
    if isinstance(error, BadRequest):
        return f"BadRequest{place}: {_QUOTE.split(error.message, maxsplit=1)[0].strip()}"
    name = named(error) if isinstance(error, TelegramError) else type(error).__name__
    return f"{name}{place}"


def _place(error: BaseException) -> str:
    """Where in our code it was raised; calls to Telegram, who made the call."""
    for frame, line in reversed(list(walk_tb(error.__traceback__))):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(_ROOT / "bot") and path not in _CARRIERS:
            return f" at {path.relative_to(_ROOT).as_posix()}:{line}"
    return ""


def _line(error: BaseException) -> str:
    """What the user is told of an error."""
    return plainly(error) if isinstance(error, StoreError) else words.STUMBLED


def _unreachable(error: BaseException) -> bool:
    """Whether a line to the user would fail like this did."""
    return isinstance(error, TelegramError) and not isinstance(error, BadRequest)


def _awaits_word(update: Update) -> bool:
    """Whether somebody asked for something; in a group, most messages are for others."""
    if update.callback_query:
        return True
    message = update.message
    if message is None:
        return False
    return message.chat.type == ChatType.PRIVATE or (message.text or "").startswith("/")


async def _tell(update: Update, line: str) -> None:
    if update.callback_query:
        await update.callback_query.answer(line, show_alert=True)
    elif update.message:
        await update.message.reply_text(line, do_quote=True, allow_sending_without_reply=True)
