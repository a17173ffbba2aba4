"""Pages to train on: what is right on them stays right, however they are laid out."""

import random
from datetime import timedelta

import pytest
import torch

from memnn.reader import Form
from memnn.records import Kind
from memnn.training.conversations import Conversation, Turn
from memnn.training.corpora import Fact
from memnn.training.drawing import Drawing, Exercise
from memnn.training.examples import User, users
from memnn.training.first_pass import new_scorer
from memnn.training.names import Names
from memnn.training.pages import Example, examples, lessons
from memnn.vocabulary import form_hash
from tests import tiny
from tests.worlds import TIME

SAID = (
    "I live in Nantes.",
    "The spare key is under the pot.",
    "I moved, I live in Lyon now.",
    "We bought apples.",
    "We bought pears too.",
    "My sister likes plums.",
)
CONFIG = tiny.config()


def question(index: int, text: str, category: str, *support: int, answers: str = "") -> Turn:
    """A question with its labels."""
    time = TIME + timedelta(minutes=index)
    gold = tuple(filter(None, answers.split("|")))
    return Turn(index, time, text, Kind.QUESTION, (f"{text} please",), support, gold, category)


ASKED = (
    question(6, "Where is the spare key?", "single", 1, answers="under the pot"),
    question(7, "Where do I live?", "update", 2, answers="Lyon"),
    question(8, "Where did I live before?", "history", 0, answers="Nantes"),
    question(9, "What did we buy?", "list", 3, 4, answers="apples|pears"),
    question(10, "How many did we buy?", "count", 3, 4, answers="2|two"),
    question(11, "What is the dog called?", "abstain"),
)


def asking_after(*said: str) -> list[User]:
    """One user, who told something and asks everything."""
    told = [
        Turn(i, TIME + timedelta(minutes=i), text, Kind.STATEMENT) for i, text in enumerate(said)
    ]
    return users([Conversation("u", (*told, *ASKED))], tiny.vocabulary(), phrasings=True)


def prepared() -> list[list[Example]]:
    """The questions of one user, ranked by a first pass that knows nothing."""
    asking = asking_after(*SAID)
    torch.manual_seed(1)
    scorer = new_scorer(CONFIG, torch.randn(CONFIG.pieces, CONFIG.static))
    return examples(scorer, asking, CONFIG)


def drawn(phrasings: list[Example], count: int = 200) -> list[Exercise]:
    """A question asked again and again, its names changed now and then."""
    names = Names.among([phrasings[0].user, *asking_after("We went to Porto.")])
    drawing = Drawing(tiny.vocabulary(), prepared(), (), CONFIG, names)
    choice = random.Random(3)  # noqa: S311 -- no secret
    return [drawing.exercise(phrasings, choice) for _ in range(count)]


@pytest.mark.parametrize("number", range(len(ASKED)))
def test_a_page_is_never_too_long(number: int) -> None:
    """Question, supports and rivals fit on a page of the configured size."""
    for exercise in drawn(prepared()[number]):
        pieces = 2 + sum(len(w.pieces) for w in exercise.page.question)
        pieces += sum(1 + sum(len(w.pieces) for w in c.words) for c in exercise.page.candidates)
        assert pieces <= CONFIG.page_pieces


def test_the_answer_stands_where_it_is_said_to() -> None:
    """Spans point at words of the support, however many rivals and slips there are."""
    whole = [e for e in drawn(prepared()[1]) if e.form is Form.SPAN]
    assert whole
    for exercise in whole:
        (span,) = exercise.spans
        assert (span.passage,) == exercise.gold == exercise.first
        words = exercise.page.candidates[span.passage].words
        assert span.first == span.last < len(words)


def test_a_place_is_another_on_some_pages() -> None:
    """The answer stands where it stood, under its own name or somebody else's."""
    found = {
        exercise.page.candidates[span.passage].words[span.first].form
        for exercise in drawn(prepared()[2])
        for span in exercise.spans
    }
    assert {form_hash("Nantes"), form_hash("Porto")} <= found


def test_what_was_before_needs_both_statements() -> None:
    """The newer statement is a support of a question about the old one, where it is found."""
    turns = prepared()[2]
    assert {example.asked.support for example in turns} == {(0,)}
    assert {example.newer for example in turns} <= {2, None}


def test_items_and_counts() -> None:
    """All items of a list stand on the page; a count knows how many."""
    listed = [e for e in drawn(prepared()[3]) if e.form is Form.LIST]
    assert all(len(e.spans) == len(e.gold) == 2 and set(e.first) == set(e.gold) for e in listed)
    counted = [e for e in drawn(prepared()[4]) if e.form is Form.COUNT]
    assert {e.count for e in counted} == {2}


def test_what_nobody_told_has_no_support() -> None:
    """O should stop at once, and R should say that there is nothing."""
    for exercise in drawn(prepared()[5], 50):
        if exercise.form is Form.NONE:
            assert exercise.hops
            assert not exercise.gold
            assert not exercise.spans


def test_now_and_then_the_support_is_missing() -> None:
    """A question loses its support, or is another's; then nothing on the page answers."""
    shares = [e.form is Form.NONE for e in drawn(prepared()[0], 400)]
    assert 0.05 < sum(shares) / len(shares) < 0.3


def test_lessons_hide_the_sentence_among_others() -> None:
    """The sentence that answers stands anywhere among a few others."""
    facts = [Fact(text, "Where?", text.split()[-1].strip(".")) for text in SAID]
    taught = lessons(facts, tiny.vocabulary())
    assert len(taught) == len(facts)
    drawing = Drawing(tiny.vocabulary(), (), taught, CONFIG)
    choice = random.Random(3)  # noqa: S311 -- no secret
    places = set()
    for _ in range(60):
        exercise = drawing.lesson(choice)
        (place,) = exercise.gold
        places.add(place)
        assert exercise.spans[0].passage == place
        assert 2 <= len(exercise.page.candidates) <= 5
    assert len(places) > 1
