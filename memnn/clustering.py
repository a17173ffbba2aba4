"""k-means over the vectors of words: what a codebook is made of (paper, section 3.3).

Letters: W words, n embedding size, K clusters.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from memnn.hashing import NOWHERE, Codebook

_COMMON: Final = 0.02  # share of the memories; a word that more of them hold files nowhere
_OVERFULL: Final = 0.01  # share of the memories that a cluster of several words may hold
_WORDS_A_CLUSTER: Final = 5
_MOST_CLUSTERS: Final = 4096
_ROUNDS: Final = 10
_CHUNK: Final = 512  # words that are compared with all centres at a time: a few milliseconds

Rest = Callable[[], None]


def fit(
    vectors: NDArray[np.float32],
    words: NDArray[np.uint32],
    counts: NDArray[np.int64],
    total: int,
    *,
    seed: int,
    rest: Rest = lambda: None,
) -> Codebook:
    """Cluster words by the direction of their vectors; always the same for the same input.

    Args:
        vectors: O's vector of every word, shape [W, n].
        words: Hashes of the words, without repeats, shape [W].
        counts: How many memories hold each word, shape [W]: its weight.
        total: How many memories there are.
        seed: Of the first centres.
        rest: Called after every few milliseconds of work, for others to have the processor.

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
        chance = torch.Generator().manual_seed(seed)
        found = _k_means(points, weights, count, chance, rest)
        clusters[filed] = _split(points, weights, found, max(_OVERFULL * total, 1), rest).numpy()
    return Codebook(0, words[order].astype(np.uint32), clusters[order])


def _k_means(
    points: Tensor, weights: Tensor, count: int, chance: torch.Generator, rest: Rest
) -> Tensor:
    """The cluster of every point, shape [W']."""
    centres = points[torch.multinomial(weights, count, generator=chance)]  # [K, n]
    for _ in range(_ROUNDS):
        sums = torch.zeros_like(centres).index_add_(
            0, _nearest(points, centres, rest), points * weights[:, None]
        )
        empty = sums.abs().sum(1, keepdim=True) == 0
        centres = torch.where(empty, centres, functional.normalize(sums, dim=1))
    return _nearest(points, centres, rest)


def _nearest(points: Tensor, centres: Tensor, rest: Rest) -> Tensor:
    found = []
    for at in range(0, len(points), _CHUNK):
        found.append((points[at : at + _CHUNK] @ centres.T).argmax(1))
        rest()
    return torch.cat(found)


def _split(points: Tensor, weights: Tensor, clusters: Tensor, most: float, rest: Rest) -> Tensor:
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
        rest()
    return clusters.to(torch.int32)
