"""The menus of commands: what Telegram offers while somebody types a slash, by where that is."""

from typing import Final

from telegram import (
    Bot,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest, Forbidden

from bot.settings import Settings
from bot.telegram.commands import COMMANDS

ADMIN: Final = {
    "inspect": "look at somebody's memories, in numbers",
    "stats": "the bot in numbers",
    "audit": "what administrators looked at",
    "allow": "let somebody in",
    "disallow": "let somebody in no more",
    "rebucket": "make the word buckets anew",
}
_GROUP: Final = ("ask", "remember", "memories", "search", "forget", "why", "quiet", "help")
_ADMINISTRATORS: Final = (*_GROUP, "pause", "resume", "export", "forget_all", "privacy")


async def set_menus(bot: Bot, settings: Settings) -> None:
    """Set all menus; administrators who never wrote to the bot have theirs when they did.

    Raises:
        TelegramError: One could not be set.
    """
    everyone = {name: command.purpose for name, command in COMMANDS.items()}
    await bot.set_my_commands(list(everyone.items()), BotCommandScopeDefault())
    for scope, names in (
        (BotCommandScopeAllGroupChats(), _GROUP),
        (BotCommandScopeAllChatAdministrators(), _ADMINISTRATORS),
    ):
        await bot.set_my_commands([(name, everyone[name]) for name in names], scope)
    for admin in settings.admin_ids:
        menu = list((ADMIN | everyone).items())
        try:
            await bot.set_my_commands(menu, BotCommandScopeChat(admin))
        except (BadRequest, Forbidden):
            continue
