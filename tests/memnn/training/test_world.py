"""The simulated world, against a simulation of its own statements."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memnn.paper.stories import Question, Words
from memnn.training.world import UNSEEN, World, tale

GOES = {"went", "travelled", "moved", "walked"}


class Told:
    """Where everybody and everything is, as the statements have it."""

    def __init__(self, story: tuple[Words, ...]) -> None:
        self.rooms: dict[str, list[str]] = {}
        self.things: dict[str, str] = {}
        self.holders: dict[str, str] = {}
        for statement in story:
            actor, verb, other = statement[0], statement[1], statement[-1]
            if verb in GOES:
                self.rooms.setdefault(actor, []).append(other)
            elif verb in {"dropped", "left", "put"}:
                self.things[other] = self.rooms[actor][-1]
                assert self.holders.pop(other) == actor
            else:
                assert self.things.get(other, self.rooms[actor][-1]) == self.rooms[actor][-1]
                self.holders[other] = actor

    def answer(self, text: Words) -> str:
        """What a question is answered with."""
        if text[1] == "was":
            assert self.rooms[text[2]][-1] == text[-1]
            return self.rooms[text[2]][-2]
        name = text[-1]
        if name in self.rooms:
            return self.rooms[name][-1]
        return self.rooms[self.holders[name]][-1] if name in self.holders else self.things[name]


def mentioned(question: Question) -> int:
    """How many statements ago what is asked about was last mentioned."""
    name = question.text[2] if question.text[1] == "was" else question.text[-1]
    last = max(row for row, told in enumerate(question.story) if name in told)
    return len(question.story) - last


@settings(max_examples=20)
@given(st.integers(0, 1000), st.sampled_from([1, 5]), st.booleans())
def test_answers_follow_from_what_was_told(seed: int, difficulty: int, objects: bool) -> None:  # noqa: FBT001 -- drawn
    """Every answer is what the statements say; supports name the asked thing and the answer."""
    for question in World(difficulty, objects=objects).stories(5, seed):
        assert question.answer == (Told(question.story).answer(question.text),)
        assert mentioned(question) <= difficulty
        assert question.answer[0] in question.story[question.supports[-1]]
        asked = {"where", "is", "was", "the", "before"}
        assert set(question.story[question.supports[0]]) & set(question.text) - asked


@pytest.mark.parametrize("world", [World(1, before=False, objects=False), World()])
def test_a_world_has_what_was_wanted(world: World) -> None:
    """Statements and questions a story, and only the kinds of questions that were asked for."""
    questions = world.stories(10, seed=1)
    assert len(questions) == 60
    assert max(len(q.story) for q in questions) == 14
    if not world.before:
        assert all(q.text[:2] == ("where", "is") and len(q.supports) == 1 for q in questions)


def test_the_tale_is_answered_by_what_it_tells() -> None:
    """Bilbo and the ring: the answers are those of the simulation, no name is one of training."""
    names = {*World().names.actors, *World().names.objects, *World().names.rooms}
    for question in tale():
        assert question.answer == (Told(question.story).answer(question.text),)
        assert not names & {word for memory in question.story for word in memory}


def test_the_seed_is_the_world() -> None:
    """The same seed tells the same stories, another one others; names are a world's own."""
    assert World().stories(3, 1) == World().stories(3, 1) != World().stories(3, 2)
    names = {*World().names.actors, *World().names.objects, *World().names.rooms}
    told = {word for q in World(names=UNSEEN).stories(5, 1) for m in q.story for word in m}
    assert not names & told
    assert "bilbo" in told
