"""The text beside the conversations."""

import math
from pathlib import Path

import pytest

from memnn.errors import DataError
from memnn.text import word_hash
from memnn.training.conversations import Conversation, Turn
from memnn.training.corpora import (
    Fact,
    common_words,
    crowd_questions,
    everyday_sentences,
    rarity,
)
from tests.training import SENTENCES, corpora
from tests.worlds import TIME


def test_everyday_sentences_are_the_last_column(tmp_path: Path) -> None:
    """What stands before the sentence in its line is no part of it."""
    assert everyday_sentences(corpora(tmp_path)) == SENTENCES


def test_rarity_by_hand() -> None:
    """Inverse document frequency of words that are in two texts or more."""
    turns = tuple(
        Turn(i, TIME, text, "statement")  # type: ignore[arg-type]
        for i, text in enumerate(["The key and the key", "A key", "The pot"])
    )
    found = rarity([Conversation("u", turns)], ["Another pot", "Lyon"])
    assert found == {
        word_hash("key"): pytest.approx(math.log(6 / 2.5)),
        word_hash("pot"): pytest.approx(math.log(6 / 2.5)),
    }


def test_common_words_by_hand() -> None:
    """Parts of a billion; case and accents are folded, contractions known without their mark."""
    found = common_words({"café": 2, "Cafe": 1, "we're": 5, "were": 90, "isn't": 2})
    assert found == {
        "cafe": pytest.approx(math.log(3e7)),
        "we're": pytest.approx(math.log(5e7)),
        "were": pytest.approx(math.log(9e8)),
        "isn't": pytest.approx(math.log(2e7)),
        "isnt": pytest.approx(math.log(2e7)),
    }


def question(name: str, answer: str) -> str:
    """A line of the table of questions."""
    return f"{name}\t0\t1\t0\t3\tWho is it?\t{answer}\tx"


@pytest.mark.parametrize(
    ("answer", "stretch"),
    [("0", "Ann"), ("2 1", "( Bell"), ("0 1 2 3", "Ann ( Bell )"), ("5 5", "left")],
)
def test_an_answer_is_a_stretch_of_its_sentence(tmp_path: Path, answer: str, stretch: str) -> None:
    """Words are named by their places in any order; brackets are those that people write."""
    data = corpora(
        tmp_path, sentence="Ann -LRB- Bell -RRB- has left .", lines=[question("s", answer)]
    )
    assert crowd_questions(data) == [Fact("Ann ( Bell ) has left .", "Who is it?", stretch)]


@pytest.mark.parametrize("answer", ["", "0 2", "0 1 2 3 4 5 6", "9"])
def test_an_answer_that_is_no_short_stretch_is_left_out(tmp_path: Path, answer: str) -> None:
    """Gaps, more than six words, and places beyond the sentence teach nothing."""
    data = corpora(tmp_path, sentence="a b c d e f g", lines=[question("s", answer)])
    assert crowd_questions(data) == []


def test_a_question_about_no_sentence_is_left_out(tmp_path: Path) -> None:
    """Only what can be read can be learnt from."""
    assert crowd_questions(corpora(tmp_path, lines=[question("unknown", "0")])) == []


@pytest.mark.parametrize(
    ("line", "complaint"),
    [("s\tone", "2 columns, but 7 are needed"), ("", "1 columns"), (question("s", "x"), "'x'")],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    """The error says which file and line, and what is wrong with it."""
    data = corpora(tmp_path, lines=[question("s", "0"), line])
    with pytest.raises(DataError, match=rf"dev\.tsv:2: .*{complaint}"):
        crowd_questions(data)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The error says which option names the folder."""
    for read in (everyday_sentences, crowd_questions):
        with pytest.raises(DataError, match=r"\.(txt|tsv): No such file.*--data"):
            read(tmp_path)
