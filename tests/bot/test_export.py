"""Memories as a file, and back."""

import json
import os
import resource
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Conversation
from bot.export import (
    Exported,
    collect,
    read,
    read_bytes,
    take_in,
    to_json_lines,
    to_markdown,
    write,
)
from memnn.errors import DataError
from memnn.in_memory import InMemoryStore
from memnn.model import Model
from memnn.network import Network
from memnn.records import Memory, Message

TIME = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
MEMORIES = (
    Memory(1, "m1", "I live in *Nantes*\nnear the garden", TIME),
    Memory(2, "m1", "my sister is Anouk", TIME),
    Memory(5, "m4", "Théo lent me [a novel]", TIME + timedelta(days=3), "Inès"),
)


def test_json_lines_read_back(tmp_path: Path) -> None:
    """What is written as JSON Lines is read as it was."""
    write(tmp_path / "m.jsonl", MEMORIES, "a")
    assert [(e.message, e.time, e.speaker, e.text) for e in read(tmp_path / "m.jsonl")] == [
        (m.message_id, m.time, m.speaker, m.text) for m in MEMORIES
    ]


def test_markdown_is_for_people() -> None:
    """A heading a day and an item a memory, on one line, with the signs of Markdown escaped."""
    lines = to_markdown(MEMORIES).splitlines()
    assert lines[0] == "# 3 memories"
    assert [line for line in lines if line.startswith("## ")] == [
        "## Monday, 2 March 2026",
        "## Thursday, 5 March 2026",
    ]
    items = [line.split(" ", 2)[2] for line in lines if line.startswith("- ")]
    assert items == [
        r"I live in \*Nantes\* near the garden",
        "my sister is Anouk",
        r"Inès: Théo lent me \[a novel\]",
    ]


def test_a_file_of_memories_is_its_owners(tmp_path: Path) -> None:
    """Nobody else may read it, and one that exists is not written over."""
    path = tmp_path / "m.md"
    write(path, MEMORIES, "a")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(DataError, match="is there already"):
        write(path, (), "a")


@pytest.mark.parametrize(
    ("name", "says"),
    [("m.txt", "should end in .md"), ("m", "should end in"), ("no/m.md", "No such file")],
)
def test_a_name_that_cannot_be_written_is_named(name: str, says: str, tmp_path: Path) -> None:
    """An unknown ending or a missing folder is an error that begins with the name."""
    with pytest.raises(DataError, match=says):
        write(tmp_path / name, MEMORIES, "a")


def test_a_disk_that_fills_up_leaves_no_part_of_a_file(tmp_path: Path) -> None:
    """Of a file that could not be written whole there is nothing, under no name."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 14, limits[1]))
    try:
        with pytest.raises(DataError, match=r"m\.jsonl: cannot be written: "):
            write(tmp_path / "m.jsonl", MEMORIES * 1000, "a")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "is not JSON"),
        ('{"message": "m", "time": "2026-03-02T08:30:00"}', "text: Field required"),
        ('{"message": "m", "time": "noon", "text": "x"}', "time: should be an ISO 8601"),
        ('{"message": "m", "time": "0001-01-01T00:00:00Z", "text": "x"}', "time: its year should"),
        ('{"message": "m", "time": "2026-03-02T08:30:00", "text": " "}', "text: 1 characters"),
        (f'{{"message": "m", "time": "2026-03-02", "text": "{"x" * 5000}"}}', "text: 5,000 char"),
    ],
)
def test_a_broken_import_is_named(line: str, says: str, tmp_path: Path) -> None:
    """File and line, and what is wrong there."""
    path = tmp_path / "m.jsonl"
    path.write_text(to_json_lines(MEMORIES[:1], "a") + line + "\n")
    with pytest.raises(DataError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:2: {says}")


@given(st.text(min_size=1, max_size=100))
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever a memory says, its export is read back as it was."""
    path = tmp_path_factory.mktemp("any") / "m.jsonl"
    write(path, [Memory(1, "m", f"x{text}", TIME)], "a")
    assert read(path)[0].text == f"x{text}"


async def test_an_import_gives_the_memories_back(tiny: Model, tmp_path: Path) -> None:
    """After forgetting everything an import restores texts and times; twice adds nothing."""
    conversation = Conversation(Network(tiny, InMemoryStore()))
    for memory in MEMORIES[1:]:
        told = Message(memory.message_id, memory.text, memory.time, memory.speaker)
        await conversation.keep("s", told)
    before = await collect(conversation, "s")
    write(tmp_path / "m.jsonl", before, "s")
    await conversation.forget_all("s")
    memories = read(tmp_path / "m.jsonl")
    assert [await take_in(conversation, "s", memories) for _ in range(2)] == [2, 0]
    assert await collect(conversation, "s") == before


def test_a_conversation_file_is_read(tmp_path: Path) -> None:
    """Of conversations, statements become memories; of several users, each is the speaker."""
    path, time = tmp_path / "c.jsonl", "2026-03-02T08:30:00"
    said = [
        {"i": 1, "t": time, "text": "I live in Nantes", "kind": "statement"},
        {"i": 2, "t": time, "text": "where do I live?", "kind": "question", "support": [1]},
        {"i": 3, "t": time, "text": "thanks", "kind": "chitchat"},
    ]
    users = [json.dumps({"user": name, "messages": said}) for name in ("Ada", "Bob")]
    for count, speakers in ((1, [""]), (2, ["Ada", "Bob"])):
        path.write_text("\n".join(users[:count]))
        held = read(path)
        assert [memory.speaker for memory in held] == speakers
        assert held[0] == Exported(
            message="Ada:1", time=TIME, speaker=speakers[0], text="I live in Nantes"
        )


@pytest.mark.parametrize("form", ["memories", "conversations"])
def test_a_pipe_is_imported(form: str) -> None:
    """What can be read only once is read once, in both forms."""
    said = {"i": 1, "t": "2026-03-02T08:30:00", "text": MEMORIES[1].text, "kind": "statement"}
    told = json.dumps({"user": "Ada", "messages": [said]})
    reading, writing = os.pipe()
    os.write(writing, (to_json_lines(MEMORIES[1:2], "a") if form == "memories" else told).encode())
    os.close(writing)
    held = read(Path(f"/dev/fd/{reading}"))
    os.close(reading)
    assert [memory.text for memory in held] == [MEMORIES[1].text]


def test_conversations_say_what_they_are(tmp_path: Path) -> None:
    """A message without its kind is an error with its line: nothing is guessed."""
    path = tmp_path / "c.jsonl"
    said = {"i": 1, "t": "2026-03-02T08:30:00", "text": "x"}
    path.write_text(json.dumps({"user": "Ada", "messages": [said]}))
    with pytest.raises(DataError, match=r"c.jsonl:1: messages.0.kind: Field required"):
        read(path)


async def test_many_memories_are_taken_in(tiny: Model) -> None:
    """Reading goes on in steps; each tells how many, and twice adds nothing."""
    conversation = Conversation(Network(tiny, InMemoryStore()))
    held = [Exported(message=f"{n}", time=TIME, text=f"I saw {n} cats") for n in range(200)]
    ticks: list[int] = []
    assert await take_in(conversation, "a", held, ticks.append) == 200
    assert sum(ticks) == 200
    assert len(ticks) > 3
    assert await take_in(conversation, "a", held) == 0
    texts = [memory.text for memory in await collect(conversation, "a")]
    assert texts == [memory.text for memory in held]


async def test_what_comes_from_another_chat_is_none_of_this_ones_messages(tiny: Model) -> None:
    """Both number their messages: message 1 of the one is kept beside message 1 of the other."""
    conversation = Conversation(Network(tiny, InMemoryStore()))
    await conversation.keep("here", Message("1", "I live in Lyon", TIME))
    await conversation.keep("there", Message("1", "I live in Nantes", TIME))
    moved = to_json_lines(await collect(conversation, "there"), "there").encode()
    for added in (1, 0):
        assert await take_in(conversation, "here", read_bytes(moved, "m.jsonl")) == added
    held = await collect(conversation, "here")
    assert [memory.message_id for memory in held] == ["1", "there/1"]
    back = to_json_lines(held, "here").encode()
    await conversation.forget_all("here")
    assert await take_in(conversation, "here", read_bytes(back, "m.jsonl")) == 2
    assert [memory.message_id for memory in await collect(conversation, "here")] == ["1", "there/1"]
