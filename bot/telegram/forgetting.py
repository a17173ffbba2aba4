"""Commands that forget, and take that back."""

from typing import Final

from telegram import ChatMember, InlineKeyboardMarkup, Message
from telegram.error import TelegramError

from bot import words
from bot.phrases import many, numbers
from bot.telegram import render, texts
from bot.telegram.asked import Asked
from bot.telegram.buttons import Action, button, rows
from bot.telegram.incoming import replied_to
from bot.telegram.messages import forget_replied, forgotten, which_to_forget
from bot.telegram.replying import say
from bot.telegram.signs import follow

_PREVIEW: Final = 5
_ADMINISTRATORS: Final = frozenset({ChatMember.OWNER, ChatMember.ADMINISTRATOR})


async def forget(asked: Asked) -> None:
    """Forget by number, by what it is about, or what this replies to."""
    if replied_to(asked.message) and not asked.rest:
        await forget_replied(asked.desk, asked.message, asked.chat)
        return
    scope = asked.scope
    if ids := numbers(asked.rest):
        gone = await asked.desk.conversation.forget(scope, ids)
        if not gone:
            await say(asked.message, render.text(words.NO_SUCH_MEMORY))
            return
        await say(asked.message, *forgotten(gone))
        await follow(asked.desk, asked.message.get_bot(), asked.chat, gone)
        return
    if not asked.rest:
        usage = words.USAGE.format(usage="/forget 12, or /forget what it is about")
        await say(asked.message, render.text(usage))
        return
    found = [
        s.memory for s in await asked.desk.conversation.search(scope, asked.rest, limit=_PREVIEW)
    ]
    if not found:
        await say(asked.message, texts.NOTHING_FITS)
        return
    await say(asked.message, *which_to_forget(found))


async def undo(asked: Asked) -> None:
    """Take back what was stored or forgotten last."""
    undone = await asked.desk.conversation.undo(asked.scope)
    await say(asked.message, render.undone(undone))
    changed = undone.forgotten or undone.restored
    await follow(asked.desk, asked.message.get_bot(), asked.chat, changed)


async def forget_all(asked: Asked) -> None:
    """Ask whether to forget everything."""
    if asked.chat.group and not await administers(asked.message):
        await say(asked.message, texts.ADMINISTRATORS_ONLY)
        return
    scope = asked.scope
    total = (await asked.desk.conversation.memories(scope, limit=1)).total
    if not total and not await asked.desk.conversation.history(scope, limit=1):
        await say(asked.message, render.text(words.NO_MEMORIES))
        return
    await say(asked.message, *all_of(total))


def all_of(total: int) -> tuple[str, InlineKeyboardMarkup | None]:
    """Whether to forget all of so many memories, with the buttons that answer it."""
    what = many(total) if total else "the history"
    sure = button(f"Forget {what}", Action.FORGET_ALL, total)
    keep = button("Keep", Action.KEEP_ALL)
    return render.text(words.FORGET_ALL.format(many=what)), rows([sure, keep])


async def administers(message: Message, user_id: int | None = None) -> bool:
    """Whether somebody, or else whoever wrote a message, is an administrator of its group."""
    if user_id is None and message.sender_chat:
        return message.sender_chat.id == message.chat.id  # one who hides the name
    wanted = user_id or (message.from_user.id if message.from_user else None)
    if wanted is None:
        return False
    try:
        return (await message.chat.get_member(wanted)).status in _ADMINISTRATORS
    except TelegramError:
        return False
