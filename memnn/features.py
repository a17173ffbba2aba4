"""Φ(y) of a memory: its embedding as bytes, for a store, and exact matches (section 3.6).

Layout of the bytes: fingerprint of the model (4), scale (float16), vector (int8 each). The
fingerprint tells a store that another model wrote the value, so that it is recomputed from the
text.
"""

import math
from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FINGERPRINT_BYTES = 4
HEADER_BYTES = FINGERPRINT_BYTES + 2  # of a features value, before the vector
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
    def lengths(self) -> NDArray[np.uint16]:
        """Content words of each memory, shape [N]."""
        ...

    def postings(self, word: int) -> NDArray[np.uint32]:
        """Rows of the memories that hold a word, ascending."""
        ...


def match_features(
    words: Iterable[tuple[int, float]], slots: Postings, rows: NDArray[np.int64] | None = None
) -> NDArray[np.float32]:
    """Exact matches of a question with memories, by rarity (paper, section 3.6).

    How rare a word is, these memories say themselves, as far as there are many of them: the name of
    somebody who is in every other memory tells little here, however rare it is elsewhere.

    Args:
        words: Hash and rarity, in the language at large, of the question's content words.
        slots: The memories.
        rows: Those of the C memories that are looked at, ascending; None for all.

    Returns:
        Shape [C, MATCHES]: the share of the question's rarity that is matched; the rarity matched,
        discounted for long memories; whether anything matched.
    """
    lengths = slots.lengths if rows is None else slots.lengths[rows]
    matched = np.zeros(len(lengths), dtype=np.float32)
    total = 1e-6
    for word, general in dict(words).items():
        holding = slots.postings(word)
        rarity = rarity_here(len(holding), general, slots.rows)
        matched[holding if rows is None else _among(rows, holding)] += rarity
        total += rarity
    return as_features(matched, total, lengths)


def as_features(
    matched: NDArray[np.float32], total: float, lengths: NDArray[np.uint16]
) -> NDArray[np.float32]:
    """The features of memories, shape [C, MATCHES].

    Args:
        matched: Rarity of the question's words that each holds, shape [C].
        total: Of all words of the question.
        lengths: Content words of each memory, shape [C].
    """
    share = matched / total
    discounted = matched / 10.0 / (1.0 + lengths.astype(np.float32) / _TYPICAL_LENGTH)
    return np.stack([share, discounted, (matched > 0).astype(np.float32)], axis=1)


def rarity_here(holding: int, general: float, memories: int) -> float:
    """Inverse document frequency among these memories and `_LANGUAGE` texts of all sorts.

    Args:
        holding: How many of the memories hold the word.
        general: Its inverse document frequency in the language at large, natural logarithm.
        memories: How many there are.
    """
    held = holding + _LANGUAGE * math.exp(-general)
    return max(0.0, -math.log(held / (memories + _LANGUAGE)))


def _among(rows: NDArray[np.int64], holding: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Places among rows of those that hold a word; both ascend, and the longer is searched."""
    if len(holding) < len(rows):
        places = np.minimum(np.searchsorted(rows, holding), len(rows) - 1)
        found: NDArray[np.int64] = places[rows[places] == holding]
        return found
    places = np.minimum(np.searchsorted(holding, rows), max(len(holding) - 1, 0))
    return np.flatnonzero(holding[places] == rows) if len(holding) else places[:0]


def pack(fingerprint: bytes, vector: NDArray[np.float32]) -> bytes:
    """Quantise an embedding to one byte a dimension.

    Args:
        fingerprint: `FINGERPRINT_BYTES` bytes that name the model.
        vector: Embedding of a memory, shape [n].
    """
    return pack_all(fingerprint, vector[None])[0]


def pack_all(fingerprint: bytes, vectors: NDArray[np.float32]) -> list[bytes]:
    """What `pack` gives of each embedding, shape [B, n]: many at once, many times faster."""
    largest = np.abs(vectors).max(1, initial=0.0) / _INT8_MAX
    scales = np.maximum(largest, _LEAST_SCALE).astype(np.float16)
    steps = np.rint(vectors / scales[:, None].astype(np.float32))
    quantised = np.clip(steps, -_INT8_MAX, _INT8_MAX).astype(np.int8)
    return [
        b"".join((fingerprint, scale.tobytes(), line.tobytes()))
        for scale, line in zip(scales, quantised, strict=True)
    ]


def unpack(features: bytes) -> NDArray[np.float32]:
    """The embedding that `pack` quantised, shape [n].

    Raises:
        ValueError: Fewer bytes than a header.
    """
    scale = scale_of(features)
    return np.frombuffer(features, dtype=np.int8, offset=HEADER_BYTES).astype(np.float32) * scale


def scale_of(features: bytes) -> np.float32:
    """What one step of the quantised embedding is worth.

    Raises:
        ValueError: Fewer bytes than a header.
    """
    if len(features) <= HEADER_BYTES:
        raise ValueError(f"features of {len(features)} bytes; a header alone has {HEADER_BYTES}")
    scale = np.frombuffer(features, dtype=np.float16, count=1, offset=FINGERPRINT_BYTES)
    return np.float32(scale[0])
