"""What the buttons do. Each tap is answered once; what it may touch follows from where it is."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from telegram import CallbackQuery, Message
from telegram.error import BadRequest

from bot import words
from bot.phrases import many
from bot.store import Chat
from bot.telegram import render, texts
from bot.telegram.buttons import Action, Tap, button, parse, rows
from bot.telegram.commands import leaf
from bot.telegram.desk import Desk
from bot.telegram.forgetting import administers, all_of
from bot.telegram.incoming import name_of
from bot.telegram.messages import forgotten, known
from bot.telegram.replying import keyboard_of, now, respond, settle, show
from bot.telegram.signs import follow
from memnn.records import Memory

_PICKS: Final = 5


@dataclass(frozen=True, slots=True)
class Tapped:
    """A tap with all that it may need.

    Attributes:
        desk: What handlers work with.
        query: The tap itself.
        message: Of the bot, below which the button is.
        chat: Where that is.
        tap: What the button means.
    """

    desk: Desk
    query: CallbackQuery
    message: Message
    chat: Chat
    tap: Tap

    @property
    def scope(self) -> str:
        """Whose memories it is about."""
        return self.desk.scope(self.chat)


async def on_tap(desk: Desk, query: CallbackQuery) -> None:
    """Do what a button says."""
    tap = parse(query.data)
    message = query.message
    if tap is None or not isinstance(message, Message) or not message.is_accessible:
        await settle(query, texts.TOO_OLD)
        return
    chat = await known(desk, message)
    await settle(query, await _RUN[tap.action](Tapped(desk, query, message, chat, tap)))


async def _why(tapped: Tapped) -> str:
    """Unfold how an answer came about, or fold it again."""
    asked = tapped.tap.first
    value = tapped.desk.conversation.why(tapped.scope, name_of(tapped.chat, asked))
    if value is None:
        return texts.ANSWER_GONE
    unfolded = tapped.tap.action is Action.WHY
    shown = render.explained if unfolded else render.answer
    html = shown(value, now(), quoted=tapped.message.quote is not None)
    unsure = _offers(tapped.message, Action.TOLD)
    await show(tapped.message, html, keyboard_of(value, asked, unsure=unsure, unfolded=unfolded))
    return ""


async def _wrong(tapped: Tapped) -> str:
    """Let somebody pick the memory that an answer should have rested on."""
    value = tapped.desk.conversation.why(tapped.scope, name_of(tapped.chat, tapped.tap.first))
    if value is None:
        return texts.ANSWER_GONE
    seen = {s.memory.id: s.memory for hop in value.answer.trace.hops for s in hop.best}
    used = {memory.id for memory in value.answer.supports[:1]}
    others = [memory for memory in seen.values() if memory.id not in used][:_PICKS]
    picks = [button(str(memory.id), Action.RIGHT, tapped.tap.first, memory.id) for memory in others]
    none = button("None of these", Action.RIGHT, tapped.tap.first)
    html = render.answer(value, now(), quoted=tapped.message.quote is not None)
    listed = f"\n\n{texts.WHICH}\n{render.listing(others, now())}" if others else ""
    await show(tapped.message, html + listed, rows(picks, [none]))
    return ""


async def _right(tapped: Tapped) -> str:
    """Note which memory was the right one."""
    scope, name = tapped.scope, name_of(tapped.chat, tapped.tap.first)
    value = tapped.desk.conversation.why(scope, name)
    if value is None:
        return texts.ANSWER_GONE
    line = texts.NONE_OF_THEM
    if tapped.tap.second:
        right = await tapped.desk.conversation.named(scope, [tapped.tap.second])
        if await tapped.desk.conversation.correct(scope, name, tapped.tap.second) is None:
            return texts.TOO_OLD
        line = f"{render.listing(right, now())}\n{texts.CORRECTED}"
    html = render.answer(value, now(), quoted=tapped.message.quote is not None)
    await show(
        tapped.message, f"{html}\n\n{line}", rows([button("Why?", Action.WHY, tapped.tap.first)])
    )
    return ""


async def _was_question(tapped: Tapped) -> str:
    """Take a message that was remembered for a question."""
    said = tapped.desk.recent.said.get((tapped.chat.id, tapped.tap.first))
    if said is None:
        return texts.KIND_GONE
    answered = await tapped.desk.conversation.ask(tapped.scope, said)
    await show(tapped.message, texts.NOT_KEPT)
    await respond(tapped.desk, tapped.message, tapped.chat, answered)
    return ""


async def _was_statement(tapped: Tapped) -> str:
    """Remember a message that was taken for something else; an answer to it keeps its buttons."""
    chat, asked = tapped.chat, tapped.tap.first
    said = tapped.desk.recent.said.get((chat.id, asked))
    if said is None:
        return texts.KIND_GONE
    talk = tapped.desk.conversation
    value = talk.why(tapped.scope, said.id)
    kept = await talk.keep(tapped.scope, said, remember=not chat.paused)
    unfolded = _offers(tapped.message, Action.FOLD)
    with suppress(BadRequest):  # tapped twice
        await tapped.message.edit_reply_markup(
            keyboard_of(value, asked, unfolded=unfolded) if value else None
        )
    await respond(tapped.desk, tapped.message, chat, kept)
    return ""


async def _leaf(tapped: Tapped) -> str:
    """Turn to another page of the memories."""
    await show(tapped.message, *await leaf(tapped.desk, tapped.chat, tapped.tap.first))
    return ""


async def _drop(tapped: Tapped) -> str:
    """Forget a memory of the page, and show the page anew."""
    gone = await tapped.desk.conversation.forget(tapped.scope, [tapped.tap.first])
    html, keyboard = await leaf(tapped.desk, tapped.chat, tapped.tap.second)
    buttons = [list(line) for line in keyboard.inline_keyboard] if keyboard else []
    undo = [button(f"Undo {tapped.tap.first}", Action.UNDO, tapped.tap.first)] if gone else []
    await show(tapped.message, html, rows(*buttons, undo))
    await _follow(tapped, gone)
    return words.FORGOTTEN if gone else words.NO_SUCH_MEMORY


async def _forget(tapped: Tapped) -> str:
    """Forget one memory."""
    gone = await tapped.desk.conversation.forget(tapped.scope, [tapped.tap.first])
    if not gone:
        return words.NO_SUCH_MEMORY
    await show(tapped.message, *forgotten(gone))
    await _follow(tapped, gone)
    return ""


async def _undo(tapped: Tapped) -> str:
    """Put a forgotten memory back."""
    undone = await tapped.desk.conversation.undo(tapped.scope, forgotten=tapped.tap.first)
    if not undone.restored:
        return words.NOTHING_TO_UNDO
    await show(tapped.message, render.undone(undone))
    await _follow(tapped, undone.restored)
    return ""


async def _forget_all(tapped: Tapped) -> str:
    """Forget everything; in a group, only if an administrator taps.

    The button says how many memories that are; where there are others by now, it asks anew.
    """
    desk, chat = tapped.desk, tapped.chat
    if chat.group and not await administers(tapped.message, tapped.query.from_user.id):
        return texts.ADMINISTRATORS_ONLY
    total = (await desk.conversation.memories(tapped.scope, limit=1)).total
    if total != tapped.tap.first:
        await show(tapped.message, *all_of(total))
        return texts.ASKED_ANEW
    count = await desk.conversation.forget_all(tapped.scope)
    await _forget_names(desk, chat)
    stamp = f"{datetime.now(UTC):%d %b %Y, %H:%M}"
    await show(tapped.message, texts.FORGOT_ALL.format(many=many(count), time=stamp))
    return ""


async def _forget_names(desk: Desk, chat: Chat) -> None:
    """Forget whose a chat is; and whose the group was that it was before it became another."""
    chats = desk.ledger.chats
    before = await chats.get(chat.home) if chat.home else None
    for known_as in (chat, before):
        if known_as:
            await chats.put(replace(known_as, name="", username=""))


async def _follow(tapped: Tapped, changed: Sequence[Memory]) -> None:
    """Let the signs on messages follow."""
    await follow(tapped.desk, tapped.message.get_bot(), tapped.chat, changed)


async def _keep_all(tapped: Tapped) -> str:
    """Forget nothing."""
    await show(tapped.message, render.text(words.KEPT))
    return ""


def _offers(message: Message, action: Action) -> bool:
    """Whether a message has a button for something."""
    lines = message.reply_markup.inline_keyboard if message.reply_markup else ()
    taps = (parse(str(key.callback_data)) for line in lines for key in line)
    return any(tap and tap.action is action for tap in taps)


_RUN: Final = {
    Action.WHY: _why,
    Action.FOLD: _why,
    Action.WRONG: _wrong,
    Action.RIGHT: _right,
    Action.ASKED: _was_question,
    Action.TOLD: _was_statement,
    Action.LEAF: _leaf,
    Action.DROP: _drop,
    Action.FORGET: _forget,
    Action.UNDO: _undo,
    Action.FORGET_ALL: _forget_all,
    Action.KEEP_ALL: _keep_all,
}
