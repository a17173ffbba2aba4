"""Rows by word, against plain sets: packed, late, dropped and moved entries all agree."""

import random
from collections import defaultdict

import numpy as np
import pytest

from memnn.postings import Postings

WORDS = 40


class Plain:
    """What postings should say, the slow way."""

    def __init__(self) -> None:
        self.words: list[set[int]] = []

    def rows(self, word: int) -> list[int]:
        """Rows that hold a word."""
        return [row for row, words in enumerate(self.words) if word in words]


@pytest.mark.parametrize("seed", range(4))
def test_every_view_agrees(seed: int) -> None:
    """Whatever is filed, dropped, filed anew, squeezed in and squeezed out, in any order."""
    choice = random.Random(seed)  # noqa: S311 -- no secret
    postings, plain = Postings(), Plain()
    for step in range(3000):
        words = choice.sample(range(WORDS), choice.randrange(6))
        if step % 5 or not plain.words:
            postings.extend([words], len(plain.words))
            plain.words.append(set(words))
        elif step % 35 == 0:  # a memory out of order
            row = choice.randrange(len(plain.words))
            postings.shift(row)
            postings.extend([words], row)
            plain.words.insert(row, set(words))
        else:
            row = choice.randrange(len(plain.words))
            postings.drop(row)
            postings.extend([again := words if step % 2 else []], row)
            plain.words[row] = set(again)
        if step % 997 == 0:
            kept = np.array([bool(words) for words in plain.words])
            postings.keep(kept)
            plain.words = [words for words in plain.words if words]
    for word in range(WORDS + 1):
        assert postings.rows(word).tolist() == plain.rows(word)
        assert postings.count(word) >= len(plain.rows(word))


def test_entries_take_a_few_bytes() -> None:
    """Packed, an entry takes four bytes and little more."""
    postings = Postings()
    expected = defaultdict(list)
    for row in range(20_000):
        words = [row % 100, 100 + row % 7]
        postings.extend([words], row)
        for word in words:
            expected[word].append(row)
    assert postings.nbytes < 4.5 * len(postings)
    assert postings.rows(3).tolist() == expected[3]
