"""The commands that everybody has. Each takes the message and what stands after its name."""

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeAlias

from telegram import ChatMember, InlineKeyboardMarkup, Message
from telegram.error import TelegramError

from bot import words
from bot.memories import MAX_CHARACTERS
from bot.paging import pages
from bot.phrases import closest, many, numbers
from bot.replies import Reply
from bot.store import Chat
from bot.telegram import files, render, texts
from bot.telegram.asked import Asked
from bot.telegram.buttons import Action, button, rows
from bot.telegram.desk import Desk
from bot.telegram.incoming import by, incoming, name_of, replied_to, text_of
from bot.telegram.messages import forget_replied, hello, known
from bot.telegram.replying import count, now, respond, say
from memnn.records import Message as Said

Run: TypeAlias = Callable[[Asked], Awaitable[None]]
PAGE: Final = 8
_PAGE_NUMBER: Final = re.compile(r"\d{1,6}", re.ASCII)
_FOUND: Final = 8
_PREVIEW: Final = 5
_ADMINISTRATORS: Final = frozenset({ChatMember.OWNER, ChatMember.ADMINISTRATOR})


async def start(asked: Asked) -> None:
    """What I do, for somebody who comes for the first time."""
    await say(asked.message, hello(asked.desk) if asked.chat.group else texts.START)


async def help_(asked: Asked) -> None:
    """All commands."""
    listed = "\n".join(_line(name) for name in COMMANDS if name not in {"start", "help"})
    paused = texts.PAUSED_NOW if asked.chat.paused else ""
    await say(asked.message, f"{texts.HELP}\n\n{listed}\n\n{texts.HELP_GROUP}{paused}")


async def privacy(asked: Asked) -> None:
    """What is kept, and who can read it."""
    await say(asked.message, texts.PRIVACY)


async def memories(asked: Asked) -> None:
    """A page of what is remembered."""
    number = int(asked.rest) if _PAGE_NUMBER.fullmatch(asked.rest) else 1
    html, keyboard = await leaf(asked.desk, asked.chat, number)
    await say(asked.message, html, keyboard)


async def leaf(desk: Desk, chat: Chat, number: int) -> tuple[str, InlineKeyboardMarkup | None]:
    """A page of the memories, with its buttons."""
    scope = desk.scope(chat)
    total = (await desk.conversation.memories(scope, limit=1)).total
    last = pages(total, PAGE)
    number = min(max(number, 1), last)
    page = await desk.conversation.leaf(scope, number, PAGE)
    back = [button("◀", Action.LEAF, number - 1)] if number > 1 else []
    on = [button("▶", Action.LEAF, number + 1)] if number < last else []
    drop = [button(f"🗑 {m.id}", Action.DROP, m.id, number) for m in page.memories]
    half = (len(drop) + 1) // 2
    return render.page(page, number, last, now()), rows(drop[:half], drop[half:], [*back, *on])


async def search(asked: Asked) -> None:
    """Memories about something."""
    if not asked.rest:
        await say(asked.message, render.text(words.USAGE.format(usage="/search what it is about")))
        return
    found = await asked.desk.conversation.search(asked.scope, asked.rest, limit=_FOUND)
    listed = render.listing([scored.memory for scored in found], now())
    await say(asked.message, f"{texts.FOUND}\n{listed}" if found else texts.NOTHING_FITS)


async def why(asked: Asked) -> None:
    """How the last answer came about, or that which this replies to, or that to what it does."""
    name, replied = None, replied_to(asked.message)
    if replied:
        place = (asked.chat.id, replied.message_id)
        name = name_of(asked.chat, asked.desk.recent.answers.get(place) or replied.message_id)
    value = asked.desk.conversation.why(asked.scope, name)
    if value is None:
        gone = texts.NO_ANSWER if replied else render.text(words.NOTHING_ANSWERED)
        await say(asked.message, gone)
        return
    html = f"{render.answer(value, now(), quoted=False)}\n\n{render.why(value, now())}"
    await say(asked.message, html)


async def ask(asked: Asked) -> None:
    """Take what follows, or the message that this replies to, for a question."""
    await _take(asked, asked.desk.conversation.ask)


async def remember(asked: Asked) -> None:
    """Take what follows, or the message that this replies to, for a statement."""
    keep = partial(asked.desk.conversation.keep, remember=not asked.chat.paused)
    await _take(asked, keep)


async def _take(asked: Asked, talk: Callable[[str, Said], Awaitable[Reply]]) -> None:
    start = time.perf_counter()
    said = _meant(asked.desk, asked.message, asked.chat, asked.rest)
    if said is None:
        await say(asked.message, texts.REPLY_OR_TEXT)
        return
    reply = await talk(asked.scope, said)
    count(asked.desk, reply, start)
    await respond(asked.desk, asked.message, asked.chat, reply)


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
        undo = [button("Undo", Action.UNDO, gone[0].id)]
        await say(asked.message, render.forgotten(gone), rows(undo))
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
    picks = [button(f"🗑 {memory.id}", Action.FORGET, memory.id) for memory in found]
    await say(asked.message, f"{texts.FORGET_WHICH}\n{render.listing(found, now())}", rows(picks))


async def undo(asked: Asked) -> None:
    """Take back what was stored or forgotten last."""
    await say(asked.message, render.undone(await asked.desk.conversation.undo(asked.scope)))


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


async def history(asked: Asked) -> None:
    """What was changed, forgotten, looked at."""
    events = await asked.desk.conversation.history(asked.scope)
    await say(asked.message, render.history(events, now()))


async def pause(asked: Asked) -> None:
    """Remember nothing for a while."""
    await asked.desk.ledger.chats.put(replace(asked.chat, paused=True))
    await say(asked.message, texts.PAUSED)


async def resume(asked: Asked) -> None:
    """Remember again."""
    await asked.desk.ledger.chats.put(replace(asked.chat, paused=False))
    await say(asked.message, texts.RESUMED)


async def quiet(asked: Asked) -> None:
    """Acknowledge nothing, or again."""
    await asked.desk.ledger.chats.put(replace(asked.chat, quiet=not asked.chat.quiet))
    await say(asked.message, texts.LOUD if asked.chat.quiet else texts.QUIET)


@dataclass(frozen=True, slots=True)
class Command:
    """A command as /help and the menus show it.

    Attributes:
        run: What it does.
        purpose: That, in a few words.
        takes: What stands after it, if anything.
    """

    run: Run
    purpose: str
    takes: str = ""


COMMANDS: Final = {
    "start": Command(start, "what I do"),
    "help": Command(help_, "all commands"),
    "memories": Command(memories, "all I remember, page by page"),
    "search": Command(search, "memories about something", "text"),
    "ask": Command(ask, "a question, whatever it looks like", "text"),
    "remember": Command(remember, "something to keep, whatever it looks like", "text"),
    "why": Command(why, "how I came to the last answer"),
    "forget": Command(forget, "forget memories, also as a reply to one", "number or text"),
    "undo": Command(undo, "take back the last step"),
    "history": Command(history, "what was changed, forgotten or looked at"),
    "export": Command(files.export, "all memories, as two files"),
    "import": Command(files.import_, "as a reply to an exported file: take it in"),
    "pause": Command(pause, "remember nothing for a while"),
    "resume": Command(resume, "remember again"),
    "quiet": Command(quiet, "no ✍, or ✍ again"),
    "forget_all": Command(forget_all, "forget everything, for good"),
    "privacy": Command(privacy, "what is kept, and who can read it"),
}


async def run(desk: Desk, message: Message, name: str, rest: str) -> None:
    """Run the command of a message; one that is none gets a hint where nobody else listens."""
    chat = await known(desk, message)
    found = COMMANDS.get(name)
    if found:
        await found.run(Asked(desk, message, chat, rest))
    elif not chat.group:
        close = closest(name, COMMANDS)
        hint = f"Did you mean /{close}?" if close else "/help lists the commands."
        await say(message, render.text(words.NO_SUCH_COMMAND.format(name=f"/{name}", close=hint)))


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


def _line(name: str) -> str:
    command = COMMANDS[name]
    takes = f" <i>{command.takes}</i>" if command.takes else ""
    return f"/{name}{takes} – {command.purpose}"


def _meant(desk: Desk, message: Message, chat: Chat, rest: str) -> Said | None:
    """What a command is about: the text after it, else the message that it replies to."""
    if rest:
        return replace(incoming(message, chat, desk.me).said, text=rest[:MAX_CHARACTERS])
    replied = replied_to(message)
    if replied is None or not text_of(replied) or by(replied, desk.me):
        return None
    return incoming(replied, chat, desk.me).said
