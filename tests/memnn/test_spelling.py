"""What was meant by mistyped words."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memnn import artifact
from memnn.spelling import Spelling
from memnn.text import tokenise
from memnn.training.noise import slip
from memnn.vocabulary import form_hash

SHIPPED = artifact.load().vocabulary
SMALL = Spelling.of({"where": 13.0, "here": 14.0, "sister": 11.5, "sifter": 8.0, "meant": 10.0})


@pytest.mark.parametrize("typed", ["wehre", "whre", "wheere", "whxre", "WHERRE", "Wehre", "wheer"])
def test_a_word_a_slip_away_was_meant(typed: str) -> None:
    """Letters swapped, left out, doubled or wrong, however it is capitalised."""
    assert SMALL.meant(typed) == "where"


def test_the_more_common_word_was_meant() -> None:
    """Of two words a slip away; but a wrong letter is less likely than one that was left out."""
    assert SMALL.meant("siter") == "sister"
    even = Spelling.of({"coast": 9.0, "coats": 10.0, "boats": 12.0})
    assert even.meant("coass") == "coats"
    assert Spelling.of({"stare": 11.0, "state": 12.0}).meant("stae") == "state"
    assert Spelling.of({"stare": 9.5, "stake": 12.0}).meant("starre") == "stare"


@pytest.mark.parametrize(
    "typed",
    ["xhere", "ehwre", "nowhere", "whe", "wr", "4471", "w3ere", "where's", "été", "", "w" * 64],
)
def test_anything_else_stays_as_it_is(typed: str) -> None:
    """The first letter is hit, two slips are too many, and numbers are never words."""
    assert SMALL.meant(typed) == typed


def test_a_capital_is_rather_that_of_a_name() -> None:
    """So only a very common word is read in its place."""
    assert SMALL.meant("Meantt") == "Meantt"
    assert SMALL.meant("meantt") == "meant"


@given(st.text(max_size=40))
def test_whatever_is_typed_is_itself_or_a_word(typed: str) -> None:
    """Never anything that is no word of the language."""
    meant = SMALL.meant(typed)
    assert meant == typed or SMALL.knows(meant)


def test_no_words_spell_nothing() -> None:
    """Without a language everything stays as it is, and nothing is known."""
    nothing = Spelling.of({})
    assert nothing.meant("wehre") == "wehre"
    assert not nothing.knows("where")


def test_the_shipped_words_are_read_through_slips() -> None:
    """Of everyday words most are read as they were meant, whatever finger slipped."""
    words = ["which", "kitchen", "drawer", "sister", "bicycle", "yesterday", "morning", "holds"]
    choice = random.Random(1)  # noqa: S311 -- no secret
    slips = [(word, slip(word, choice, 1.0)) for _ in range(20) for word in words]
    read = [form(typed) == form(word) for word, typed in slips if word != typed]
    assert sum(read) / len(read) > 0.8


@pytest.mark.parametrize("word", ["whats", "wasnt", "Miso", "gonna", "Yseult", "Thistlewick"])
def test_what_people_say_is_no_slip(word: str) -> None:
    """Contractions without their apostrophe, names, and talk are read as they stand."""
    assert form(word) == form_hash(word)


def form(text: str) -> int:
    """The form of a word as the shipped dictionary reads it."""
    (word,) = SHIPPED.words(tokenise(text))
    return word.form
