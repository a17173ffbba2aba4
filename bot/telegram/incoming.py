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
    """Read a message; a forwarded one was said when it was first written."""
    text = without_mention(text_of(message), me)
    said_at = message.forward_origin.date if message.forward_origin else message.date
    return Incoming(
        chat,
        records.Message(name_of(chat, message.message_id), text, said_at, speaker(message)),
        addressed=addressed(message, chat, me),
    )


def addressed(message: Message, chat: Chat, me: User) -> bool:
    """Whether a message is to the bot: in private, or as it names the bot or replies to it."""
    if not chat.group or mentions(message, me):
        return True
    replied = replied_to(message)
    return replied is not None and by(replied, me)


def by(message: Message, somebody: User) -> bool:
    """Whether somebody wrote a message."""
    return message.from_user is not None and message.from_user.id == somebody.id


def replied_to(message: Message) -> Message | None:
    """What a message replies to; whatever is written in a topic comes as a reply to its start."""
    replied = message.reply_to_message
    return None if replied and replied.forum_topic_created else replied


def text_of(message: Message) -> str:
    """What is written in a message, or under its picture."""
    return message.text or message.caption or ""


def name_of(chat: Chat, message_id: int) -> str:
    """The name of a message in the memory; those of a group that moved never meet its old ones."""
    return f"{chat.id}/{message_id}" if chat.home else str(message_id)


def number_of(chat: Chat, name: str) -> int | None:
    """The message of this chat that a memory came from; None where it is none of this chat."""
    where, _, name = name.rstrip("+").rpartition("/")
    if where != (str(chat.id) if chat.home else ""):
        return None
    return int(name) if name.isascii() and name.isdigit() and len(name) <= 16 else None  # noqa: PLR2004 -- as in buttons


def speaker(message: Message) -> str:
    """Who said it, by name; empty where that is the owner of the memories."""
    origin, alone = message.forward_origin, message.chat.type not in GROUPS
    if isinstance(origin, MessageOriginUser) and alone and by(message, origin.sender_user):
        return ""
    if origin:
        name = _author(origin)
    elif alone:
        name = ""
    elif message.sender_chat:
        name = message.sender_chat.effective_name or ""
    else:
        name = message.from_user.full_name if message.from_user else ""
    return visible(name)[:_NAME_CHARACTERS]


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
    kinds: list[str | None] = [MessageEntity.MENTION, MessageEntity.TEXT_MENTION]
    if message.text:
        found = message.parse_entities(kinds)
    else:
        found = message.parse_caption_entities(kinds) if message.caption else {}
    return any(
        entity.user.id == me.id if entity.user else part.casefold() == f"@{me.username}".casefold()
        for entity, part in found.items()
    )


def without_mention(text: str, me: User) -> str:
    """A text without the bot's name, which is nothing to remember."""
    name = rf"(?<!\w)@{re.escape(me.username or '')}(?![\w.]\w)\b[,:]?"
    return re.sub(name, "", text, flags=re.IGNORECASE).strip()


def wants_forgetting(message: Message, chat: Chat, me: User) -> bool:
    """Whether a reply says to forget what it replies to; "forget it" between people does not."""
    says = _FORGET.fullmatch(without_mention(text_of(message), me))
    return bool(says and replied_to(message) and addressed(message, chat, me))


def from_a_bot(message: Message) -> bool:
    """Whether another bot wrote it; what hides an administrator or a channel is none."""
    author = message.from_user
    return bool(author and author.is_bot and not message.sender_chat)
