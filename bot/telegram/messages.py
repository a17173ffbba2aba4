"""Messages and their edits: into the conversation, and back."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from telegram import ChatMember, ChatMemberUpdated, InlineKeyboardMarkup, Message

from bot.store import Chat
from bot.telegram import render, texts
from bot.telegram.buttons import Action, button, rows
from bot.telegram.desk import Desk
from bot.telegram.files import is_export
from bot.telegram.incoming import (
    GROUPS,
    by,
    from_a_bot,
    incoming,
    name_of,
    replied_to,
    text_of,
    wants_forgetting,
)
from bot.telegram.replying import count, now, respond, say
from bot.telegram.signs import follow
from memnn.errors import StoreFullError
from memnn.records import Memory

_PICKS: Final = 5
_IN: Final = frozenset({ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.RESTRICTED})


async def known(desk: Desk, message: Message) -> Chat:
    """The chat of a message as the bot knows it; written down where it is new or was renamed."""
    about = message.chat
    name, username = about.effective_name or "", about.username or ""
    held = await desk.ledger.chats.get(about.id)
    fresh = held or Chat(about.id, first_seen=datetime.now(UTC))
    fresh = replace(fresh, name=name, username=username, group=about.type in GROUPS)
    if fresh != held:
        with suppress(StoreFullError):  # or who has a new name could not even forget
            await desk.ledger.chats.put(fresh)
    return fresh


async def on_message(desk: Desk, message: Message) -> None:
    """A new message: remembered, answered, or both."""
    start = time.perf_counter()
    if from_a_bot(message):
        return
    chat = await known(desk, message)
    if not text_of(message):
        await _unreadable(desk, message, chat)
        return
    if wants_forgetting(message, chat, desk.me):
        await forget_replied(desk, message, chat)
        return
    taken = incoming(message, chat, desk.me)
    reply = await desk.conversation.handle(
        desk.scope(chat), taken.said, remember=not chat.paused, addressed=taken.addressed
    )
    count(desk, reply, start)
    await respond(desk, message, chat, reply, taken)


async def on_edit(desk: Desk, message: Message) -> None:
    """An edited message: its memory is rewritten, its question answered anew."""
    if from_a_bot(message):
        return
    chat = await known(desk, message)
    taken = incoming(message, chat, desk.me)
    reply = await desk.conversation.edit(
        desk.scope(chat), taken.said, remember=not chat.paused, addressed=taken.addressed
    )
    # else a place on a map moved, or votes came in
    if reply.replaced or reply.failed or text_of(message):
        await respond(desk, message, chat, reply, taken)


async def on_migration(desk: Desk, message: Message) -> None:
    """A group became a supergroup: its memories stay its own.

    Both groups are told; each of the two messages may come first, and either is enough.
    """
    old_id, new_id = message.chat.id, message.migrate_to_chat_id
    if message.migrate_from_chat_id is not None:
        old_id, new_id = message.migrate_from_chat_id, message.chat.id
    if new_id is None:
        return
    told, chats = await known(desk, message), desk.ledger.chats
    new = await chats.get(new_id)
    if new is None or new.home is None:
        old = await chats.get(old_id) or told
        await chats.put(replace(old, id=new_id, home=old.home or old_id))


async def on_added(desk: Desk, change: ChatMemberUpdated) -> None:
    """The bot came into a group: it says what it does there."""
    if change.chat.type in GROUPS and _came(change):
        sees_all = change.new_chat_member.status == ChatMember.ADMINISTRATOR
        await change.get_bot().send_message(change.chat.id, hello(desk, sees_all=sees_all))


def hello(desk: Desk, *, sees_all: bool = False) -> str:
    """What I do in a group.

    Args:
        desk: What handlers work with.
        sees_all: The group lets me see all of its messages, whatever my privacy mode.
    """
    sees_all = sees_all or bool(desk.me.can_read_all_group_messages)
    return texts.ADDED + ("" if sees_all else texts.SEES_LITTLE) + texts.MORE


async def forget_replied(desk: Desk, message: Message, chat: Chat) -> None:
    """Forget what a message replies to: a message's memories, or those an answer rests on."""
    replied = replied_to(message)
    if replied is None:
        return
    if by(replied, desk.me):
        await _forget_evidence(desk, message, replied, chat)
        return
    gone = await desk.conversation.forget_said(desk.scope(chat), name_of(chat, replied.message_id))
    if gone:
        await say(message, *forgotten(gone))
        await follow(desk, message.get_bot(), chat, gone)
    else:
        await say(message, texts.NOT_REMEMBERED)


async def _forget_evidence(desk: Desk, message: Message, replied: Message, chat: Chat) -> None:
    """Offer to forget what an answer rests on; a "forget" may mean one of several memories."""
    asked = desk.recent.answers.get((chat.id, replied.message_id))
    answered = desk.conversation.why(desk.scope(chat), name_of(chat, asked)) if asked else None
    supports = answered.answer.supports[:_PICKS] if answered else ()
    if not supports:
        await say(message, texts.NO_ANSWER)
        return
    await say(message, *which_to_forget(supports))


def forgotten(gone: Sequence[Memory]) -> tuple[str, InlineKeyboardMarkup | None]:
    """That memories are forgotten, with the button that takes it back."""
    return render.forgotten(gone), rows([button("Undo", Action.UNDO, gone[0].id)])


def which_to_forget(found: Sequence[Memory]) -> tuple[str, InlineKeyboardMarkup | None]:
    """Which of some memories to forget, with a button for each."""
    picks = [button(f"🗑 {memory.id}", Action.FORGET, memory.id) for memory in found]
    return f"{texts.FORGET_WHICH}\n{render.listing(found, now())}", rows(picks)


async def _unreadable(desk: Desk, message: Message, chat: Chat) -> None:
    """A message without text: once for an album, and in groups not a word.

    An album with a text is none of these: that text is read (`bot.telegram.handlers`).
    """
    if chat.group:
        return
    if message.document and is_export(message.document):
        await say(message, texts.IMPORT_HOW)
        return
    album = message.media_group_id or f"{chat.id}:{message.message_id}"
    if desk.recent.albums.once(album, value=True):
        await say(message, texts.TEXT_ONLY)


def _came(change: ChatMemberUpdated) -> bool:
    return change.new_chat_member.status in _IN and change.old_chat_member.status not in _IN
