"""Cluster hashing: who shares a bucket, who files nowhere, and codebooks as bytes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from memnn.clustering import fit
from memnn.errors import DataError
from memnn.hashing import NOWHERE, Codebook

RNG = np.random.default_rng(0)


def bundles(count: int, size: int) -> tuple[NDArray[np.float32], NDArray[np.uint32]]:
    """Words in bundles of one direction each, and their hashes in no order."""
    centres = np.repeat(RNG.normal(size=(count, 16)), size, axis=0)
    vectors = centres + 0.05 * RNG.normal(size=centres.shape)
    words = RNG.permutation(2**32 - 1 - np.arange(count * size, dtype=np.int64) * 977)
    return vectors.astype(np.float32), words.astype(np.uint32)


def test_words_of_one_direction_share_a_cluster() -> None:
    """Where a cluster is not too full, words that mean the same are filed together."""
    vectors, words = bundles(40, 10)
    book = fit(vectors, words, np.ones(400, np.int64), 10_000, seed=1)
    together = [len(book.buckets(words[n * 10 : n * 10 + 10].tolist())) for n in range(40)]
    assert np.mean(together) < 4  # K is 80: a bundle may be cut, but no word is on its own
    apart = {book.buckets([int(words[n * 10])]) for n in range(40)}
    assert len(apart) > 30


def test_common_words_file_nowhere() -> None:
    """A word that too many memories hold has no bucket, and is told apart from one not seen."""
    vectors, words = bundles(2, 5)
    counts = np.array([300, *[3] * 9])
    book = fit(vectors, words, counts, 1000, seed=1)
    unseen = 17
    assert book.buckets([int(words[0]), unseen]) == ()
    assert book.look_up([int(words[0]), unseen])[0].tolist() == [True, False]


def test_overfull_clusters_are_split() -> None:
    """No cluster of several words holds more than its share of the memories."""
    vectors, words = bundles(1, 200)
    counts = np.full(200, 15)
    book = fit(vectors, words, counts, 2000, seed=1)
    held = np.bincount(book.clusters) * 15
    assert held.max() <= 20


def test_fits_are_repeatable() -> None:
    """The same words give the same codebook, in whatever order they come."""
    vectors, words = bundles(10, 10)
    counts = RNG.integers(1, 5, 100)
    books = [fit(vectors, words, counts, 1000, seed=3) for _ in range(2)]
    assert books[0].to_bytes() == books[1].to_bytes()
    assert (np.diff(books[0].words.astype(np.int64)) > 0).all()


def test_nothing_to_fit() -> None:
    """Without words, and with common words alone, there are no clusters."""
    none = fit(
        np.zeros((0, 4), np.float32), np.zeros(0, np.uint32), np.zeros(0, np.int64), 0, seed=0
    )
    assert none.buckets([1, 2]) == ()
    one = fit(np.ones((1, 4), np.float32), np.array([7], np.uint32), np.array([9]), 10, seed=0)
    assert one.clusters.tolist() == [NOWHERE]


@given(st.lists(st.integers(0, 2**32 - 1), unique=True, max_size=20), st.integers(0, 2**32 - 1))
def test_bytes_and_back(words: list[int], generation: int) -> None:
    """A codebook is read back as it was written."""
    clusters = np.arange(-1, len(words) - 1, dtype=np.int32)
    book = Codebook(generation, np.array(sorted(words), np.uint32), clusters)
    back = Codebook.from_bytes(book.to_bytes())
    assert back.generation == generation
    assert back.words.tolist() == book.words.tolist()
    assert back.clusters.tolist() == clusters.tolist()


@given(st.binary(max_size=40), st.integers(0, 60))
def test_damage_is_noticed(noise: bytes, at: int) -> None:
    """Bytes that are no codebook, cut short, or altered, are refused."""
    whole = Codebook(3, np.arange(20, dtype=np.uint32), np.arange(20, dtype=np.int32)).to_bytes()
    for value in (noise, whole[:-1], whole[:at], whole[:at] + b"!?" + whole[at + 2 :]):
        if value != whole:
            with pytest.raises(DataError, match="codebook"):
                Codebook.from_bytes(value)
