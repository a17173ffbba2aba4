"""Items as the likeliest way to cut a memory into items and the rest."""

import itertools
from collections.abc import Iterator

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from memnn.cuts import best_cut, partition
from memnn.training.items import items_loss
from memnn.training.targets import Span


def cuts(words: int, longest: int) -> Iterator[list[Span]]:
    """All ways to cut a text into items and the rest."""
    stretches = [
        Span(0, first, last)
        for first in range(words)
        for last in range(first, min(words, first + longest))
    ]
    for size in range(words + 1):
        for some in itertools.combinations(stretches, size):
            if all(a.last < b.first for a, b in itertools.pairwise(some)):
                yield list(some)


def worth(logits: Tensor, cut: list[Span]) -> float:
    """Of one way to cut a text."""
    return sum(float(logits[s.first, 0] + logits[s.last, 1]) for s in cut)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5), st.integers(1, 3), st.integers(0, 9))
def test_all_ways_to_cut_are_counted(words: int, longest: int, seed: int) -> None:
    """The partition is the sum over all of them; what is padded adds none."""
    torch.manual_seed(seed)
    logits = torch.randn(words, 2)
    expected = torch.tensor([worth(logits, cut) for cut in cuts(words, longest)]).logsumexp(0)
    padded = torch.cat([logits, torch.full((2, 2), -1e4)])
    assert float(partition(padded[None], longest)) == pytest.approx(float(expected), abs=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5), st.integers(1, 3), st.integers(0, 9))
def test_the_best_cut_is_the_best_of_all(words: int, longest: int, seed: int) -> None:
    """Of all ways to cut a text it is worth most."""
    torch.manual_seed(seed)
    logits = torch.randn(words, 2)
    value, found = best_cut(logits, longest)
    assert value == pytest.approx(worth(logits, [Span(0, *pair) for pair in found]), abs=1e-4)
    assert value == pytest.approx(max(worth(logits, cut) for cut in cuts(words, longest)), abs=1e-4)


def test_the_loss_is_that_of_all_candidates() -> None:
    """Minus the log-probability of each candidate's items, and of none where it has none."""
    torch.manual_seed(1)
    texts = [torch.randn(4, 2), torch.randn(2, 2)]
    cut = [Span(0, 0, 1), Span(0, 3, 3)]
    every = [torch.tensor([worth(t, c) for c in cuts(len(t), 3)]).logsumexp(0) for t in texts]
    expected = float(every[0] + every[1]) - worth(texts[0], cut)
    assert float(items_loss(texts, [cut, []], 3)) == pytest.approx(expected, abs=1e-4)


def test_items_that_overlap_teach_nothing() -> None:
    """No text can be cut so; nor into items that are too long."""
    text = torch.randn(4, 2)
    assert float(items_loss([text], [[Span(0, 0, 2), Span(0, 2, 3)]], 3)) == 0
    assert float(items_loss([text], [[Span(0, 0, 3)]], 3)) == 0
