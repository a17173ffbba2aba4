"""What O and R are taught, and what a mistake costs, against sums written out."""

import math
import random
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from memnn.mechanisms import FULL, ORIGINAL, Answering
from memnn.paper.dictionary import PAD, Dictionary
from memnn.paper.stories import Question
from memnn.paper.write_time import NEVER, NULLS, TIMES, Scores
from memnn.training.lessons import hop_rows, output_loss, response_loss, supports_of

STORY = (("mary", "took", "milk"), ("john", "left"), ("mary", "went", "home"))
ASKED = Question(STORY, ("where", "is", "milk"), ("home",), (0, 2))
QUESTION = Dictionary.of([ASKED]).encode(ASKED)
CHANCE = random.Random(1)  # noqa: S311 -- no secret


def scores(*memories: float, stop: float = NEVER) -> Scores:
    """Of one row, with the newest a little ahead."""
    time = torch.tensor([[0.0, 0.0, -0.2, 0.2]])
    assert time.shape[1] == TIMES
    return Scores(torch.tensor([[stop, NEVER, *memories]]), time, torch.tensor([9]))


def right(row: int) -> Tensor:
    """The candidate that a memory is."""
    return torch.tensor([NULLS + row])


def test_the_margin_of_a_triple() -> None:
    """Both terms of section 3.4: the right one wins by the margin, the wrong one loses by it."""
    close = scores(1.0, 1.25)  # 0 against 1: -0.25 and 0.2 for time
    won, lost = -0.25 - 0.2, 0.25 + 0.2
    expected = (0.1 - won) + (0.1 + lost)
    assert float(output_loss(close, right(0), ORIGINAL)) == pytest.approx(expected)
    assert float(output_loss(close, right(1), ORIGINAL)) == 0.0


def test_negatives_are_others_that_may_be_chosen() -> None:
    """Neither the right one nor padding is drawn as a wrong one."""
    torch.manual_seed(1)
    padded = scores(5.0, 1.0, NEVER)
    many = replace(ORIGINAL, negatives=50)
    assert float(output_loss(padded, right(0), many)) == 0.0
    assert float(output_loss(padded, right(1), many)) == pytest.approx(2 * (0.1 + 4.0 - 0.2))


def test_the_likelihood_of_a_candidate() -> None:
    """-log p, where p is the softmax that write time biases."""
    found = float(output_loss(scores(1.0, 2.0, stop=0.5), right(0), FULL))
    terms = [0.0, (2.0 - 1.0) + 0.2, 0.5 - 1.0]
    assert found == pytest.approx(math.log(sum(map(math.exp, terms))), abs=1e-5)


def test_the_margin_of_a_word() -> None:
    """max(0, margin - s_R(x, r) + s_R(x, w)) with a sampled wrong word w (section 3.1)."""
    words = torch.tensor([[[NEVER, 1.0, 0.95, NEVER]]])
    assert float(response_loss(words, torch.tensor([[1]]), ORIGINAL)) == pytest.approx(0.05)
    assert float(response_loss(words, torch.tensor([[2]]), ORIGINAL)) == pytest.approx(0.15)


def test_the_likelihood_of_an_answer() -> None:
    """Of a recurrent R: the sum over its words, padding left out."""
    config = replace(ORIGINAL, answering=Answering.RECURRENT)
    words = torch.tensor([[[0.0, 0.5, 0.5], [0.0, 0.25, 0.75]], [[0.0, 1.0, 0.0], [0.0, 0.9, 0.1]]])
    answers = torch.tensor([[1, 2], [1, PAD]])
    expected = -(math.log(0.5) + math.log(0.75) + math.log(1.0)) / 2
    assert float(response_loss(words, answers, config)) == pytest.approx(expected, abs=1e-5)


def test_rows_of_a_fixed_number_of_hops() -> None:
    """A row a hop; where there are fewer supports the last is chosen again."""
    assert list(hop_rows(QUESTION, ORIGINAL, set(), CHANCE)) == [((), 2), ((0,), 4)]
    one = replace(QUESTION, supports=(1,))
    assert supports_of(one, ORIGINAL) == (1, 1)
    assert supports_of(replace(QUESTION, supports=(0, 1, 2)), ORIGINAL) == (0, 1)
    assert supports_of(one, FULL) == (1,)


def test_rows_with_null_memories() -> None:
    """After all supports STOP is right, after a wrong one FAIL."""
    rows = list(hop_rows(QUESTION, FULL, set(), CHANCE))
    assert rows[:3] == [((), 2), ((0,), 4), ((0, 2), 0)]
    (stray, fail) = rows[3]
    assert fail == 1
    assert stray in {(1,), (2,)}
    alone = replace(QUESTION, supports=(1,))
    assert list(hop_rows(alone, FULL, set(), CHANCE)) == [((), 3), ((1,), 0)]
