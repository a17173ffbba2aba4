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
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from memnn.errors import DataError

NOWHERE: Final = -1
_CHECK = struct.Struct("<I")  # leads the bytes: checksum of the rest
_HEADER = struct.Struct("<4sBII")  # mark, version, generation, W
_MARK, _VERSION = b"MNCB", 1
_COMMON: Final = 0.02  # share of the memories; a word that more of them hold files nowhere
_OVERFULL: Final = 0.01  # share of the memories that a cluster of several words may hold
_WORDS_A_CLUSTER: Final = 5
_MOST_CLUSTERS: Final = 4096
_ROUNDS: Final = 10
_CHUNK: Final = 4096  # words that are compared with all centres at a time


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

    def common(self, words: Collection[int]) -> tuple[int, ...]:
        """Those of the words that file nowhere."""
        known, clusters = self.look_up(words)
        return tuple(
            w for w, nowhere in zip(words, known & (clusters == NOWHERE), strict=True) if nowhere
        )

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


def _opened(value: bytes) -> tuple[int, bytes]:
    (check,), body = _CHECK.unpack_from(value), value[_CHECK.size :]
    mark, version, generation, count = _HEADER.unpack_from(body)
    held = zlib.decompress(body[_HEADER.size :])
    if (mark, version, check, len(held)) != (_MARK, _VERSION, zlib.crc32(body), 8 * count):
        raise ValueError
    return generation, held


def fit(
    vectors: NDArray[np.float32],
    words: NDArray[np.uint32],
    counts: NDArray[np.int64],
    total: int,
    *,
    seed: int,
) -> Codebook:
    """Cluster words by the direction of their vectors; always the same for the same input.

    Args:
        vectors: O's vector of every word, shape [W, n].
        words: Hashes of the words, without repeats, shape [W].
        counts: How many memories hold each word, shape [W]: its weight.
        total: How many memories there are.
        seed: Of the first centres.

    Returns:
        A codebook of generation 0.
    """
    order = np.argsort(words)
    clusters = np.full(len(words), NOWHERE, dtype=np.int32)
    filed = order[counts[order] <= max(_COMMON * total, 1)]
    if len(filed):
        points = functional.normalize(torch.from_numpy(vectors[filed]), dim=1)  # [W', n]
        weights = torch.from_numpy(counts[filed].astype(np.float32))  # [W']
        count = min(_MOST_CLUSTERS, max(1, len(filed) // _WORDS_A_CLUSTER))
        found = _k_means(points, weights, count, torch.Generator().manual_seed(seed))
        clusters[filed] = _split(points, weights, found, max(_OVERFULL * total, 1)).numpy()
    return Codebook(0, words[order].astype(np.uint32), clusters[order])


def _k_means(points: Tensor, weights: Tensor, count: int, chance: torch.Generator) -> Tensor:
    """The cluster of every point, shape [W']."""
    centres = points[torch.multinomial(weights, count, generator=chance)]  # [K, n]
    for _ in range(_ROUNDS):
        sums = torch.zeros_like(centres).index_add_(
            0, _nearest(points, centres), points * weights[:, None]
        )
        empty = sums.abs().sum(1, keepdim=True) == 0
        centres = torch.where(empty, centres, functional.normalize(sums, dim=1))
    return _nearest(points, centres)


def _nearest(points: Tensor, centres: Tensor) -> Tensor:
    chunks = (points[at : at + _CHUNK] for at in range(0, len(points), _CHUNK))
    return torch.cat([(chunk @ centres.T).argmax(1) for chunk in chunks])


def _split(points: Tensor, weights: Tensor, clusters: Tensor, most: float) -> Tensor:
    """Halve clusters until each holds at most so many memories, or a single word."""
    clusters = torch.from_numpy(np.unique(clusters.numpy(), return_inverse=True)[1])
    queue = list(range(int(clusters.max()) + 1))
    fresh = len(queue)
    while queue:
        members = (clusters == queue.pop()).nonzero()[:, 0]
        if len(members) == 1 or float(weights[members].sum()) <= most:
            continue
        # The first two words that differ most along the widest direction part the others.
        middle = points[members] - points[members].mean(0)
        widest = torch.linalg.svd(middle, full_matrices=False)[2][0]  # [n]
        far = (middle @ widest).argsort(stable=True)[len(members) // 2 :]
        queue += [int(clusters[members[0]]), fresh]
        clusters[members[far]] = fresh
        fresh += 1
    return clusters.to(torch.int32)
