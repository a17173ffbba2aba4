"""Words as numbers, and words that were never seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memnn.paper.dictionary import FIRST_WORD, FRESH, FRESH_SYMBOLS, Dictionary
from memnn.paper.stories import Question, words

KNOWN = Question((("joe", "went"), ("fred", "left")), ("where", "is", "joe"), ("office",), (0,))
DICTIONARY = Dictionary.of([KNOWN])


def test_what_is_encoded_is_decoded() -> None:
    """Story, question and answer come back as they were."""
    encoded = DICTIONARY.encode(KNOWN)
    texts = [*encoded.story, encoded.text, encoded.answer]
    said = [DICTIONARY.decode(text, encoded.names) for text in texts]
    assert said == [*KNOWN.story, KNOWN.text, KNOWN.answer]
    assert min(min(text) for text in texts) >= FIRST_WORD
    assert len(DICTIONARY) == FIRST_WORD + 7


def test_an_unseen_word_is_itself_all_through_a_story() -> None:
    """It gets a fresh symbol, the same one wherever it stands, and comes back as it was."""
    encoded = DICTIONARY.encode(Question((("bilbo", "went"), ("frodo", "left")), ("bilbo",)))
    assert encoded.story[0][0] == encoded.text[0] != encoded.story[1][0]
    assert encoded.text[0] in FRESH_SYMBOLS
    assert DICTIONARY.decode(encoded.text, encoded.names) == ("bilbo",)


@given(st.lists(st.text("abcxyz", min_size=1, max_size=3), min_size=1, max_size=200))
def test_no_word_is_ever_dropped(told: list[str]) -> None:
    """Any number of unseen words has numbers; there are symbols for the first few of them."""
    encoded = DICTIONARY.encode(Question((tuple(told),), ("where",)))
    assert len(encoded.story[0]) == len(told)
    assert all(number in FRESH_SYMBOLS for number in encoded.story[0])
    assert len(set(encoded.story[0])) == min(FRESH, len(set(told)))


def test_an_answer_that_is_not_known_is_none() -> None:
    """Nothing can be learnt from an answer whose word is neither known nor told."""
    assert DICTIONARY.encode(Question((), ("where",), ("mordor",))).answer == ()
    told = Question((("bilbo", "left"),), ("who", "left"), ("bilbo",))
    assert DICTIONARY.decode(DICTIONARY.encode(told).answer, DICTIONARY.encode(told).names) == (
        "bilbo",
    )


@pytest.mark.parametrize("supports", [(2,), (-1,), (0, 9)])
def test_supports_point_into_the_story(supports: tuple[int, ...]) -> None:
    """A support that is no memory of the story is refused."""
    with pytest.raises(ValueError, match="of a story of 2 memories"):
        Question(KNOWN.story, KNOWN.text, KNOWN.answer, supports)


def test_words_of_a_sentence() -> None:
    """Small letters, no signs; hyphens and apostrophes stay."""
    assert words("Where's the T-shirt, Joe?") == ("where's", "the", "t-shirt", "joe")
    assert words("?!") == ()
