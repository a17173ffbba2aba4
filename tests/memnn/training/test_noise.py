"""How people type."""

import random

from hypothesis import given
from hypothesis import strategies as st

from memnn.text import tokenise
from memnn.training.noise import careless, hidden, slip
from tests import tiny

CHOICES = st.integers(0, 999).map(random.Random)
ANY = st.text(st.characters(codec=None)) | st.text("abcD '’.?!")


def edits(word: str) -> set[str]:
    """All words that one slip can make of a word."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    places = range(1, len(word) - 1)
    return (
        {word}
        | {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in places}
        | {word[:i] + word[i + 1 :] for i in places}
        | {word[:i] + word[i] + word[i:] for i in places}
        | {word[:i] + letter + word[i + 1 :] for i in places for letter in letters}
    )


@given(ANY, CHOICES)
def test_a_careless_text_is_never_empty(text: str, choice: random.Random) -> None:
    """Dropping marks leaves something to judge."""
    assert careless(text, choice)


@given(ANY.filter(bool), CHOICES)
def test_carelessness_only_leaves_out(text: str, choice: random.Random) -> None:
    """Capitals, closing marks and apostrophes go; no letter comes, goes or moves."""
    typed = careless(text, choice)
    before, after = ("".join(c for c in t.lower() if c.isalnum()) for t in (text, typed))
    assert before == after


@given(ANY, CHOICES)
def test_without_a_rate_nobody_slips(text: str, choice: random.Random) -> None:
    """A rate of zero changes nothing."""
    assert slip(text, choice, 0.0) == text


@given(st.text("abcdefg é5'", min_size=1), CHOICES)
def test_a_slip_is_one_edit_of_a_longer_word(text: str, choice: random.Random) -> None:
    """Each word is hit at most once, inside; short words and codes are left alone."""
    words, typed = text.split(" "), slip(text, choice, 1.0).split(" ")
    assert len(words) == len(typed)
    for word, found in zip(words, typed, strict=True):
        if len(word) < 4 or not word.isalpha():
            assert found == word
        else:
            assert found in edits(word)


def test_a_seed_types_the_same_again() -> None:
    """Noise depends on the choice alone."""
    text = "Where did mother leave those other spare keys yesterday?"
    one, other = (slip(careless(text, c), c, 0.9) for c in map(random.Random, (5, 5)))
    assert one == other != text


def test_some_words_are_hidden_and_keep_all_else() -> None:
    """Every other text is whole; of the rest a few words are masked, still known by their hash."""
    words = tiny.vocabulary().words(tokenise("the spare key is under the pot by the door " * 4))
    texts = [hidden(words, 1, random.Random(seed)) for seed in range(200)]  # noqa: S311 -- no secret
    assert all([w.hash for w in text] == [w.hash for w in words] for text in texts)
    masked = [sum(w.pieces == (1,) for w in text) for text in texts]
    assert 60 < sum(not count for count in masked) < 140
    assert 0.1 < sum(masked) / len(words) / sum(count > 0 for count in masked) < 0.2
