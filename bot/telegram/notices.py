"""What people are told because of what an administrator did; that it cannot be told is no error."""

import asyncio
from html import escape
from typing import Final

from telegram import Bot
from telegram.error import TelegramError

from bot.admin import words
from bot.settings import Settings
from bot.telegram.application import make_bot

_TIMEOUT_S: Final = 10.0


async def tell_of_look(bot: Bot, chat_id: int) -> bool:
    """Tell a chat that its memories were read; returns whether it was told."""
    return await _tell(bot, chat_id, words.INSPECTED)


async def tell_of_look_from_outside(settings: Settings, chat_id: int) -> bool:
    """Tell a chat of a look from the command line; returns whether it was told."""
    bot = make_bot(settings, None)
    try:
        async with asyncio.timeout(_TIMEOUT_S), bot:
            return await tell_of_look(bot, chat_id)
    except (TelegramError, TimeoutError):
        return False


async def tell_of_welcome(bot: Bot, chat_id: int) -> bool:
    """Tell a person or a group that they were let in; returns whether they were told."""
    return await _tell(bot, chat_id, words.WELCOME)


async def _tell(bot: Bot, chat_id: int, text: str) -> bool:
    try:
        await bot.send_message(chat_id, escape(text, quote=False))
    except TelegramError:  # they blocked the bot, never wrote to it, or Telegram is away
        return False
    return True
