"""When two answers count as the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memnn.normalise import normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Botanical Garden", "botanical garden."),
        ("Macca\u2019s yard", "macca's  YARD"),
        ("£410,000", "410000"),
        ("twenty-two", "Twenty two"),
        ("36\u20138\u201322", "36-8-22"),
        ("€40", "40"),
        ("“Angèle”", "angèle"),
        ("AC/DC", "ac dc"),
        ("a cat", "the cat!"),
        ("ﬁve", "five"),
    ],
)
def test_writing_does_not_matter(one: str, other: str) -> None:
    """Case, punctuation, articles, dashes and currencies are no difference."""
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.75", "175"),
        ("-1.75", "1.75"),
        ("A+", "A-"),
        ("7:05", "705"),
        ("C", "C++"),
        ("2,5", "25"),
    ],
)
def test_what_changes_the_meaning_matters(one: str, other: str) -> None:
    """Signs and separators within numbers, and rhesus factors, are a difference."""
    assert normalise(one) != normalise(other)


def test_an_answer_that_is_an_article_stays() -> None:
    """Blood group A is an answer."""
    assert normalise("A") == "a"


@given(st.text())
def test_any_text_has_a_form(text: str) -> None:
    """Every text can be compared, and its form has no outer or double spaces."""
    assert normalise(text) == " ".join(normalise(text).split())
