"""The friendly lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words import friendly


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Thanks!!", "Any time."),
        ("good morning btw ☀️", "Good morning!"),
        ("hello there", "Hello! Tell me something, or ask."),
        ("merci 😘", "Any time."),
        ("hahaha", "😄"),
        ("🎉", "🙂"),
    ],
)
def test_chitchat_gets_a_fitting_line(text: str, says: str) -> None:
    """Thanks, greetings and laughter are met; anything else gets a smile."""
    assert friendly(text) == says


@given(st.text())
def test_anything_gets_a_line(text: str) -> None:
    """There is always something to say."""
    assert friendly(text)
