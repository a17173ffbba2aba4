"""Which update goes where: first whether somebody may talk at all, then what it is."""

import re
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeAlias

from telegram import Update
from telegram.ext import (
    Application,
    ApplicationHandlerStop,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.telegram import commands, messages, taps, texts
from bot.telegram.admin import register_admin
from bot.telegram.desk import Desk
from bot.telegram.incoming import GROUPS, from_a_bot, text_of
from bot.telegram.replying import say, settle

Handler: TypeAlias = Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]]
_FIRST: Final = -1
_SERVICE: Final = ~(filters.TEXT | filters.CAPTION) & filters.StatusUpdate.ALL
_KEEPS: Final = "remember"  # the command whose message is remembered, and so is its new text
_COMMAND: Final = re.compile(r"/([A-Za-z0-9_]+)(?:@(\w+))?(?:\s+|$)")


def register(application: Application[Any, Any, Any, Any, Any, Any], desk: Desk) -> None:
    """Let an application handle updates with what is on the desk."""
    add = application.add_handler
    add(TypeHandler(Update, _gate(desk)), _FIRST)
    register_admin(application, desk)
    new, edited = filters.UpdateType.MESSAGE, filters.UpdateType.EDITED_MESSAGE
    add(MessageHandler(new & _SERVICE, _on_service(desk)))
    add(MessageHandler(new, _on_message(desk)))
    add(MessageHandler(edited, _on_edit(desk)))
    add(CallbackQueryHandler(_on_tap(desk)))
    add(ChatMemberHandler(_on_added(desk), ChatMemberHandler.MY_CHAT_MEMBER))


def _gate(desk: Desk) -> Handler:
    async def gate(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Let nobody further who may not talk to the bot."""
        chat, user = update.effective_chat, update.effective_user
        try:
            if chat is None or await _may_talk(desk, update, chat.id, user.id if user else None):
                return
            await _turn_away(desk, update)
        except Exception as error:  # noqa: BLE001 -- after an error the library goes on: not here
            await context.application.process_error(update, error)
        raise ApplicationHandlerStop

    return gate


async def _turn_away(desk: Desk, update: Update) -> None:
    """Tell a stranger in a private chat that the bot is not for everyone, once."""
    message, user, query = update.message, update.effective_user, update.callback_query
    if query:
        await settle(query)
    alone = message and message.chat.type not in GROUPS
    if message and user and alone and desk.recent.strangers.once(user.id, value=True):
        code = await desk.access.code(user.id)
        asks = texts.ASK_TO_COME_IN.format(code=code)
        await say(message, asks if code else texts.NOT_FOR_EVERYONE)


async def _may_talk(desk: Desk, update: Update, chat_id: int, user_id: int | None) -> bool:
    """Whether somebody may talk in a chat; a supergroup has the right of the group it was."""
    if await desk.access.may_talk(user_id, chat_id):
        return True
    chat, message = await desk.ledger.chats.get(chat_id), update.message
    moved_from = message.migrate_from_chat_id if message else None
    home = chat.home if chat else moved_from
    return home is not None and await desk.access.may_talk(user_id, home)


def _on_message(desk: Desk) -> Handler:
    async def on_message(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.message
        if message is None:
            return
        if message.media_group_id and text_of(message):  # of its other pictures, not a word
            desk.recent.albums.put(message.media_group_id, value=True)
        command = _COMMAND.match(text_of(message))
        if command is None or message.forward_origin:
            await messages.on_message(desk, message)
        elif not from_a_bot(message) and _is_for(command[2], desk):
            rest = text_of(message)[command.end() :].strip()
            await commands.run(desk, message, command[1].lower(), rest)

    return on_message


def _on_edit(desk: Desk) -> Handler:
    async def on_edit(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.edited_message
        if message is None:
            return
        command = _COMMAND.match(text_of(message))
        if command is None or message.forward_origin:
            await messages.on_edit(desk, message)
            return
        rest = text_of(message)[command.end() :].strip()
        keeps = command[1].lower() == _KEEPS and rest
        if keeps and not from_a_bot(message) and _is_for(command[2], desk):
            await commands.run(desk, message, _KEEPS, rest)

    return on_edit


def _on_service(desk: Desk) -> Handler:
    async def on_service(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        """What Telegram itself writes in a chat needs no reply; that a group moved matters."""
        if update.message:
            await messages.on_migration(desk, update.message)

    return on_service


def _on_tap(desk: Desk) -> Handler:
    async def on_tap(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        if update.callback_query:
            await taps.on_tap(desk, update.callback_query)

    return on_tap


def _on_added(desk: Desk) -> Handler:
    async def on_added(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        if update.my_chat_member:
            await messages.on_added(desk, update.my_chat_member)

    return on_added


def _is_for(name: str | None, desk: Desk) -> bool:
    """Whether a command is for this bot: it names no other one."""
    return name is None or name.casefold() == (desk.me.username or "").casefold()
