"""Messages and their edits: into the conversation, and back."""

import time
from dataclasses import replace
from datetime import UTC, datetime

from telegram import ChatMember, ChatMemberUpdated, Message, Update

from bot.store import Chat
from bot.telegram import render, texts
from bot.telegram.buttons import Action, button, rows
from bot.telegram.desk import Desk
from bot.telegram.incoming import (
    GROUPS,
    from_a_bot,
    incoming,
    name_of,
    text_of,
    wants_forgetting,
)
from bot.telegram.replying import counted, now, respond, say

_IN = frozenset({ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.RESTRICTED})


async def known(desk: Desk, message: Message) -> Chat:
    """The chat of a message as the bot knows it; written down where it is new or was renamed."""
    about = message.chat
    name, username = about.effective_name or "", about.username or ""
    held = await desk.ledger.chats.get(about.id)
    fresh = held or Chat(about.id, first_seen=datetime.now(UTC))
    fresh = replace(fresh, name=name, username=username, group=about.type in GROUPS)
    if fresh != held:
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
    if wants_forgetting(message):
        await forget_replied(desk, message, chat)
        return
    taken = incoming(message, chat, desk.me)
    reply = await desk.conversation.handle(
        desk.scope(chat), taken.said, remember=not chat.paused, addressed=taken.addressed
    )
    kind, declined, answered = counted(reply)
    desk.meter.message(kind, time.perf_counter() - start, declined=declined, answered=answered)
    await respond(desk, message, chat, reply, taken.said)


async def on_edit(desk: Desk, message: Message) -> None:
    """An edited message: its memory is rewritten, its question answered anew."""
    if from_a_bot(message):
        return
    chat = await known(desk, message)
    taken = incoming(message, chat, desk.me)
    reply = await desk.conversation.edit(
        desk.scope(chat), taken.said, remember=not chat.paused, addressed=taken.addressed
    )
    await respond(desk, message, chat, reply)


async def on_migration(desk: Desk, message: Message) -> None:
    """A group became a supergroup: its memories stay its own."""
    new = message.migrate_to_chat_id
    if new is None:
        return
    old = await known(desk, message)
    moved = replace(old, id=new, home=old.home or old.id)
    await desk.ledger.chats.put(moved)


async def on_added(update: Update) -> None:
    """The bot came into a group: it says what it does there."""
    change = update.my_chat_member
    if change and change.chat.type in GROUPS and _came(change):
        await change.get_bot().send_message(change.chat.id, texts.ADDED)


async def forget_replied(desk: Desk, message: Message, chat: Chat) -> None:
    """Forget what a message replies to: a message's memories, or those an answer rests on."""
    replied = message.reply_to_message
    if replied is None:
        return
    scope = desk.scope(chat)
    if replied.from_user and replied.from_user.id == desk.me.id:
        asked = desk.recent.answers.get((chat.id, replied.message_id))
        answered = desk.conversation.why(scope, name_of(chat, asked)) if asked else None
        supports = answered.answer.supports if answered else ()
        if not supports:
            await say(message, texts.ANSWER_GONE)
            return
        picks = [button(f"🗑 {m.id}", Action.FORGET, m.id) for m in supports[:5]]
        await say(message, f"{texts.FORGET_WHICH}\n{render.listing(supports, now())}", rows(picks))
        return
    gone = await desk.conversation.forget_said(scope, name_of(chat, replied.message_id))
    if gone:
        undo = [button("Undo", Action.UNDO, gone[0].id)]
        await say(message, render.forgotten(gone), rows(undo))
    else:
        await say(message, texts.NOTHING_FITS)


async def _unreadable(desk: Desk, message: Message, chat: Chat) -> None:
    """A message without text: once for an album, and in groups not a word."""
    if chat.group or message.new_chat_members or message.pinned_message:
        return
    album = message.media_group_id or f"{chat.id}:{message.message_id}"
    if desk.recent.albums.once(album, value=True):
        await say(message, texts.TEXT_ONLY)


def _came(change: ChatMemberUpdated) -> bool:
    return change.new_chat_member.status in _IN and change.old_chat_member.status not in _IN
