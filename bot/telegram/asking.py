"""Commands about one message: what it is taken for, and how its answer came about."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from bot import words
from bot.memories import MAX_CHARACTERS
from bot.replies import Reply
from bot.telegram import render, texts
from bot.telegram.asked import Asked
from bot.telegram.incoming import by, incoming, name_of, replied_to, text_of
from bot.telegram.replying import count, now, respond, say
from memnn.records import Message as Said


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
    await say(asked.message, render.explained(value, now(), quoted=False))


async def ask(asked: Asked) -> None:
    """Take what follows, or the message that this replies to, for a question."""
    await _take(asked, asked.desk.conversation.ask)


async def remember(asked: Asked) -> None:
    """Take what follows, or the message that this replies to, for a statement."""
    keep = partial(asked.desk.conversation.keep, remember=not asked.chat.paused)
    await _take(asked, keep)


async def _take(asked: Asked, talk: Callable[[str, Said], Awaitable[Reply]]) -> None:
    start = time.perf_counter()
    said = _meant(asked)
    if said is None:
        await say(asked.message, texts.REPLY_OR_TEXT)
        return
    reply = await talk(asked.scope, said)
    count(asked.desk, reply, start)
    await respond(asked.desk, asked.message, asked.chat, reply)


def _meant(asked: Asked) -> Said | None:
    """What a command is about: the text after it, else the message that it replies to."""
    me = asked.desk.me
    if asked.rest:
        said = incoming(asked.message, asked.chat, me).said
        return replace(said, text=asked.rest[:MAX_CHARACTERS])
    replied = replied_to(asked.message)
    if replied is None or not text_of(replied) or by(replied, me):
        return None
    return incoming(replied, asked.chat, me).said
