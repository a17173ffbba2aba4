"""What buttons carry: it fits, it comes back as it was, and junk is nothing."""

from hypothesis import example, given
from hypothesis import strategies as st

from bot.telegram.buttons import Action, Tap, parse

_NUMBERS = st.integers(min_value=0, max_value=10**16 - 1)


@given(st.sampled_from(list(Action)), _NUMBERS, _NUMBERS)
def test_a_tap_comes_back_as_it_was(action: Action, first: int, second: int) -> None:
    """Whatever a button carries fits Telegram's 64 bytes and is read back the same."""
    tap = Tap(action, first, second)
    assert 1 <= len(tap.data.encode()) <= 64
    assert parse(tap.data) == tap


@given(st.text())
@example("uw:1:2:3")
@example("uz:1:2")
@example("uw:-1:0")
@example("uw:\u0661:0")
@example("uw:" + "9" * 61)
def test_junk_is_no_tap(data: str) -> None:
    """Callback data that no button of ours carries means nothing."""
    tap = parse(data)
    assert tap is None or parse(tap.data) == tap


def test_nothing_is_no_tap() -> None:
    """A callback without data means nothing."""
    assert parse(None) is None
