"""Sending what the conversation replied: a sign, an answer that quotes its evidence, a line."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from telegram import (
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import MessageLimit, ParseMode
from telegram.error import BadRequest

from bot.replies import Answered, Reply
from bot.store import Chat
from bot.telegram import render, texts
from bot.telegram.buttons import Action, button, rows
from bot.telegram.desk import Desk
from bot.telegram.incoming import number_of
from memnn.records import Kind
from memnn.records import Message as Said

SIGN: Final = "✍"
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


def now() -> datetime:
    """The time, in the zone of this machine."""
    return datetime.now().astimezone()


async def say(message: Message, html: str, keyboard: InlineKeyboardMarkup | None = None) -> Message:
    """Reply in the chat of a message; in a group to the message itself."""
    return await message.reply_html(
        html,
        reply_markup=keyboard,
        link_preview_options=_NO_PREVIEW,
        do_quote=message.chat.type != "private",
        allow_sending_without_reply=True,
    )


async def show(message: Message, html: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
    """Change a message of the bot's; that it is so already is fine."""
    with suppress(BadRequest):
        await message.edit_text(
            html,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard,
            link_preview_options=_NO_PREVIEW,
        )


async def respond(
    desk: Desk, message: Message, chat: Chat, reply: Reply, said: Said | None = None
) -> None:
    """Send all parts of a reply to a message; with what was said, one tap may take it otherwise."""
    if said and reply.unsure:
        desk.recent.said.put((chat.id, message.message_id), said)
    if reply.answered:
        await answer(desk, message, chat, reply.answered, unsure=reply.unsure)
    elif reply.stored and not reply.line:
        await acknowledge(desk, message, chat, unsure=reply.unsure)
    if reply.line:
        told = reply.unsure and not reply.stored and not reply.failed
        remember = [button("Remember this", Action.TOLD, message.message_id)] if told else []
        await say(message, render.text(reply.line), rows(remember))


async def acknowledge(desk: Desk, message: Message, chat: Chat, *, unsure: bool = False) -> None:
    """Let somebody see that a message is remembered."""
    if unsure:
        asked = button("That was a question", Action.ASKED, message.message_id)
        await say(message, texts.NOTED, rows([asked]))
        return
    if chat.quiet:
        return
    if not desk.recent.refusing.get(chat.id):
        try:
            await message.set_reaction(SIGN)
        except BadRequest:
            desk.recent.refusing.put(chat.id, value=True)
        else:
            return
    await say(message, texts.NOTED)


async def answer(
    desk: Desk, message: Message, chat: Chat, value: Answered, *, unsure: bool = False
) -> None:
    """Send an answer as a reply that quotes the message it rests on."""
    asked = message.message_id
    keyboard = keyboard_of(value, asked, unsure=unsure)
    sent = await _quoting(message, chat, value, keyboard)
    if sent is None:
        sent = await say(message, render.answer(value, now(), quoted=False), keyboard)
    desk.recent.answers.put((chat.id, sent.message_id), asked)
    desk.recent.answered.put((chat.id, asked), sent.message_id)


def keyboard_of(
    value: Answered, asked: int, *, unsure: bool = False, unfolded: bool = False
) -> InlineKeyboardMarkup | None:
    """The buttons below an answer."""
    if not value.answer.trace.hops:
        return rows([button("Remember this", Action.TOLD, asked)] if unsure else [])
    fold = button("Fold", Action.FOLD, asked) if unfolded else button("Why?", Action.WHY, asked)
    given = value.answer.text is not None
    wrong = [button("That’s wrong", Action.WRONG, asked)] if given else []
    told = [button("Remember this", Action.TOLD, asked)] if unsure and not given else []
    return rows([fold, *wrong, *told])


async def _quoting(
    message: Message, chat: Chat, value: Answered, keyboard: InlineKeyboardMarkup | None
) -> Message | None:
    """The answer below its evidence itself; None where Telegram cannot quote that."""
    supports = value.answer.supports
    origin = number_of(chat, supports[0].message_id) if supports else None
    if value.answer.text is None or origin is None:
        return None
    quote = supports[0].text
    if len(quote.encode("utf-16-le")) // 2 > MessageLimit.MAX_TEXT_LENGTH // 4:
        return None
    html = render.answer(value, now(), quoted=True)
    where = ReplyParameters(origin, quote=quote, allow_sending_without_reply=True)
    try:
        return await message.get_bot().send_message(
            chat.id,
            html,
            parse_mode=ParseMode.HTML,
            reply_parameters=where,
            reply_markup=keyboard,
            message_thread_id=message.message_thread_id if message.is_topic_message else None,
            link_preview_options=_NO_PREVIEW,
        )
    except BadRequest:  # edited since, or not quite as it was written
        return None


def counted(reply: Reply) -> tuple[Kind | None, bool, bool]:
    """What the meter wants to know: the kind, whether it was declined, whether answered."""
    given = reply.answered is not None and reply.answered.answer.text is not None
    return reply.kind, reply.answered is not None and not given, given
