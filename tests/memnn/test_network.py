"""The four parts joined to a store."""

import asyncio
from datetime import timedelta

import pytest

from memnn.in_memory import InMemoryStore
from memnn.model import Model
from memnn.network import Network
from memnn.reader import Form
from memnn.records import Answer, Kind, Message, Perception, Scored, Sentence, Trace
from memnn.served import parts_of
from tests import tiny
from tests.worlds import TIME, everything, texts

FACTS = ("The spare key is under the pot.", "I moved to Lyon in March.", "We bought plums.")


def told(text: str, number: int = 1, kind: Kind = Kind.STATEMENT) -> Perception:
    """A message that I took for one sentence of a kind."""
    message = Message(f"m{number}", text, TIME + timedelta(minutes=number))
    return Perception(message, kind, 1.0, (Sentence(text, kind, (1.0, 0.0, 0.0)),))


async def remembering(model: Model, *facts: str, scope: str = "a") -> Network:
    """A network with some memories."""
    network = Network(model, InMemoryStore())
    for number, fact in enumerate(facts, 1):
        await network.remember(scope, told(fact, number))
    return network


async def ask(network: Network, question: str, scope: str = "a") -> Answer:
    """Ask a question."""
    return await network.answer(scope, told(question, 99, Kind.QUESTION))


async def test_what_is_remembered_can_be_the_answer() -> None:
    """An answer rests on memories of the scope, and tells which."""
    network = await remembering(tiny.model(form=Form.SPAN), *FACTS)
    answer = await ask(network, "Where is the spare key?")
    assert answer.supports
    assert {m.text for m in answer.supports} <= set(FACTS)
    assert answer.text
    assert any(answer.text in m.text for m in answer.supports)
    assert answer.trace.hops[0].candidates == len(FACTS)


async def test_remembering_twice_changes_nothing() -> None:
    """A message that is delivered again gives the same ids."""
    network = await remembering(tiny.model(), *FACTS)
    assert await network.remember("a", told(FACTS[1], 2)) == (2,)
    assert texts(await everything(network.store, "a")) == list(FACTS)


async def test_scopes_never_mix() -> None:
    """An answer is the same whatever another scope holds; neither scope sees the other."""
    network = await remembering(tiny.model(), *FACTS)
    alone = await ask(network, "Where is the spare key?")
    await network.remember("b", told("The spare key is at work.", 7))

    assert await ask(network, "Where is the spare key?") == alone
    assert texts((await ask(network, "Where is the spare key?", "b")).supports) == [
        "The spare key is at work."
    ]
    assert {m.memory.text for m in await network.search("a", "spare key")} <= set(FACTS)


async def test_an_edit_is_what_answers() -> None:
    """After an edit the new text is found under the old id and time, the old one nowhere."""
    network = await remembering(tiny.model(), *FACTS)
    (before,) = await network.edit("a", told("The spare key is in the car.", 1))
    assert before.text == FACTS[0]
    (after, *_) = await everything(network.store, "a")
    assert (after.id, after.time, after.text) == (1, before.time, "The spare key is in the car.")
    assert after.features == parts_of(network.model).features([after.text])[0]
    found = await network.search("a", "spare key under the pot")
    assert FACTS[0] not in {scored.memory.text for scored in found}


async def test_what_states_nothing_is_not_stored() -> None:
    """A question leaves no trace in the store, unless the person asks for it."""
    network = Network(tiny.model(), InMemoryStore())
    asked = told("Where is it?", kind=Kind.QUESTION)
    assert await network.remember("a", asked) == ()
    assert await everything(network.store, "a") == []
    assert await network.remember("a", asked, everything=True) == (1,)
    assert texts(await everything(network.store, "a")) == ["Where is it?"]


async def test_an_empty_scope_knows_nothing() -> None:
    """Without memories there is neither an answer nor anything to find."""
    network = Network(tiny.model(), InMemoryStore())
    assert await ask(network, "Where?") == Answer(None, (), (), 0.0, Trace())
    assert await network.search("a", "Where?") == ()


async def test_what_is_forgotten_answers_no_more() -> None:
    """A forgotten memory is no candidate, for answers and for searches."""
    network = await remembering(tiny.model(), *FACTS)
    await network.store.forget("a", [1])
    answer = await ask(network, "Where is the spare key?")
    assert FACTS[0] not in texts(answer.supports)
    seen = {scored.memory.text for hop in answer.trace.hops for scored in hop.best}
    assert seen <= set(FACTS[1:])
    assert len(await network.search("a", "spare key")) == 2


async def test_others_go_on_while_a_question_is_read() -> None:
    """Many questions, and what is told and forgotten meanwhile, do not get into each other."""
    network = await remembering(tiny.model(), *FACTS)
    alone = [await ask(network, question) for question in tiny.TEXTS]
    asked = [asyncio.create_task(ask(network, question)) for question in tiny.TEXTS]
    await asyncio.sleep(0)  # every question has its page now
    await network.store.forget("a", [1, 2])
    await network.remember("a", told("The spare key is at work.", 7))
    assert await asyncio.gather(*asked) == alone


async def test_search_is_best_first_and_limited() -> None:
    """A search gives first-pass scores, the best first, and no more than asked for."""
    network = await remembering(tiny.model(), *FACTS)
    found = await network.search("a", "the spare key", limit=2)
    assert len(found) == 2
    assert found[0].first >= found[1].first
    assert all(isinstance(scored, Scored) and scored.second is None for scored in found)
    assert await network.search("a", "the spare key", limit=0) == ()


async def test_only_the_questions_of_a_message_are_asked() -> None:
    """What is told beside a question does not change its answer."""
    network = await remembering(tiny.model(), *FACTS)
    alone = await ask(network, "Where is the key?")
    beside = Perception(
        Message("m9", "Hello. Where is the key?", TIME),
        Kind.QUESTION,
        1.0,
        (
            Sentence("Hello.", Kind.CHITCHAT, (0.0, 0.0, 1.0)),
            Sentence("Where is the key?", Kind.QUESTION, (0.0, 1.0, 0.0)),
        ),
    )
    assert await network.answer("a", beside) == alone


@pytest.mark.parametrize("text", ["", "?", " ", "🙂", "\ud800", "x" * 100_000, "a " * 50_000])
async def test_any_text_goes_through(text: str) -> None:
    """Whatever is sent is perceived, remembered and answered without an error."""
    network = await remembering(tiny.model(), *FACTS)
    perception = network.perceive(Message("m8", text, TIME))
    await network.remember("a", perception, everything=True)
    await network.answer("a", perception)
    await network.search("a", text)
