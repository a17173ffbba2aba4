"""From what Telegram sends to what the conversation takes: text, time, speaker, whom it is to."""

import re
from dataclasses import dataclass
from typing import Final

from telegram import (
    Message,
    MessageEntity,
    MessageOrigin,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
    User,
)
from telegram.constants import ChatType

from bot.phrases import visible
from bot.store import Chat
from memnn import records

GROUPS: Final = frozenset({ChatType.GROUP, ChatType.SUPERGROUP})
ANONYMOUS_ADMIN: Final = 1087968824  # under whose id administrators write who hide theirs
_NAME_CHARACTERS: Final = 64
_FORGET: Final = re.compile(
    r"\W*(please\W+)?(forget|delete|remove)(\W+(this|that|it|this one|that one))?"
    r"(\W+(please|again))?\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message as the conversation takes it.

    Attributes:
        chat: Where it was said.
        said: It, without the mention of the bot.
        addressed: Whether it was said to the bot.
    """

    chat: Chat
    said: records.Message
    addressed: bool


def incoming(message: Message, chat: Chat, me: User) -> Incoming:
    """Read a message."""
    text = text_of(message)
    mentioned = mentions(message, me)
    if mentioned:
        text = without_mention(text, me)
    replied = message.reply_to_message
    to_me = bool(replied and replied.from_user and replied.from_user.id == me.id)
    return Incoming(
        chat,
        records.Message(name_of(chat, message.message_id), text, message.date, speaker(message)),
        addressed=not chat.group or mentioned or to_me,
    )


def text_of(message: Message) -> str:
    """What is written in a message, or under its picture."""
    return message.text or message.caption or ""


def name_of(chat: Chat, message_id: int) -> str:
    """The name of a message in the memory; those of a group that moved never meet its old ones."""
    return f"{chat.id}/{message_id}" if chat.home else str(message_id)


def number_of(chat: Chat, name: str) -> int | None:
    """The message of this chat that a memory came from; None where it is none of this chat."""
    name = name.rstrip("+")
    if chat.home:
        name = name.removeprefix(f"{chat.id}/")
    return int(name) if name.isascii() and name.isdigit() and len(name) <= 16 else None  # noqa: PLR2004 -- as in buttons


def speaker(message: Message) -> str:
    """Who said it: of a forwarded message its author; in a group whoever wrote; else the owner."""
    if message.forward_origin:
        return visible(_author(message.forward_origin))[:_NAME_CHARACTERS]
    if message.chat.type not in GROUPS:
        return ""
    if message.sender_chat:
        return visible(message.sender_chat.effective_name or "")[:_NAME_CHARACTERS]
    return visible(message.from_user.full_name if message.from_user else "")[:_NAME_CHARACTERS]


def _author(origin: MessageOrigin) -> str:
    """Who wrote a message before it was forwarded."""
    if isinstance(origin, MessageOriginUser):
        return origin.sender_user.full_name
    if isinstance(origin, MessageOriginHiddenUser):
        return origin.sender_user_name
    if isinstance(origin, MessageOriginChat):
        return origin.author_signature or origin.sender_chat.effective_name or ""
    if isinstance(origin, MessageOriginChannel):
        return origin.author_signature or origin.chat.effective_name or ""
    return ""


def mentions(message: Message, me: User) -> bool:
    """Whether a message names the bot."""
    kinds = [MessageEntity.MENTION, MessageEntity.TEXT_MENTION]
    if message.text:
        found = message.parse_entities([*kinds])
    else:
        found = message.parse_caption_entities(list(kinds))
    return any(
        entity.user.id == me.id if entity.user else part.casefold() == f"@{me.username}".casefold()
        for entity, part in found.items()
    )


def without_mention(text: str, me: User) -> str:
    """A text without the bot's name, which is nothing to remember."""
    return re.sub(rf"@{re.escape(me.username or '')}\b[,:]?", "", text, flags=re.IGNORECASE).strip()


def wants_forgetting(message: Message) -> bool:
    """Whether a message, which is a reply, says to forget what it replies to."""
    return bool(message.reply_to_message and _FORGET.fullmatch(text_of(message)))


def from_a_bot(message: Message) -> bool:
    """Whether another bot wrote it; what hides an administrator or a channel is none."""
    author = message.from_user
    return bool(author and author.is_bot and not message.sender_chat)
