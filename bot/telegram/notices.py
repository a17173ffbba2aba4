"""What people are told because of what an administrator did; that it cannot be told is no error."""

from html import escape

from telegram import Bot
from telegram.error import TelegramError

from bot.admin import words


async def tell_of_look(bot: Bot, chat_id: int) -> bool:
    """Tell a chat that its memories were read; returns whether it was told."""
    return await _tell(bot, chat_id, words.INSPECTED)


async def tell_of_welcome(bot: Bot, chat_id: int) -> bool:
    """Tell a person or a group that they were let in; returns whether they were told."""
    return await _tell(bot, chat_id, words.WELCOME)


async def _tell(bot: Bot, chat_id: int, text: str) -> bool:
    try:
        await bot.send_message(chat_id, escape(text, quote=False))
    except TelegramError:  # they blocked the bot, never wrote to it, or Telegram is away
        return False
    return True
