"""Keys and sealed values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.crypto import BUCKETS, MESSAGE_BYTES, MasterKey, ScopeCipher
from memnn.errors import StoreKeyError

MASTER = MasterKey(b"k" * 32)
WRAPPED = MASTER.new_data_key("scope")
CIPHER = MASTER.unwrap("scope", WRAPPED)


@given(value=st.binary(), memory_id=st.integers(1, 2**32 - 1))
def test_sealed_values_open(value: bytes, memory_id: int) -> None:
    """What was sealed for a memory opens for it, and never looks the same twice."""
    sealed = CIPHER.seal_record(memory_id, value)

    assert CIPHER.open_record(memory_id, sealed) == value
    assert CIPHER.seal_record(memory_id, value) != sealed


@given(text=st.text(st.characters()))
def test_old_texts_open(text: str) -> None:
    """Any text comes back, lone surrogates too."""
    assert CIPHER.open_old_text(3, CIPHER.seal_old_text(3, text)) == text


def test_values_are_bound_to_their_place() -> None:
    """A value that was moved to another id, scope or use does not open."""
    sealed = CIPHER.seal_record(1, b"value")
    other = ScopeCipher("other", b"d" * 32), ScopeCipher("scope", b"d" * 32)

    for attempt in (
        lambda: CIPHER.open_record(2, sealed),
        lambda: CIPHER.open_old_text(1, sealed),
        lambda: other[0].open_record(1, other[1].seal_record(1, b"value")),
    ):
        with pytest.raises(StoreKeyError, match="moved"):
            attempt()


@given(at=st.integers(0, 40), bit=st.integers(0, 7))
def test_altered_values_do_not_open(at: int, bit: int) -> None:
    """One bit that is not as it was is enough."""
    sealed = bytearray(CIPHER.seal_record(1, b"thirteen byte"))
    sealed[at] ^= 1 << bit

    with pytest.raises(StoreKeyError):
        CIPHER.open_record(1, bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"short", b"x" * 12, b"x" * 27])
def test_cut_values_do_not_open(sealed: bytes) -> None:
    """A value that was cut off is an error of ours, not one of the library."""
    with pytest.raises(StoreKeyError):
        CIPHER.open_record(1, sealed)


def test_data_keys_are_bound() -> None:
    """A data key opens with its own master key and for its own scope alone."""
    for master, scope in ((MasterKey(b"o" * 32), "scope"), (MASTER, "other")):
        with pytest.raises(StoreKeyError, match="MEMORY_KEY_FILE"):
            master.unwrap(scope, WRAPPED)


def test_check_names_the_key() -> None:
    """The check is the same for the same key, another for another, and is not the key."""
    assert MasterKey(b"k" * 32).check == MASTER.check != MasterKey(b"o" * 32).check
    assert (b"k" * 8).hex() not in MASTER.check


def test_names_depend_on_the_key() -> None:
    """Buckets and messages are named differently in each scope, within their range."""
    other = MASTER.unwrap("scope", MASTER.new_data_key("scope"))
    buckets = [CIPHER.bucket(word) for word in range(20_000)]

    assert len(set(buckets)) > 0.95 * BUCKETS
    assert max(int.from_bytes(bucket) for bucket in buckets) < BUCKETS
    assert buckets != [other.bucket(word) for word in range(20_000)]
    assert CIPHER.message("17") != other.message("17")
    assert len(CIPHER.message("a secret text" * 99)) == MESSAGE_BYTES
