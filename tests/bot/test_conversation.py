"""The policy of a conversation: what is stored, answered, taken back, and never lost."""

import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from os import kill
from pathlib import Path

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import words
from bot.conversation import Conversation
from bot.memories import MAX_CHARACTERS
from bot.parts import clean
from bot.replies import Reply, Undone
from bot.server import EmbeddedServer
from bot.store import RedisStore
from memnn.errors import StoreFullError, StoreUnavailableError
from memnn.generalization import Generalization
from memnn.in_memory import InMemoryStore
from memnn.model import Model
from memnn.network import Network
from memnn.records import EventKind, Kind, Message, Plan

TIME = datetime(2026, 3, 2, 8, tzinfo=UTC)
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=120)
_numbers = count()


def message(text: str) -> Message:
    """A new message, a minute after the one before."""
    number = next(_numbers)
    return Message(f"m{number}", text, TIME + timedelta(minutes=number))


@pytest.fixture
def conversation(tiny: Model) -> Conversation:
    """A conversation that remembers nothing yet, over a network that judges at random."""
    return Conversation(Network(tiny, InMemoryStore()))


@pytest.fixture
def sensible(model: Model) -> Conversation:
    """A conversation that remembers nothing yet, over the network that is shipped."""
    return Conversation(Network(model, InMemoryStore()))


async def texts(conversation: Conversation, scope: str = "s") -> list[str]:
    """What is remembered, oldest first."""
    page = await conversation.memories(scope, limit=1000)
    return [memory.text for memory in page.memories[::-1]]


async def test_what_is_kept_can_be_asked_for(conversation: Conversation) -> None:
    """A statement is stored under its message, and a question is answered from what is stored."""
    kept = await conversation.keep("s", message("The code of my bike lock is 4471"))
    assert (kept.kind, len(kept.stored)) == (Kind.STATEMENT, 1)
    reply = await conversation.ask("s", message("what is the code of my bike lock?"))
    assert reply.answered is not None
    assert {m.id for m in reply.answered.answer.supports} <= set(kept.stored)
    assert await texts(conversation) == ["The code of my bike lock is 4471"]


async def test_nothing_known_is_said(conversation: Conversation) -> None:
    """Without a memory there is no answer, and nothing close either."""
    reply = await conversation.ask("s", message("where do I live?"))
    assert reply.answered is not None
    assert reply.answered.answer.text is None
    assert reply.answered.nearest == ()


async def test_scopes_do_not_see_each_other(conversation: Conversation) -> None:
    """What one scope said answers nobody else's question."""
    await conversation.keep("one", message("The code of my bike lock is 4471"))
    reply = await conversation.ask("two", message("what is the code of my bike lock?"))
    assert reply.answered is not None
    assert reply.answered.answer.text is None
    assert await texts(conversation, "two") == []


async def test_the_same_message_twice_is_stored_once(conversation: Conversation) -> None:
    """A message that is delivered again changes nothing."""
    twice = message("I live in Nantes")
    first, second = [await conversation.keep("s", twice) for _ in range(2)]
    assert first.stored == second.stored
    assert len(await texts(conversation)) == 1


@pytest.mark.parametrize("text", ["", "   ", "\n\t ", "\x00\x1b\x07", "\u200b\u2060", "\u202e"])
async def test_what_shows_nothing_is_said_to_be_empty(
    text: str, conversation: Conversation
) -> None:
    """Nothing, blanks, control characters and invisible signs are no message."""
    reply = await conversation.handle("s", message(text))
    assert (reply.kind, reply.line) == (None, words.EMPTY)
    assert await texts(conversation) == []


async def test_a_message_that_is_too_long_is_refused(conversation: Conversation) -> None:
    """Over the limit nothing is stored, and the line says both numbers; at the limit it goes."""
    reply = await conversation.handle("s", message("word " * 20_000))
    assert reply.failed
    assert "99,999" in reply.line
    assert "4,096" in reply.line
    assert await texts(conversation) == []
    longest = await conversation.keep("s", message("x" * MAX_CHARACTERS))
    assert longest.stored


@pytest.mark.parametrize("text", ["🎈", "🎉🎉 ☀️", "...", "?!", "👩‍👩‍👧"])
async def test_signs_alone_are_met_kindly(text: str, conversation: Conversation) -> None:
    """A message without a word gets a reply, and a forced question or memory of it no error."""
    for act in (conversation.handle, conversation.ask, conversation.keep):
        assert isinstance(await act("s", message(text)), Reply)


@pytest.mark.parametrize(
    "text",
    [
        "אני גר בחיפה עם אחותי",
        "妹はリヨンに住んでいます",
        "моя сестра живёт в Лионе",
        "أختي تعيش في ليون",
    ],
)
async def test_other_languages_are_kept_as_written(text: str, conversation: Conversation) -> None:
    """What I cannot read is stored letter by letter when it should be."""
    await conversation.keep("s", message(text))
    assert await texts(conversation) == [text]


@given(st.lists(ANYTHING, max_size=3))
@settings(max_examples=30, deadline=None)
async def test_no_text_raises(tiny: Model, said: list[str]) -> None:
    """Whatever is written gets a reply, and no answer rests on the message that asked for it."""
    conversation = Conversation(Network(tiny, InMemoryStore()))
    for text in said:
        new = message(text)
        reply = await conversation.handle("s", new)
        supports = reply.answered.answer.supports if reply.answered else ()
        assert new.id not in {memory.message_id for memory in supports}
        await conversation.ask("s", message(text))
        await conversation.keep("s")
        await conversation.edit("s", new)
        await conversation.search("s", text)
        conversation.why("s")
    for stored in await texts(conversation):
        stored.encode()


@given(ANYTHING)
def test_clean_text_can_be_stored_and_shown(text: str) -> None:
    """No surrogate and no control character but line end and tab is left; clean text stays."""
    cleaned = clean(text)
    cleaned.encode()
    assert not [c for c in cleaned if c < " " and c not in "\n\t"]
    assert clean(cleaned) == cleaned


async def test_that_was_a_question(conversation: Conversation) -> None:
    """A statement that was a question is forgotten and answered; an undo brings it back."""
    told = message("my sister lives in Lyon")
    await conversation.keep("s", message("Anouk is my sister"))
    await conversation.keep("s", told)
    reply = await conversation.ask("s", told)
    assert [memory.text for memory in reply.replaced] == ["my sister lives in Lyon"]
    assert reply.answered is not None
    assert await texts(conversation) == ["Anouk is my sister"]
    assert (await conversation.undo("s")).restored == reply.replaced
    assert "my sister lives in Lyon" in await texts(conversation)


async def test_remember_this(conversation: Conversation) -> None:
    """Any message can be made a memory, also one that was forgotten as a question before."""
    told = message("what a day it was in Lyon")
    await conversation.handle("s", told)
    assert (await conversation.keep("s")).stored
    assert await texts(conversation) == ["what a day it was in Lyon"]
    await conversation.ask("s")
    assert await texts(conversation) == []
    assert (await conversation.keep("s")).stored
    assert await texts(conversation) == ["what a day it was in Lyon"]


async def test_there_must_be_a_message_to_take_up(conversation: Conversation) -> None:
    """At the start "that was a question" has nothing to mean."""
    for act in (conversation.ask, conversation.keep):
        reply = await act("s")
        assert (reply.failed, reply.line) == (True, words.NOTHING_SAID)


async def test_an_edit_rewrites_the_memory(sensible: Conversation) -> None:
    """The memory keeps its number and time; the old text is in the history alone."""
    told = message("The code of my bike lock is 4471")
    await sensible.keep("s", told)
    edited = Message(told.id, "The code of my bike lock is 8206", TIME + timedelta(days=9))
    reply = await sensible.edit("s", edited)
    assert [memory.text for memory in reply.replaced] == [told.text]
    page = await sensible.memories("s")
    assert [(m.text, m.time) for m in page.memories] == [(edited.text, told.time)]
    assert [(e.kind, e.old_text) for e in await sensible.history("s")] == [
        (EventKind.EDITED, told.text)
    ]


async def test_what_is_forgotten_leaves_explanations_too(conversation: Conversation) -> None:
    """Why an answer was given is not told any more once a memory in it is forgotten."""
    kept = await conversation.keep("s", message("The code of my bike lock is 4471"))
    await conversation.ask("s", message("what is the code of my bike lock?"))
    assert conversation.why("s") is not None
    await conversation.forget("s", kept.stored)
    assert conversation.why("s") is None
    assert await texts(conversation) == []


async def test_steps_are_undone_last_first(conversation: Conversation) -> None:
    """Storing and forgetting are taken back in turn, until there is nothing left."""
    first = await conversation.keep("s", message("one is red"))
    await conversation.keep("s", message("two is blue"))
    await conversation.forget("s", first.stored)
    assert [m.text for m in (await conversation.undo("s")).restored] == ["one is red"]
    assert [m.text for m in (await conversation.undo("s")).forgotten] == ["two is blue"]
    assert [m.text for m in (await conversation.undo("s")).forgotten] == ["one is red"]
    assert await conversation.undo("s") == Undone()


async def test_forgetting_everything_cannot_be_undone(conversation: Conversation) -> None:
    """Afterwards nothing is left: no memory, no history, no step, no explanation."""
    await conversation.keep("s", message("one is red"))
    await conversation.ask("s", message("what is red?"))
    assert await conversation.forget_all("s") == 1
    assert await texts(conversation) == []
    assert await conversation.undo("s") == Undone()
    assert conversation.why("s") is None
    assert await conversation.history("s") == ()


async def test_an_import_keeps_statements_as_they_were(conversation: Conversation) -> None:
    """What was a memory is one again, whatever I would take it for; twice changes nothing."""
    told = message("is it? it is")
    for _ in range(2):
        await conversation.take_in("s", told, ["is it? it is"])
    assert await texts(conversation) == ["is it? it is"]


async def test_search_finds_the_nearest(sensible: Conversation) -> None:
    """A search gives memories, best first, and no more than were asked for."""
    for text in ("my bike lock code is 4471", "I live in Nantes", "Anouk works at Decathlon"):
        await sensible.keep("s", message(text))
    found = await sensible.search("s", "bike lock", limit=2)
    assert found[0].memory.text == "my bike lock code is 4471"
    assert len(found) <= 2


@pytest.fixture
async def dying(tiny: Model, tmp_path: Path) -> AsyncIterator[tuple[Conversation, str]]:
    """A conversation over a real server that nobody would start again, and the server's address."""
    async with (
        EmbeddedServer(tmp_path) as server,
        RedisStore.open(
            server.url, key_file=tmp_path / "key", featuriser=Generalization(tiny)
        ) as store,
    ):
        yield Conversation(Network(tiny, store)), str(server.socket_path)


async def test_a_store_that_fails_is_a_reply(dying: tuple[Conversation, str]) -> None:
    """With the server gone, a statement is said not to be stored, and a question not answered."""
    conversation, socket = dying
    await conversation.keep("s", message("one is red"))
    with redis.Redis(unix_socket_path=socket) as client:
        kill(client.info("server")["process_id"], signal.SIGKILL)
    kept = await conversation.keep("s", message("two is blue"))
    asked = await conversation.ask("s", message("what is red?"))
    handled = await conversation.handle("s", message("Anouk works at Decathlon in Lyon"))
    for reply in (kept, asked):
        assert reply.failed
        assert isinstance(reply.trouble, StoreUnavailableError)
        assert reply.line.endswith(words.NOT_DONE.removeprefix("{problem}"))
        assert "blue" not in reply.line
    assert handled.failed or handled.kind is Kind.CHITCHAT


class FullStore(InMemoryStore):
    """A store without room."""

    async def add(self, scope: str, plan: Plan) -> tuple[int, ...]:
        """Say so, as the embedded server does."""
        raise StoreFullError(f"the disk of {scope} is full: free some space for {plan.message_id}")


async def test_what_went_wrong_reads_as_sentences(tiny: Model) -> None:
    """The problem, which ends without a full stop, does not run on into what became of it."""
    conversation = Conversation(Network(tiny, FullStore()))
    reply = await conversation.keep("s", Message("m", "two is blue", TIME))
    assert reply.line == (
        "The disk of s is full: free some space for m. Nothing was changed: please try again then."
    )


async def test_people_are_understood(sensible: Conversation) -> None:
    """The kinds are told apart: statements are stored, questions answered, chitchat met."""
    told = await sensible.handle("s", message("my little sister Anouk got hired at Decathlon"))
    met = await sensible.handle("s", message("good morning!"))
    asked = await sensible.handle("s", message("where does my sister work?"))
    assert (told.kind, len(told.stored)) == (Kind.STATEMENT, 1)
    assert (met.kind, met.line) == (Kind.CHITCHAT, "Good morning!")
    assert asked.answered is not None
    assert asked.answered.answer.text == "Decathlon"
    assert [m.id for m in asked.answered.answer.supports] == list(told.stored)


async def test_an_edit_that_asks_is_answered(sensible: Conversation) -> None:
    """A remembered message that becomes a question is forgotten and answered; undo restores it."""
    await sensible.keep("s", message("Anouk works at Decathlon"))
    told = message("where does Anouk work")
    await sensible.keep("s", told)
    reply = await sensible.edit("s", Message(told.id, "where does Anouk work?", told.time))
    assert reply.answered is not None
    assert await texts(sensible) == ["Anouk works at Decathlon"]
    assert (await sensible.undo("s")).restored == reply.replaced
