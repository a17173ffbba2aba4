"""Φ(y): embeddings as bytes, and exact matches by rarity."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from memnn.features import FINGERPRINT_BYTES, match_features, pack, unpack
from memnn.records import Memory
from memnn.slots import Slots
from tests.worlds import TIME, packed

VECTORS = hnp.arrays(np.float32, st.integers(1, 40), elements=st.floats(-100, 100, width=32))


@given(VECTORS)
def test_packing_is_off_by_half_a_step_at_most(vector: NDArray[np.float32]) -> None:
    """An unpacked number is off by half a 127th of the largest, and the scale's rounding."""
    largest = float(np.abs(vector).max())
    error = np.abs(unpack(pack(b"test", vector)) - vector).max()
    assert error <= max(largest, 0.008) * (0.5 / 127 + 2**-10)


@given(VECTORS)
def test_a_byte_a_dimension(vector: NDArray[np.float32]) -> None:
    """The value is the fingerprint, two bytes of scale, and a byte a dimension."""
    features = pack(b"abcd", vector)
    assert features[:FINGERPRINT_BYTES] == b"abcd"
    assert len(features) == FINGERPRINT_BYTES + 2 + len(vector)


def test_packing_twice_changes_nothing() -> None:
    """What was quantised once is kept as it is."""
    once = unpack(packed("a text", width=64))
    np.testing.assert_allclose(unpack(pack(b"test", once)), once, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("short", [b"", b"abcd", b"abcd\x00\x00"])
def test_less_than_a_header_is_refused(short: bytes) -> None:
    """The error says how much there was and how much there should be."""
    with pytest.raises(ValueError, match=f"features of {len(short)} bytes; a header alone has 6"):
        unpack(short)


def slots(*held: tuple[int, ...]) -> Slots:
    """Memories that hold some words."""
    return Slots(
        Memory(i, str(i), "", TIME, "", packed(str(i)), words) for i, words in enumerate(held, 1)
    )


def test_matches_by_hand() -> None:
    """Share of the rarity, rarity discounted by length, and whether anything matched."""
    found = match_features([(7, 3.0), (8, 1.0), (9, 4.0)], slots((7, 8), (1, 2, 3), (9,), ()))

    seven, eight, nine = (-math.log((1 + 1000 * math.exp(-r)) / 1004) for r in (3.0, 1.0, 4.0))
    expected = [
        [(seven + eight) / (seven + eight + nine), (seven + eight) / 10 / (1 + 2 / 12), 1.0],
        [0.0, 0.0, 0.0],
        [nine / (seven + eight + nine), nine / 10 / (1 + 1 / 12), 1.0],
        [0.0, 0.0, 0.0],
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_what_is_in_every_memory_tells_little() -> None:
    """A name that these memories are full of weighs less here than one that they hold once."""
    held = slots(*[(7,)] * 3000, (8,))
    found = match_features([(7, 9.0), (8, 9.0)], held)
    assert found[-1, 0] > 0.8
    assert found[0, 0] < 0.1


def test_a_word_asked_twice_counts_once() -> None:
    """Repeating a word in a question changes no match."""
    held = slots((7, 8), (8,))
    once, twice = (match_features(words, held) for words in ([(7, 3.0)], [(7, 3.0), (7, 3.0)]))
    np.testing.assert_array_equal(once, twice)


def test_a_question_without_content_matches_nothing() -> None:
    """No content word, no match; no division by zero."""
    assert not match_features([], slots((7,), (8,))).any()
    assert match_features([(7, 1.0)], Slots()).shape == (0, 3)


def test_a_removed_memory_matches_nothing() -> None:
    """A dead row's words are gone from the postings at once."""
    held = slots((7,), (7,), (7,), (7,), (7,))
    held.remove(2)
    assert match_features([(7, 1.0)], held)[:, 2].tolist() == [1.0, 0.0, 1.0, 1.0, 1.0]
