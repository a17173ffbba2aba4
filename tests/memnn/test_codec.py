"""Records as bytes."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memnn.codec import decode, decode_text, encode
from memnn.errors import StoreError
from memnn.records import Memory
from tests.worlds import TIME

ANY_TEXT = st.text(st.characters())  # lone surrogates too
ZONES = st.integers(-86_399, 86_399).map(lambda s: timezone(timedelta(seconds=s)))


@given(
    memory=st.builds(
        Memory,
        id=st.integers(1, 2**32 - 1),
        message_id=ANY_TEXT,
        text=ANY_TEXT,
        time=st.datetimes(
            min_value=datetime(2, 1, 1),  # noqa: DTZ001 -- the strategy adds the zone
            max_value=datetime(9998, 1, 1),  # noqa: DTZ001 -- likewise
            timezones=ZONES,
        ),
        speaker=ANY_TEXT,
        features=st.binary(max_size=200),
        words=st.lists(st.integers(0, 2**32 - 1), max_size=20).map(tuple),
    )
)
def test_any_memory_comes_back(memory: Memory) -> None:
    """Whatever is in a memory comes back, its time with its offset."""
    again = decode(memory.id, encode(memory))

    assert again == memory
    assert again.time.utcoffset() == memory.time.utcoffset()
    assert decode_text(encode(memory)) == memory.text


def test_time_without_zone() -> None:
    """A time that names no instant is refused."""
    with pytest.raises(StoreError, match="time zone"):
        encode(Memory(1, "m", "x", TIME.replace(tzinfo=None)))


def test_endless_names() -> None:
    """A speaker or message id that does not fit is refused, and its text is not told."""
    with pytest.raises(StoreError, match="65,535") as caught:
        encode(Memory(1, "m", "x", TIME, speaker="secret" * 20_000))

    assert "secret" not in str(caught.value)


def test_statement_is_small() -> None:
    """A statement of 60 characters with 8 words packs into little more than its parts."""
    value = encode(Memory(1, "12345", "x" * 60, TIME, "", b"f" * 134, tuple(range(8))))

    assert len(value) <= 60 + 5 + 134 + 8 * 4 + 24
