"""Φ(y) of a memory: its embedding as bytes, for a store, and exact matches (section 3.6).

Layout of the bytes: fingerprint of the model (4), scale (float16), vector (int8 each). The
fingerprint tells a store that another model wrote the value, so that it is recomputed from the
text.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FINGERPRINT_BYTES = 4
_HEADER_BYTES = FINGERPRINT_BYTES + 2
_INT8_MAX = 127.0
_LEAST_SCALE = float(np.finfo(np.float16).tiny)  # smaller ones lose their digits, then become 0
MATCHES = 3  # exact-match features of a question with a memory, see `match_features`
_LANGUAGE = 1_000.0  # memories; before so many, rarity is rather that of the language at large
_TYPICAL_LENGTH = 12.0  # content words; longer memories match by chance


class Postings(Protocol):
    """The part of `memnn.slots.Slots` that matching reads."""

    @property
    def rows(self) -> int:
        """Number of memories, dead rows included (N)."""
        ...

    @property
    def lengths(self) -> NDArray[np.float32]:
        """Content words of each memory, shape [N]."""
        ...

    def postings(self, word: int) -> list[int]:
        """Rows of the memories that hold a word."""
        ...


def match_features(words: Iterable[tuple[int, float]], slots: Postings) -> NDArray[np.float32]:
    """Exact matches of a question with every memory, by rarity (paper, section 3.6).

    How rare a word is, these memories say themselves, as far as there are many of them: the name of
    somebody who is in every other memory tells little here, however rare it is elsewhere.

    Args:
        words: Hash and rarity, in the language at large, of the question's content words.
        slots: The memories.

    Returns:
        Shape [N, MATCHES]: the share of the question's rarity that is matched; the rarity matched,
        discounted for long memories; whether anything matched.
    """
    rarity = {word: _rarity_here(word, rarity, slots) for word, rarity in dict(words).items()}
    matched = np.zeros(slots.rows, dtype=np.float32)
    for word, weight in rarity.items():
        matched[slots.postings(word)] += weight
    share = matched / (sum(rarity.values()) + 1e-6)
    discounted = matched / 10.0 / (1.0 + slots.lengths / _TYPICAL_LENGTH)
    return np.stack([share, discounted, (matched > 0).astype(np.float32)], axis=1)


def _rarity_here(word: int, rarity: float, slots: Postings) -> float:
    """Inverse document frequency among these memories and `_LANGUAGE` texts of all sorts."""
    held = len(slots.postings(word)) + _LANGUAGE * math.exp(-rarity)
    return max(0.0, -math.log(held / (slots.rows + _LANGUAGE)))


def pack(fingerprint: bytes, vector: NDArray[np.float32]) -> bytes:
    """Quantise an embedding to one byte a dimension.

    Args:
        fingerprint: `FINGERPRINT_BYTES` bytes that name the model.
        vector: Embedding of a memory, shape [n].
    """
    scale = np.float16(max(float(np.abs(vector).max()) / _INT8_MAX, _LEAST_SCALE))
    quantised = np.clip(np.rint(vector / np.float32(scale)), -_INT8_MAX, _INT8_MAX)
    return b"".join((fingerprint, scale.tobytes(), quantised.astype(np.int8).tobytes()))


def unpack(features: bytes) -> NDArray[np.float32]:
    """The embedding that `pack` quantised, shape [n].

    Raises:
        ValueError: Fewer bytes than a header.
    """
    if len(features) <= _HEADER_BYTES:
        raise ValueError(f"features of {len(features)} bytes; a header alone has {_HEADER_BYTES}")
    scale = np.frombuffer(features, dtype=np.float16, count=1, offset=FINGERPRINT_BYTES)
    values = np.frombuffer(features, dtype=np.int8, offset=_HEADER_BYTES)
    return values.astype(np.float32) * scale.astype(np.float32)


def unpack_all(features: Sequence[bytes]) -> NDArray[np.float32]:
    """The embeddings that `pack` quantised, shape [N, n]: many at once, many times faster.

    Raises:
        ValueError: They are not of one length, or shorter than a header.
    """
    if not features:
        return np.zeros((0, 0), dtype=np.float32)
    width = len(features[0])
    if width <= _HEADER_BYTES or any(len(value) != width for value in features):
        raise ValueError("features that are not of one length, or shorter than a header")
    table = np.frombuffer(b"".join(features), dtype=np.uint8).reshape(len(features), width)
    scales = table[:, FINGERPRINT_BYTES:_HEADER_BYTES].copy().view(np.float16).astype(np.float32)
    return table[:, _HEADER_BYTES:].view(np.int8).astype(np.float32) * scales  # [N, n] * [N, 1]
