"""The papers' network as a whole: bad input, its file, and a conversation through the store."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memnn.errors import ArtifactError
from memnn.in_memory import InMemoryStore
from memnn.mechanisms import FULL, ORIGINAL, SERVED, Mechanisms
from memnn.network import Network
from memnn.paper import artifact
from memnn.paper.dictionary import Dictionary
from memnn.paper.network import PaperNetwork, new_output
from memnn.paper.parts import StoryParts
from memnn.paper.stories import Question
from memnn.records import Answer, Kind, Message
from memnn.training.courses import FULL_COURSE
from memnn.training.paper import train
from memnn.training.world import World
from tests.worlds import TIME

WORLD = World(difficulty=5, objects=False, before=False, statements=8, questions=4)
QUESTIONS = WORLD.stories(40, 1)
WORDS = st.lists(st.sampled_from(["joe", "went", "kitchen", "where", "zork", "qux"]), max_size=6)


def fresh(mechanisms: Mechanisms) -> PaperNetwork:
    """A network that has learnt nothing."""
    torch.manual_seed(1)
    return PaperNetwork(mechanisms, Dictionary.of(QUESTIONS)).eval()


@pytest.fixture(scope="module")
def trained() -> PaperNetwork:
    """A network that knows where people are."""
    course = replace(FULL_COURSE, output_epochs=8, response_epochs=8)
    return train(replace(FULL, beam=1), QUESTIONS, (), course)


@pytest.mark.parametrize("mechanisms", [ORIGINAL, FULL])
def test_an_empty_memory_is_no_answer(mechanisms: Mechanisms) -> None:
    """Without a memory, or without a word in the question, nobody knows."""
    network = fresh(mechanisms)
    asked = [Question((), ("where", "is", "joe")), Question(QUESTIONS[0].story, ())]
    assert [(a.words, a.supports) for a in network.answer(asked)] == [((), ()), ((), ())]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(WORDS.filter(bool), min_size=1, max_size=5), WORDS, st.sampled_from([ORIGINAL, FULL])
)
def test_any_words_are_answered(
    story: list[list[str]], text: list[str], mechanisms: Mechanisms
) -> None:
    """Words that no dictionary holds are read like others, alone or in company of questions."""
    question = Question(tuple(map(tuple, story)), tuple(text))
    network = fresh(mechanisms)
    (alone,) = network.answer([question])
    company = network.answer([QUESTIONS[0], question, QUESTIONS[5]])
    assert company[1] == alone
    assert all(0 <= row < len(story) for row in alone.supports)


def test_the_served_mechanisms_are_the_served_model_s() -> None:
    """Word pieces have no closed dictionary."""
    with pytest.raises(ValueError, match="served model"):
        new_output(SERVED, 10)


@pytest.mark.parametrize("wrong", [{"hops": 0}, {"beam": 0}, {"words": 0}, {"beam": 2}], ids=str)
def test_mechanisms_that_do_not_fit_are_refused(wrong: dict[str, Any]) -> None:
    """No hops, no words, or a beam where a tournament has one winner."""
    with pytest.raises(ValueError, match=r"at least 1|tournament"):
        replace(ORIGINAL, **wrong)


def test_a_file_gives_the_same_network(tmp_path: Path) -> None:
    """What was saved answers as before, with the same words and mechanisms."""
    network, file = fresh(FULL), tmp_path / "network.safetensors"
    artifact.save(network, file)
    loaded = artifact.load(file)
    assert loaded.config == FULL
    assert loaded.dictionary == network.dictionary
    assert loaded.answer(QUESTIONS[:20]) == network.answer(QUESTIONS[:20])


def test_a_file_that_is_no_network_is_said(tmp_path: Path) -> None:
    """Missing, cut short, or something else: an error with the file's name."""
    network, file = fresh(ORIGINAL), tmp_path / "network.safetensors"
    with pytest.raises(ArtifactError, match=r"network\.safetensors"):
        artifact.load(file)
    artifact.save(network, file)
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(ArtifactError, match=r"network\.safetensors"):
        artifact.load(file)
    from safetensors.torch import save_file  # noqa: PLC0415 -- a file of another kind

    save_file({"a": torch.zeros(1)}, file)
    with pytest.raises(ArtifactError, match="no network of the papers"):
        artifact.load(file)


async def told(network: Network, *texts: str) -> Answer:
    """Tell all texts but the last, which is asked."""
    *facts, question = texts
    for number, fact in enumerate(facts):
        perception = network.perceive(Message(f"m{number}", fact, TIME))
        assert perception.kind is Kind.STATEMENT
        assert await network.remember("a", perception)
    return await network.answer("a", network.perceive(Message("q", question, TIME)))


async def test_the_bot_s_network_answers_with_the_paper_s_parts(trained: PaperNetwork) -> None:
    """I, G, O and R of the papers behind the same network and store as the served model's."""
    network = Network(StoryParts(trained), InMemoryStore())
    answer = await told(
        network,
        "Joe went to the kitchen. Fred moved to the garden.",
        "Bilbo walked to the tower.",
        "Joe travelled to the office.",
        "Where is Joe?",
    )
    assert answer.text == "office"
    assert [memory.text for memory in answer.supports] == ["Joe travelled to the office."]
    hop, stop = answer.trace.hops
    assert (hop.chosen, stop.chosen) == (4, None)
    assert (hop.best[0].memory.id, hop.candidates) == (4, 4)
    assert stop.stop > 0.5
    found = await network.search("a", "where is fred?")
    assert found[0].memory.text == "Fred moved to the garden."
    unseen = await network.answer("a", network.perceive(Message("r", "Where is Bilbo?", TIME)))
    assert unseen.supports[0].text == "Bilbo walked to the tower."
    assert unseen.text == "tower"


async def test_what_is_forgotten_is_not_read(trained: PaperNetwork) -> None:
    """A memory that was removed supports nothing; an empty store knows nothing."""
    network = Network(StoryParts(trained), InMemoryStore())
    facts = ("Joe went to the kitchen.", "Joe went to the office.")
    assert (await told(network, *facts, "Where is Joe?")).text == "office"
    await network.store.forget("a", (2,))
    asked = network.perceive(Message("q", "Where is Joe?", TIME))
    assert (await network.answer("a", asked)).text == "kitchen"
    assert (await network.answer("b", asked)).text is None


def test_what_says_nothing_is_chitchat(trained: PaperNetwork) -> None:
    """A message without a word is neither told nor asked."""
    parts = StoryParts(trained)
    assert parts.perceive(Message("m", "?! …", TIME)).kind is Kind.CHITCHAT
    assert parts.plan(parts.perceive(Message("m", "?!", TIME))).slots == ()
