"""The commands that everybody has. Each takes the message and what stands after its name."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from telegram import InlineKeyboardMarkup, Message

from bot import words
from bot.paging import pages
from bot.phrases import closest
from bot.store import Chat
from bot.telegram import files, render, texts
from bot.telegram.asked import Asked
from bot.telegram.asking import ask, remember, why
from bot.telegram.buttons import Action, button, rows
from bot.telegram.desk import Desk
from bot.telegram.forgetting import forget, forget_all, undo
from bot.telegram.messages import hello, known
from bot.telegram.replying import now, say

Run: TypeAlias = Callable[[Asked], Awaitable[None]]
PAGE: Final = 8
_PAGE_NUMBER: Final = re.compile(r"\d{1,6}", re.ASCII)
_FOUND: Final = 8


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


def _line(name: str) -> str:
    command = COMMANDS[name]
    takes = f" <i>{command.takes}</i>" if command.takes else ""
    return f"/{name}{takes} – {command.purpose}"
