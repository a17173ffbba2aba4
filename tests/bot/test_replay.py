"""Replaying a file: the same answers from every store, each message at its own time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.conversation import Conversation
from bot.conversation_file import Conversation as Said
from bot.conversation_file import Prediction
from bot.replay import clear, replay
from bot.runtime import open_apart
from bot.settings import load
from memnn import artifact
from memnn.in_memory import InMemoryStore
from memnn.model import Model
from memnn.network import Network
from memnn.records import Kind

TIME = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEXTS = (
    "my little sister is Anouk",
    "Anouk got hired at Decathlon!! so proud",
    "good morning btw",
    "The code of my bike lock is 4471",
    "where does my sister work?",
    "what is the code of my bike lock?",
    "how old is Karim?",
    "",
    "new bike, the lock code is 8206 now. what was the old code?",
)


def user(name: str) -> Said:
    """Someone who says all that, a day a message."""
    times = ((TIME + timedelta(days=i)).isoformat() for i in range(len(TEXTS)))
    turns = [
        {"i": i, "t": time, "text": text}
        for i, (time, text) in enumerate(zip(times, TEXTS, strict=True))
    ]
    return Said.model_validate({"user": name, "messages": turns})


async def predictions(conversation: Conversation, *users: Said) -> list[Prediction]:
    """What is said to them."""
    return [prediction async for prediction in replay(conversation, users)]


async def test_every_message_gets_one_prediction(tiny: Model) -> None:
    """In the order of the file, each with its user and number; non-questions answer nothing."""
    conversation = Conversation(Network(tiny, InMemoryStore()))
    said = await predictions(conversation, user("u"), user("v"))
    assert [(p.user, p.i) for p in said] == [(u, i) for u in "uv" for i in range(len(TEXTS))]
    for p in said:
        if p.kind is not Kind.QUESTION:
            assert (p.answer, p.answers, p.abstained, p.support) == (None, (), False, ())
        assert all(support < p.i for support in p.support)
        assert (p.answer is None) == (not p.answers)
    assert [p.model_copy(update={"user": "u", "ms": 0}) for p in said[len(TEXTS) :]] == [
        p.model_copy(update={"ms": 0}) for p in said[: len(TEXTS)]
    ]


async def test_messages_are_written_at_their_own_time(tiny: Model) -> None:
    """A memory's write time is that of its message in the file."""
    conversation = Conversation(Network(tiny, InMemoryStore()))
    await predictions(conversation, user("u"))
    page = await conversation.memories("replay:u")
    assert page.memories
    assert all(m.time == TIME + timedelta(days=int(m.message_id)) for m in page.memories)


async def test_a_replay_leaves_nothing_behind(tiny: Model) -> None:
    """After it is cleared no scope of it holds a memory."""
    conversation = Conversation(Network(tiny, InMemoryStore()))
    await predictions(conversation, user("u"))
    await clear(conversation, [user("u")])
    assert (await conversation.memories("replay:u")).total == 0


async def test_both_stores_give_the_same_answers(
    tiny: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether memories are in the process or in Redis changes nothing but the milliseconds."""
    artifact.save(tiny, tmp_path, {})
    monkeypatch.setenv("ARTIFACT", str(tmp_path))
    settings = load(None)
    said = []
    for in_process in (True, False):
        async with open_apart(settings, in_process=in_process) as conversation:
            found = await predictions(conversation, user("u"), user("v"))
            said.append([p.model_copy(update={"ms": 0}) for p in found])
    assert said[0] == said[1]
