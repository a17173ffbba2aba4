"""What administrators read, line by line: a label and a text each.

Telegram and the command line lay them out; neither adds other words. Pure.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeAlias

import humanize

from bot.admin.inspect import Inspection, Leaf
from bot.admin.stats import Stats, Totals, totals
from bot.admin.subjects import Subject
from bot.admin.units import seconds, share, size
from bot.admin.words import NO_MEMORIES
from bot.parts import clean
from bot.phrases import blank, clipped, many
from bot.scopes import TERMINAL
from bot.store import BucketState, Chat, ScopeFacts, Trouble
from bot.times import short, when

Lines: TypeAlias = list[tuple[str, str]]

_TROUBLE_CHARACTERS: Final = 200
_BRIEF_CHARACTERS: Final = 64  # of a trouble below a picture, which carries little text
_NAME_CHARACTERS: Final = 40
_SMALL: Final = "none: so few memories are read as a whole"


def title(subject: Subject) -> str:
    """Who that is, as briefly as is clear."""
    name = named(subject.chat) if subject.chat else ""
    if subject.id is None:
        return "the terminal" if subject.scope == TERMINAL else subject.scope
    return name or str(subject.id)


def named(chat: Chat) -> str:
    """Name and user name of a chat; empty where it has none."""
    username = f"@{chat.username}" if chat.username else ""
    name = clipped(clean(chat.name), _NAME_CHARACTERS)  # a name is as foreign as a message
    return " ".join(filter(None, ("" if blank(name) else name, username)))


def about(subject: Subject, now: datetime) -> Lines:
    """What is known of a chat beside its memories."""
    if subject.id is None:
        return []
    lines = [("id", str(subject.id))]
    if chat := subject.chat:
        switches = [name for name in ("paused", "quiet") if getattr(chat, name)]
        kind = "group" if chat.group else "person"
        lines += [
            ("kind", ", ".join((kind, *switches))),
            ("known", f"since {short(chat.first_seen, now)}"),
        ]
        if chat.home is not None:
            lines.append(("before", f"the group {chat.home}, whose memories it keeps"))
    return lines


def inspection(found: Inspection, now: datetime) -> Lines:
    """A scope in numbers."""
    return [
        *about(found.subject, now),
        *_memories(found.facts, now),
        *([("model", f"{found.model} wrote the newest")] if found.model else []),
        ("errors", _troubles(found.troubles, now) or "none"),
    ]


def stats(found: Stats, now: datetime) -> Lines:
    """The whole bot in numbers."""
    today, days = totals(found.days[-1:]), totals(found.days)
    last = _troubles(found.troubles, now, _BRIEF_CHARACTERS)
    return [
        (
            "chats",
            f"{many(found.users, 'person', 'people')}, {many(found.groups, 'group', 'groups')}",
        ),
        ("memories", f"{found.memories:,}"),
        ("today (UTC)", _said(today)),
        (f"{len(found.days)} days", _said(days)),
        *_answers(days),
        ("errors", "\n".join(filter(None, (f"{days.errors:,}", last)))),
        ("Redis", f"{size(found.server.used_bytes)}, {found.server.name}"),
        ("buckets", buckets(found.buckets, now)),
        *_process(found),
    ]


def buckets(state: BucketState, now: datetime) -> str:
    """What is known of the buckets: when they were made, of how much, how well they find."""
    parts = []
    if state.building:
        parts.append(f"generation {state.building} is being made, {state.statements:,} filed")
    if state.trouble:
        parts.append(f"stopped early: {clipped(state.trouble, _NAME_CHARACTERS)}")
    if state.finished:
        made = when(datetime.fromisoformat(state.finished), now)
        parts.append(f"generation {state.generation}, {made}")
    if state.finished and not state.building:
        held = many(state.scopes, "chat", "chats")
        parts.append(f"{state.statements:,} memories of {held}, {state.recall:.1%} found")
        if state.held_back:
            chats = many(state.held_back, "chat", "chats")
            parts.append(f"{chats} left as before, which finds more")
    return "; ".join(parts) or "none yet: no chat is large enough to need them"


def heading(leaf: Leaf) -> str:
    """What a page of memories shows."""
    if not leaf.total:
        return NO_MEMORIES
    held = many(leaf.total, several="memories, newest first")
    return f"{held} · page {leaf.number:,} of {leaf.pages:,}" if leaf.pages > 1 else held


def _memories(facts: ScopeFacts, now: datetime) -> Lines:
    lines = [("memories", f"{facts.count:,}")]
    if facts.first and facts.last:
        lines += [("first", when(facts.first, now)), ("last", when(facts.last, now))]
    if facts.layout:
        full = f"{facts.buckets:,} in use, the fullest holds {many(facts.fullest)}"
        filed = f"{full}, generation {facts.generation}" if facts.generation else _SMALL
        lines += [("size", f"{size(facts.bytes)} in Redis"), ("buckets", filed)]
    return lines


def _troubles(
    troubles: Sequence[Trouble], now: datetime, characters: int = _TROUBLE_CHARACTERS
) -> str:
    return "\n".join(
        f"{when(trouble.time, now)}: {clipped(trouble.what, characters)}" for trouble in troubles
    )


def _said(total: Totals) -> str:
    if not total.messages:
        return "no messages"
    parts = f"{total.statements:,} told, {total.questions:,} asked, {total.chitchat:,} chitchat"
    return f"{many(total.messages, 'message', 'messages')}: {parts}"


def _answers(total: Totals) -> Lines:
    if not total.messages:
        return []
    asked = many(total.questions, "question", "questions")
    return [
        ("replies", f"half within {seconds(total.p50_s)}, 95 % within {seconds(total.p95_s)}"),
        ("declined", f"{share(total.declined_share)} of {asked}"),
    ]


def _process(found: Stats) -> Lines:
    model = f", model {found.model}" if found.model else ""
    lines = [("version", f"{found.version}{model}")]
    if found.up is not None:
        heard = "never" if found.heard_s is None else f"{found.heard_s:.0f} s ago"
        lines.append(("running", f"{humanize.naturaldelta(found.up)}; heard Telegram {heard}"))
    return lines
