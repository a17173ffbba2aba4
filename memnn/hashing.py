"""Cluster hashing: words that mean the same share a bucket, so that few memories are scored.

Paper, section 3.3: k-means over the word vectors gives K clusters; a statement is filed in the
cluster of each of its words, and a question scores what is filed in the clusters of its own. A word
that a large share of the memories hold tells too little: it files nowhere. A word that was not
there when the clusters were made files under its word hash alone. Knows nothing of storage.
Letters: W words, n embedding size, K clusters.
"""

import struct
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memnn.errors import DataError

NOWHERE: Final = -1
_CHECK = struct.Struct("<I")  # leads the bytes: checksum of the rest
_HEADER = struct.Struct("<4sBII")  # mark, version, generation, W
_MARK, _VERSION = b"MNCB", 1


@dataclass(frozen=True, slots=True, eq=False)
class Codebook:
    """Which cluster each known word is of.

    Attributes:
        generation: Counts the fits.
        words: Hashes of the known words, ascending, shape [W], uint32.
        clusters: Their clusters from 0, shape [W], int32; `NOWHERE` for words that file nowhere.
    """

    generation: int
    words: NDArray[np.uint32]
    clusters: NDArray[np.int32]

    def look_up(self, words: Collection[int]) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
        """Which words are known, and their clusters, in the order given."""
        asked = np.fromiter(words, dtype=np.uint32, count=len(words))
        if not len(self.words):
            return np.zeros(len(asked), np.bool_), np.full(len(asked), NOWHERE, np.int32)
        places = np.minimum(np.searchsorted(self.words, asked), len(self.words) - 1)
        known = self.words[places] == asked
        return known, np.where(known, self.clusters[places], np.int32(NOWHERE))

    def buckets(self, words: Collection[int]) -> tuple[int, ...]:
        """The clusters that a statement with these words is filed in, ascending."""
        clusters = np.unique(self.look_up(words)[1])
        return tuple(clusters[clusters != NOWHERE].tolist())

    def members(self, cluster: int) -> list[int]:
        """The words of a cluster."""
        found: list[int] = self.words[self.clusters == cluster].tolist()
        return found

    def to_bytes(self) -> bytes:
        """What `from_bytes` reads."""
        held = self.words.astype("<u4").tobytes() + self.clusters.astype("<i4").tobytes()
        head = _HEADER.pack(_MARK, _VERSION, self.generation, len(self.words))
        body = head + zlib.compress(held)
        return _CHECK.pack(zlib.crc32(body)) + body

    @classmethod
    def from_bytes(cls, value: bytes) -> "Codebook":
        """Read a codebook.

        Raises:
            DataError: It is none, damaged, or of another version.
        """
        try:
            generation, held = _opened(value)
            table = np.frombuffer(held, "<u4").reshape(2, -1)
        except (struct.error, ValueError, zlib.error) as error:
            raise DataError(
                "this is no codebook of version 1, or it is damaged: have the word buckets refitted"
            ) from error
        return cls(generation, table[0].astype(np.uint32), table[1].astype("<u4").view(np.int32))


@dataclass(frozen=True, slots=True)
class Hashing:
    """How a scope's memories are narrowed down to candidates.

    The defaults were measured on a million natural statements (500 questions): as often the support
    first as where all are scored, with 154 times fewer candidates, and 0.963 of the best eight.
    At half of ``common`` 0.954 of these are kept; at half of ``budget`` 0.943, of 257 times fewer.

    Attributes:
        score_all: Up to so many memories, all are scored, which takes 2 ms then and misses nothing;
            from 1,000 on, choosing among them is quicker, but at 4,000 it loses 13 % of the best
            eight.
        common: Share of the memories; a word that more of them hold files nowhere.
        budget: Share of the memories that are scored, about.
        least_budget: So many memories are scored at least, where they share a bucket.
        newest: So many of the newest are scored whatever they hold: what was said just now.
        codebook: Which words share a cluster; None hashes by words alone.
    """

    score_all: int = 4_000
    common: float = 0.04
    budget: float = 0.01
    least_budget: int = 2_000
    newest: int = 64
    codebook: Codebook | None = None


def _opened(value: bytes) -> tuple[int, bytes]:
    (check,), body = _CHECK.unpack_from(value), value[_CHECK.size :]
    mark, version, generation, count = _HEADER.unpack_from(body)
    held = zlib.decompress(body[_HEADER.size :])
    if (mark, version, check, len(held)) != (_MARK, _VERSION, zlib.crc32(body), 8 * count):
        raise ValueError
    return generation, held
