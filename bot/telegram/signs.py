"""The sign on a message that is remembered: put on, taken off. Without it, all works as well."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.store import Chat
from bot.telegram.desk import Desk
from bot.telegram.incoming import number_of
from memnn.errors import StoreError
from memnn.records import Memory

SIGN: Final = "✍"
_MOST: Final = 10  # messages whose signs follow one deed
_NEAR: Final = 50  # the other memories of a message have numbers close to this


async def sign(desk: Desk, bot: Bot, chat: Chat, about: int) -> bool:
    """Put the sign on a message; returns whether it can have one."""
    if desk.recent.refusing.get(chat.id):
        return False
    try:
        await bot.set_message_reaction(chat.id, about, SIGN)
    except BadRequest as error:
        if _refuses(error):
            desk.recent.refusing.put(chat.id, value=True)
        return False
    return True


async def unsign(bot: Bot, chat: Chat, about: int) -> None:
    """Take the sign off a message, which is no longer remembered."""
    with suppress(BadRequest):  # it had none, or is not there any more
        await bot.set_message_reaction(chat.id, about)


async def follow(desk: Desk, bot: Bot, chat: Chat, changed: Iterable[Memory]) -> None:
    """Let the signs follow what was forgotten or put back; that they cannot is no error.

    Args:
        desk: What handlers work with.
        bot: Whose signs they are.
        chat: Where it was said.
        changed: The memories that were forgotten or put back.
    """
    last = {memory.message_id.rstrip("+"): memory for memory in changed}
    with suppress(TelegramError, StoreError):
        for name, memory in list(last.items())[:_MOST]:
            about = number_of(chat, name)
            if about is None:
                continue
            if not await _remembered(desk, chat, name, memory.id):
                await unsign(bot, chat, about)
            elif not chat.quiet:
                await sign(desk, bot, chat, about)


async def _remembered(desk: Desk, chat: Chat, name: str, near: int) -> bool:
    """Whether a message has a memory, about where one of its memories is or was."""
    page = await desk.conversation.memories(desk.scope(chat), before=near + _NEAR, limit=2 * _NEAR)
    return any(memory.message_id.rstrip("+") == name for memory in page.memories)


def _refuses(error: BadRequest) -> bool:
    """Whether it is the chat that takes no reaction, or not this one; not a single message."""
    what = error.message.casefold()
    return "reaction" in what and "too_many" not in what
