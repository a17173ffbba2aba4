"""Sending what the conversation replied: a sign, an answer that quotes its evidence, a line."""

import time
from contextlib import suppress
from datetime import datetime
from typing import Final

from telegram import (
    CallbackQuery,
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
from bot.telegram.away import plainly, was_away
from bot.telegram.buttons import Action, button, rows
from bot.telegram.desk import Desk
from bot.telegram.incoming import Incoming, number_of
from bot.telegram.signs import sign, unsign
from memnn.errors import StoreUnavailableError
from memnn.records import Kind
from memnn.text import sentences

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
    try:
        await message.edit_text(
            html,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard,
            link_preview_options=_NO_PREVIEW,
        )
    except BadRequest as error:
        if "not modified" not in error.message:
            raise


async def settle(query: CallbackQuery, text: str = "", *, alert: bool = False) -> None:
    """Let a button stop turning, with words that show for a moment, or until they are read."""
    with suppress(BadRequest):  # it was tapped too long ago to be answered
        await query.answer(text or None, show_alert=alert)


async def respond(
    desk: Desk, message: Message, chat: Chat, reply: Reply, taken: Incoming | None = None
) -> None:
    """Send all parts of a reply.

    Args:
        desk: What handlers work with.
        message: Where the reply goes: to its chat, and its topic.
        chat: That chat.
        reply: What the conversation replied.
        taken: The message that it replies to, where one tap is to take that for another kind.

    Raises:
        StoreUnavailableError: The memory was away; nothing was sent.
    """
    about = number_of(chat, reply.message_id) or message.message_id
    if reply.replaced and not reply.stored:
        await unsign(message.get_bot(), chat, about)
    if was_away(reply):  # its update waits, rather than that its message is lost
        raise StoreUnavailableError(reply.line)
    overheard = taken is not None and not taken.addressed
    doubt = _doubt(reply) if taken and taken.addressed and not chat.paused else None
    if doubt and taken:
        desk.recent.said.put((chat.id, about), taken.said)
    if reply.answered:
        unsure = doubt is Action.TOLD
        await answer(desk, message, chat, reply.answered, about, unsure=unsure)
    if reply.stored and not reply.line:
        unsure = doubt is Action.ASKED
        await acknowledge(desk, message, chat, about, unsure=unsure, aloud=not overheard)
    if reply.line and not (reply.failed and overheard):
        told = doubt is Action.TOLD and not reply.answered
        remember = [button("Remember this", Action.TOLD, about)] if told else []
        await say(message, _line(reply), rows(remember))


def _line(reply: Reply) -> str:
    """The line of a reply, but for one that names the server."""
    if reply.trouble is None or "://" not in reply.line:
        return render.text(reply.line)
    return plainly(reply.trouble)


def _doubt(reply: Reply) -> Action | None:
    """The one tap that may put right what a message was taken for."""
    if reply.failed:
        return None
    if reply.stored:
        return Action.ASKED if reply.unsure and not reply.answered else None
    said_again = reply.kind is Kind.STATEMENT and not reply.answered  # after it was forgotten
    return Action.TOLD if reply.unsure or said_again else None


async def acknowledge(
    desk: Desk,
    message: Message,
    chat: Chat,
    about: int,
    *,
    unsure: bool = False,
    aloud: bool = True,
) -> None:
    """Let somebody see that a message is remembered.

    Args:
        desk: What handlers work with.
        message: Where words go, if any.
        chat: Where it is.
        about: The message that is remembered.
        unsure: It may have been a question, which one tap says.
        aloud: Where it cannot have a sign, words are better than nothing.
    """
    if chat.quiet:
        return
    if unsure:
        asked = button("That was a question", Action.ASKED, about)
        await say(message, texts.NOTED, rows([asked]))
    elif not await sign(desk, message.get_bot(), chat, about) and aloud:
        await say(message, texts.NOTED)


async def answer(
    desk: Desk, message: Message, chat: Chat, value: Answered, asked: int, *, unsure: bool = False
) -> None:
    """Send an answer as a reply that quotes the message it rests on.

    Args:
        desk: What handlers work with.
        message: Where it goes.
        chat: Where that is.
        value: The answer.
        asked: The message that asked.
        unsure: It may have been a statement, which one tap says.
    """
    keyboard = keyboard_of(value, asked, unsure=unsure)
    sent = await _quoting(message, chat, value, keyboard)
    if sent is None:
        sent = await say(message, render.answer(value, now(), quoted=False), keyboard)
    desk.recent.answers.put((chat.id, sent.message_id), asked)


def keyboard_of(
    value: Answered, asked: int, *, unsure: bool = False, unfolded: bool = False
) -> InlineKeyboardMarkup | None:
    """The buttons below an answer."""
    told = [button("Remember this", Action.TOLD, asked)] if unsure else []
    if not value.answer.trace.hops:
        return rows(told)
    fold = button("Fold", Action.FOLD, asked) if unfolded else button("Why?", Action.WHY, asked)
    given = value.answer.text is not None
    wrong = [button("That’s wrong", Action.WRONG, asked)] if given else []
    return rows([fold, *wrong], told)


async def _quoting(
    message: Message, chat: Chat, value: Answered, keyboard: InlineKeyboardMarkup | None
) -> Message | None:
    """The answer below its evidence itself; None where Telegram cannot quote that."""
    supports = value.answer.supports
    origin = number_of(chat, supports[0].message_id) if supports else None
    if value.answer.text is None or origin is None:
        return None
    quote = _sentence(supports[0].text, value.answer.text)
    if len(quote.encode("utf-16-le")) // 2 > MessageLimit.MAX_TEXT_LENGTH // 4:
        return None
    html = render.answer(value, now(), quoted=True)
    try:
        return await message.get_bot().send_message(
            chat.id,
            html,
            parse_mode=ParseMode.HTML,
            # Never without it: the answer would stand there without what it rests on.
            reply_parameters=ReplyParameters(origin, quote=quote),
            reply_markup=keyboard,
            message_thread_id=message.message_thread_id if message.is_topic_message else None,
            link_preview_options=_NO_PREVIEW,
        )
    except BadRequest:  # deleted or edited since, or not quite as it was written
        return None


def _sentence(told: str, answer: str) -> str:
    """The sentence of a memory that holds the answer, else all of it.

    In between, the message may have other blanks and line ends than its memory.
    """
    holds = (part for part in sentences(told) if answer.casefold() in part.casefold())
    return next(holds, told)


def count(desk: Desk, reply: Reply, start: float) -> None:
    """Count a message that was taken in at some time of the performance counter."""
    if was_away(reply):  # it counts when it is handled again
        return
    given = reply.answered is not None and reply.answered.answer.text is not None
    declined = reply.answered is not None and not given
    seconds = time.perf_counter() - start
    desk.meter.message(reply.kind, seconds, declined=declined, answered=given)
