"""The memories of a scope as a file, and back: JSON Lines for machines, Markdown for people.

One line of the JSON form is one memory. It is read back by the same names; a message that is known
already stays as it is, so that reading a file twice changes nothing. Another chat numbers its
messages, too: what comes from elsewhere keeps the name of that scope before its own.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from bot.conversation import Conversation
from bot.conversation_file import (
    Record,
    Text,
    Time,
    Told,
    holds_conversations,
    parse_lines,
    parse_told,
    read_content,
)
from bot.memories import MAX_CHARACTERS
from bot.phrases import many
from bot.store.new_file import new_file
from memnn.errors import DataError
from memnn.records import Kind, Memory, Message

MARKDOWN_ENDINGS = frozenset({".md", ".markdown"})
JSON_ENDINGS = frozenset({".jsonl", ".json", ".ndjson"})
_PAGE = 500
_STEP = 64  # memories; what is said meanwhile waits some milliseconds


class Exported(Record):
    """One memory in a file.

    Attributes:
        message: The message that it came from.
        time: When it was said; without a zone, UTC.
        speaker: Who said it; empty for the owner of the memories.
        text: The statement.
        scope: Whose memory it was; empty in a file that does not say.
    """

    message: Text
    time: Time
    speaker: Text = ""
    text: Text
    scope: Text = ""


_Said: TypeAlias = tuple[str, list[Exported]]  # a message's name, and its memories


async def collect(conversation: Conversation, scope: str) -> list[Memory]:
    """All memories of a scope, oldest first.

    Raises:
        StoreError: They cannot be read.
    """
    memories: list[Memory] = []
    before = None
    while page := (await conversation.memories(scope, before=before, limit=_PAGE)).memories:
        memories.extend(page)
        before = page[-1].id
    return memories[::-1]


def write(path: Path, memories: Sequence[Memory], scope: str) -> None:
    """Write the memories of a scope to a new file, in the form of its ending.

    Only its owner may read it.

    Raises:
        DataError: The ending is unknown, the file exists, or it cannot be written; nothing is left.
    """
    ending = path.suffix.lower()
    if ending not in MARKDOWN_ENDINGS | JSON_ENDINGS:
        raise DataError(f"{path}: the name should end in .md for reading or .jsonl for an import")
    readable = ending in MARKDOWN_ENDINGS
    content = to_markdown(memories) if readable else to_json_lines(memories, scope)
    try:
        with new_file(path) as file:
            file.write(content.encode())
    except FileExistsError:
        raise DataError(f"{path}: is there already; choose another name") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror}") from error


def to_json_lines(memories: Sequence[Memory], scope: str) -> str:
    """One line a memory, as `read` takes them."""
    lines = (
        {
            "message": memory.message_id,
            "time": memory.time.isoformat(),
            "speaker": memory.speaker,
            "text": memory.text,
            "scope": scope,
        }
        for memory in memories
    )
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def to_markdown(memories: Sequence[Memory]) -> str:
    """A heading a day, an item a memory, in local time."""
    parts = [f"# {many(len(memories))}\n"]
    local = [(m.time.astimezone(), m) for m in memories]
    for day, group in groupby(local, key=lambda pair: pair[0].date()):
        parts.append(f"\n## {day:%A}, {day.day} {day:%B %Y}\n\n")
        parts.extend(f"- {time:%H:%M} {_said(memory)}\n" for time, memory in group)
    return "".join(parts)


def read(path: Path) -> list[Exported]:
    """The memories of a file that `write` wrote in its JSON form, or of a conversation file.

    Of conversations, the messages are taken that are statements; where several people talk, each is
    the speaker of their own.

    Raises:
        DataError: The file cannot be read, or a line is malformed.
    """
    content, name = read_content(path), str(path)
    if holds_conversations(content, name):
        return _storable(_statements(parse_told(content, name)), name)
    return read_bytes(content, name)


def read_bytes(content: bytes, name: str) -> list[Exported]:
    """The memories in the content of a file that `write` wrote in its JSON form.

    Raises:
        DataError: A line is malformed.
    """
    return _storable(parse_lines(content, name, Exported), name)


def _statements(users: Sequence[Told]) -> Iterator[tuple[int, Exported]]:
    for number, told in enumerate(users, start=1):
        speaker = told.user if len(users) > 1 else ""
        for said in told.messages:
            if said.kind is Kind.STATEMENT:
                name = f"{told.user}:{said.i}"
                yield number, Exported(message=name, time=said.t, speaker=speaker, text=said.text)


def _storable(lines: Iterable[tuple[int, Exported]], path: str) -> list[Exported]:
    memories = []
    for number, memory in lines:
        if not memory.text.strip() or len(memory.text) > MAX_CHARACTERS:
            length = f"{len(memory.text):,} characters, 1 to {MAX_CHARACTERS:,} can be stored"
            raise DataError(f"{path}:{number}: text: {length}; mend or remove the line")
        memories.append(memory)
    return memories


async def take_in(
    conversation: Conversation,
    scope: str,
    memories: Sequence[Exported],
    tick: Callable[[int], None] = lambda _: None,
) -> int:
    """Store memories that were read from a file, many in one step.

    Args:
        conversation: Takes them in.
        scope: Whose they are.
        memories: What was read.
        tick: Called with how many are stored more.

    Returns:
        How many the scope has now in addition.

    Raises:
        StoreError: Some could not be stored; reading the file again goes on from there.
    """
    before = (await conversation.memories(scope, limit=1)).total
    messages: dict[str, list[Exported]] = {}
    for memory in memories:  # an edit may have put later memories between those of one message
        messages.setdefault(_name(memory, scope), []).append(memory)
    for some in _batches(messages.items()):
        told = [(_message(*said), [memory.text for memory in said[1]]) for said in some]
        await conversation.take_in_all(scope, told)
        tick(sum(len(held) for _, held in some))
    return (await conversation.memories(scope, limit=1)).total - before


def _name(memory: Exported, scope: str) -> str:
    """What its message is called where it is taken in."""
    if memory.scope in ("", scope):
        return memory.message
    return f"{memory.scope}/{memory.message}".removeprefix(f"{scope}/")


def _batches(messages: Iterable[_Said]) -> Iterator[list[_Said]]:
    """Messages whose memories are stored in one step; one of many memories is a batch alone."""
    some: list[_Said] = []
    size = 0
    for name, held in messages:
        if some and size + len(held) > _STEP:
            yield some
            some, size = [], 0
        some.append((name, held))
        size += len(held)
    if some:
        yield some


def _message(name: str, held: Sequence[Exported]) -> Message:
    text = "\n".join(memory.text for memory in held)
    return Message(name, text, held[0].time, held[0].speaker)


def _said(memory: Memory) -> str:
    text = " ".join(memory.text.split())
    escaped = "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in text)
    return f"{memory.speaker}: {escaped}" if memory.speaker else escaped
