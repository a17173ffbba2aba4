"""Small pieces of text."""

import pytest

from bot.phrases import sentence


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("the disk is full: free some space", "The disk is full: free some space."),
        ("Redis does not answer: is it running?", "Redis does not answer: is it running?"),
        ("That was all.", "That was all."),
        ("", ""),
    ],
)
def test_a_sentence_begins_and_ends_as_one(text: str, says: str) -> None:
    """A capital at its start and a full stop at its end, where it has none."""
    assert sentence(text) == says
