"""Other names on a page: the same ones throughout, each word in its place."""

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from memnn.records import Kind
from memnn.text import Token, fold, tokenise
from memnn.training.conversations import Conversation, Turn
from memnn.training.examples import User, users
from memnn.training.names import Aliases, Names
from tests import tiny
from tests.worlds import TIME

CHOICES = st.integers(0, 999).map(random.Random)
TOLD = {
    "ann": (
        "I saw Rosa in Nantes",
        "ROSA paid 1234 for the red bag",
        "is she from Lyon now",
        "On Monday Mr Bell came",
    ),
    "bob": ("my boss is Imre", "we drove to Porto", "then we met Imre again in Porto"),
}


def user(name: str) -> User:
    """Somebody who told a few things and asked one."""
    texts = TOLD[name]
    told = [
        Turn(i, TIME + timedelta(minutes=i), text, Kind.STATEMENT) for i, text in enumerate(texts)
    ]
    asked = Turn(len(texts), TIME + timedelta(hours=1), "who?", Kind.QUESTION, (), (0,), ("x",))
    (found,) = users([Conversation(name, (*told, asked))], tiny.vocabulary(), phrasings=False)
    return found


ANN, BOB = user("ann"), user("bob")
NAMES = Names.among([ANN, BOB])


def test_names_are_what_has_a_capital_within_a_sentence() -> None:
    """Months, titles, common words and words that begin a text are none; places are told apart."""
    assert NAMES.of[ANN] == {"rosa": False, "nantes": True, "lyon": True, "bell": False}
    assert NAMES.of[BOB] == {"imre": False, "porto": True}


@given(CHOICES)
def test_a_name_becomes_somebody_elses_of_its_kind(choice: random.Random) -> None:
    """A place is called as another place; nobody is called as somebody else on the page."""
    drawn = NAMES.drawn(ANN, choice).names
    for name, alias in drawn.items():
        assert fold(alias) in NAMES.of[BOB]
        assert NAMES.of[ANN][name] == NAMES.of[BOB][fold(alias)]


def test_some_pages_keep_their_names_and_some_do_not() -> None:
    """What people wrote is still read now and then."""
    drawn = [bool(NAMES.drawn(ANN, random.Random(seed))) for seed in range(100)]  # noqa: S311 -- no secret
    assert 20 < sum(drawn) < 80


def test_whoever_was_not_looked_at_keeps_all_names() -> None:
    """A user that the names were not found among has none to change."""
    for seed in range(20):
        assert not Names().drawn(ANN, random.Random(seed)).names  # noqa: S311 -- no secret


def test_a_name_is_written_as_the_old_one_was() -> None:
    """Capitals, small letters, and a name's beginning; what stands around it stays."""
    aliases = Aliases({"rosa": "Imre"})
    assert aliases.within("  ROSA's bag -- rosa, Rosa!") == "  IMRE's bag -- imre, Imre!"


def test_codes_and_amounts_get_other_digits_and_times_do_not() -> None:
    """The same ones wherever they stand; years, days and times of the day stay."""
    aliases = Aliases(choice=random.Random(4))  # noqa: S311 -- no secret
    one = aliases.within("pin 55-0193, 4 May 1998 at 10:30")
    assert one != "pin 55-0193, 4 May 1998 at 10:30"
    assert one.endswith(", 4 May 1998 at 10:30")
    assert one[:7] == "pin " + one[4:6] + "-"
    assert aliases.within("pin 55-0193, 4 May 1998 at 10:30") == one


@given(st.text(st.characters(codec=None)) | st.text("Rosa 12,'’.-"), CHOICES)
def test_words_stay_in_their_places(text: str, choice: random.Random) -> None:
    """As many words, each where it was; without aliases nothing changes."""
    aliases = Aliases({"rosa": "Imre"}, choice)
    tokens = tokenise(text)
    found = aliases.on(tokens)
    assert [(t.start, t.end) for t in found] == [(t.start, t.end) for t in tokens]
    assert [Token(t.text, 0, 0) for t in tokenise(aliases.within(text))] == [
        Token(t.text, 0, 0) for t in found
    ]
    assert Aliases().within(text) == text
    assert not Aliases()
