"""Slips of the finger that O's first pass forgives."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memnn.first_pass import first_pass
from memnn.slips import first_hop
from tests import tiny
from tests.memnn.test_first_pass import STATEMENTS, memories

MODEL = tiny.model()
with torch.no_grad():  # exact matches are all that counts
    for part in (MODEL.scorer.scale, MODEL.scorer.time_gate.weight, MODEL.scorer.time_gate.bias):
        part.zero_()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("Where is the keyring?", "the keyrnig hangs by the door"),
        ("Where is the keyrnig?", "the keyring hangs by the door"),
    ],
    ids=["told with a slip", "asked with a slip"],
)
def test_a_word_a_slip_away_counts_in_part(asked: str, told: str) -> None:
    """Such a memory gains, though less than by the word itself; any other does not."""
    slots = memories(MODEL, told, "We bought plums.")
    question = MODEL.question(asked)
    plain, forgiven = (rank(MODEL, question, slots).at([0, 1]) for rank in (first_pass, first_hop))
    assert forgiven[0] > plain[0]
    assert forgiven[1] == plain[1]
    exact = memories(MODEL, told, asked)
    told_and_asked = first_hop(MODEL, MODEL.question(asked), exact).at([0, 1])
    assert told_and_asked[1] > told_and_asked[0]


@pytest.mark.parametrize("asked", ["Where is the key?", "Is it 4411?", "?"])
def test_short_words_and_numbers_are_near_to_nothing(asked: str) -> None:
    """A door code with one digit changed is another code."""
    slots = memories(MODEL, "the kez is here", "it was 4412", "?")
    question = MODEL.question(asked)
    plain, forgiven = (rank(MODEL, question, slots) for rank in (first_pass, first_hop))
    np.testing.assert_array_equal(forgiven.scores, plain.scores)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=40),
    st.text("abcdefgkeyslipr ?", min_size=1, max_size=30),
)
def test_forgiving_takes_nothing_away(texts: list[str], asked: str) -> None:
    """The same memories may be had; no score falls; exact words gain nothing."""
    slots = memories(MODEL, *texts)
    question = MODEL.question(asked)
    plain, forgiven = (rank(MODEL, question, slots) for rank in (first_pass, first_hop))
    np.testing.assert_array_equal(forgiven.rows, plain.rows)
    assert (forgiven.scores >= plain.scores).all()
