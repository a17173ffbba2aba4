"""Commands and buttons of administrators. To everybody else they do not exist.

What somebody else writes or taps goes on to where unknown commands and old buttons go, so that the
reply is the same and tells nothing. That it was tried is counted.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeAlias

from telegram import Message, Update
from telegram.constants import ChatType
from telegram.ext import Application, BaseHandler, CommandHandler, ContextTypes, filters

from bot.access import Access
from bot.admin import words
from bot.scopes import chat_scope
from bot.telegram import render
from bot.telegram.admin_buttons import parse
from bot.telegram.admin_looks import Looks
from bot.telegram.admission import Admission
from bot.telegram.desk import Desk
from bot.telegram.lately import Lately
from bot.telegram.replying import say

Context: TypeAlias = ContextTypes.DEFAULT_TYPE
Command: TypeAlias = Callable[[Message, str], Awaitable[None]]
Handler: TypeAlias = Callable[[Update, Context], Coroutine[Any, Any, None]]

_AFTER: Final = 1  # handlers of this group come once an update was handled
_COUNT_EVERY_S: Final = 3600.0
_TRIED: Final = "NotAdmin: /{name} was asked for by somebody who is no administrator"


def register_admin(application: Application[Any, Any, Any, Any, Any, Any], desk: Desk) -> None:
    """Add the handlers; to be called before those that take what is left over."""
    looks, door = Looks(desk, application.bot), Admission(desk)
    commands: dict[str, Command] = {
        "inspect": looks.inspect,
        "stats": looks.stats,
        "audit": looks.audit,
        "rebucket": looks.rebucket,
        "allow": door.allow,
        "disallow": door.disallow,
    }
    written, by_admin = filters.UpdateType.MESSAGE & ~filters.FORWARDED, ByAdmin(desk.access)
    for name, command in commands.items():
        application.add_handler(CommandHandler(name, _privately(command), written & by_admin))
    application.add_handler(AdminTap(desk.access, looks))
    tried = CommandHandler(list(commands), _count(desk), written & ~by_admin)
    application.add_handler(tried, _AFTER)


class ByAdmin(filters.MessageFilter):
    """Messages that an administrator wrote."""

    def __init__(self, access: Access) -> None:
        super().__init__()
        self._access = access

    def filter(self, message: Message) -> bool:
        """Whether it is one."""
        return bool(message.from_user and self._access.is_admin(message.from_user.id))


class AdminTap(BaseHandler[Update, Context, None]):
    """Taps on buttons of administrators, by administrators."""

    def __init__(self, access: Access, looks: Looks) -> None:
        super().__init__(self._turn)
        self._access = access
        self._looks = looks

    def check_update(self, update: object) -> bool:
        """Whether it is one; the button does not say so, whoever taps it is asked."""
        query = update.callback_query if isinstance(update, Update) else None
        return bool(query and self._access.is_admin(query.from_user.id) and parse(query.data))

    async def _turn(self, update: Update, _: Context) -> None:
        query = update.callback_query
        turn = parse(query.data) if query else None
        if query and turn:
            await self._looks.turn(query, turn)


def _privately(command: Command) -> Handler:
    async def handler(update: Update, context: Context) -> None:
        """Run a command in the private chat, where nobody reads along."""
        message = update.message
        if message is None:
            return
        if message.chat.type != ChatType.PRIVATE:
            await say(message, render.text(words.IN_PRIVATE))
            return
        await command(message, " ".join(context.args or ()))

    return handler


def _count(desk: Desk) -> Handler:
    lately: Lately[tuple[int, str], bool] = Lately(5_000, _COUNT_EVERY_S)

    async def handler(update: Update, _: Context) -> None:
        """Count that somebody tried, once an hour each, so that nobody fills the list."""
        message = update.message
        if message is None or message.text is None or message.from_user is None:
            return
        name = message.text[1:].split("@")[0].split()[0].lower()
        if lately.once((message.from_user.id, name), value=True):
            desk.meter.trouble(chat_scope(desk.me.id, message.chat.id), _TRIED.format(name=name))

    return handler
