"""Hashing: only memories that share a bucket with x are scored (section 3.3).

Word hash: a bucket for each word. Cluster hash: k-means over O's word vectors, a bucket for each
cluster, so that words that mean the same meet. Words that most memories hold file nowhere.
Letters: R rows, N memories, L words of a memory, Q words of [x, m_o1, …], K buckets.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from memnn.mechanisms import Hashing
from memnn.paper.dictionary import FIRST_WORD
from memnn.paper.hops import Hops

NOWHERE = -1
_ROUNDS = 20


def buckets(kind: Hashing, vectors: Tensor, nowhere: Iterable[int], clusters: int) -> Tensor:
    """The bucket of every word, shape [|W|]; `NOWHERE` for words that file in none.

    Args:
        kind: By words or by clusters.
        vectors: O's vector of every word, shape [|W|, n].
        nowhere: Words that file nowhere.
        clusters: K, for clusters.
    """
    found = torch.arange(len(vectors))
    if kind is Hashing.CLUSTERS:
        # a fresh symbol stands for a name, which is met by itself: it keeps a bucket of its own
        found[FIRST_WORD:] = len(vectors) + k_means(vectors[FIRST_WORD:], clusters)
    found[[*nowhere]] = NOWHERE
    found[:1] = NOWHERE  # padding
    return found


def candidates(bucket_of: Tensor, hops: Hops) -> Tensor:
    """Which memories share a bucket with [x, m_o1, …], shape [R, N]."""
    asked = bucket_of[hops.text]  # [R, Q]
    filed = bucket_of[hops.memories]  # [R, N, L]
    alike = filed[..., None] == asked[:, None, None]  # [R, N, L, Q]
    return (alike & (filed != NOWHERE)[..., None]).flatten(2).any(2)


def frequent(stories: Iterable[Sequence[Sequence[int]]], share: float) -> set[int]:
    """Words in more than a share of all memories."""
    told = [set(memory) for story in stories for memory in story]
    counts = Counter(word for memory in told for word in memory)
    return {word for word, count in counts.items() if count > share * len(told)}


def k_means(vectors: Tensor, clusters: int) -> Tensor:
    """The cluster of every vector by its direction, shape [len(vectors)]; always the same.

    Args:
        vectors: Shape [|W|, n].
        clusters: How many; fewer where there are fewer vectors.
    """
    points = functional.normalize(vectors, dim=1)
    centres = points[:1]
    for _ in range(min(clusters, len(points)) - 1):  # each next one is the point furthest from all
        furthest = (points @ centres.T).amax(1).argmin()
        centres = torch.cat([centres, points[furthest][None]])
    nearest = (points @ centres.T).argmax(1)
    for _ in range(_ROUNDS):
        member = functional.one_hot(nearest, len(centres)).to(points.dtype)  # [|W|, K]
        moved = functional.normalize(member.T @ points, dim=1)
        nearest = (points @ moved.T).argmax(1)
    return nearest
