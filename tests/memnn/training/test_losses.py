"""What training minimises, against values worked out by hand."""

import math

import pytest
import torch

from memnn.training.losses import likelihood, margin_ranking

SCORES = torch.tensor([[1.0, 2.0, 3.0], [0.5, 0.5, -torch.inf]])


def test_likelihood_by_hand() -> None:
    """Minus the log of the softmax's mass on the right entries."""
    gold = torch.tensor([[True, False, True], [True, False, False]])
    e = math.e
    expected = [-math.log((e + e**3) / (e + e**2 + e**3)), math.log(2)]
    assert likelihood(SCORES, gold).tolist() == pytest.approx(expected)


def test_likelihood_of_certainty() -> None:
    """Where every entry is right, or the right one wins by far, there is nothing to lose."""
    assert likelihood(SCORES[:1], torch.ones(1, 3, dtype=torch.bool)).item() == pytest.approx(0)
    far = torch.tensor([[50.0, 0.0]])
    assert likelihood(far, torch.tensor([[True, False]])).item() == pytest.approx(0)
    assert likelihood(far, torch.tensor([[False, True]])).item() == pytest.approx(50)


@pytest.mark.parametrize(
    ("right", "wrong", "loss"), [(1.0, 0.0, 0.0), (1.0, 0.95, 0.05), (0.0, 2.0, 2.1), (0.1, 0.0, 0)]
)
def test_margin_ranking_by_hand(right: float, wrong: float, loss: float) -> None:
    """max(0, margin - right + wrong), with the best of the right ones."""
    scores = torch.tensor([[right, right - 3, wrong, 99.0]])
    gold = torch.tensor([[True, True, False, False]])
    allowed = torch.tensor([[True, True, True, False]])
    assert margin_ranking(scores, gold, allowed).tolist() == pytest.approx([loss], abs=1e-6)


def test_negatives_are_sampled_from_the_allowed_ones() -> None:
    """Every wrong entry that is allowed is drawn now and then, and no other."""
    torch.manual_seed(0)
    scores = torch.tensor([[0.0, 1.0, 2.0, 3.0]]).expand(200, 4)
    gold = torch.tensor([[True, False, False, False]]).expand(200, 4)
    allowed = torch.tensor([[True, True, True, False]]).expand(200, 4)
    drawn = margin_ranking(scores, gold, allowed, margin=0.0)
    assert set(drawn.tolist()) == {1.0, 2.0}
