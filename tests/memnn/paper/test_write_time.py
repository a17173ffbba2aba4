"""Write time: triples, the tournament, and what a candidate's chances are."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from memnn.paper.write_time import NEVER, NULLS, STOP, TIMES, Scores

NUMBERS = st.integers(0, 2**31)


def drawn(seed: int, rows: int = 3, memories: int = 6) -> Scores:
    """Scores of some rows, with a null memory that may win, drawn by chance."""
    chance = torch.Generator().manual_seed(seed)
    each = torch.randn(rows, NULLS + memories, generator=chance)
    time = torch.randn(rows, TIMES, generator=chance)
    return Scores(each, time, torch.randint(0, memories + 1, (rows,), generator=chance))


def triple(scores: Scores, row: int, y: int, other: int) -> float:
    """s_Ot(x, y, y') of one row, as the paper writes it."""
    worth = float(scores.each[row, y] - scores.each[row, other])
    if y >= NULLS and other >= NULLS:
        x, (place, rival) = int(scores.age[row]), (y - NULLS, other - NULLS)
        features = (x < place, x < rival, place < rival, rival < place)
        worth += sum(float(w) for w, on in zip(scores.time[row], features, strict=True) if on)
    return worth


def loop(scores: Scores, row: int) -> int:
    """The tournament, as the paper writes it."""
    winner = 0
    for candidate in range(1, scores.each.shape[1]):
        if triple(scores, row, candidate, winner) > 0:
            winner = candidate
    return winner


@given(NUMBERS)
def test_the_tournament_is_the_loop_of_the_paper(seed: int) -> None:
    """All rows at once give the winners that one candidate after another gives."""
    scores = drawn(seed)
    assert scores.winners().tolist() == [loop(scores, row) for row in range(3)]


@given(NUMBERS)
def test_triples_are_those_of_the_paper(seed: int) -> None:
    """s(x, y) - s(x, y') and the features of time, for every pair."""
    scores = drawn(seed, rows=2, memories=3)
    expected = [
        [[triple(scores, row, y, other) for other in range(5)] for y in range(5)]
        for row in range(2)
    ]
    assert torch.allclose(scores.triples(), torch.tensor(expected), atol=1e-5)


@given(NUMBERS)
def test_one_against_all_is_a_line_of_the_triples(seed: int) -> None:
    """Training looks at some candidates only; they are scored as all are."""
    scores = drawn(seed)
    one = torch.tensor([2, 4, 0])
    line = scores.triples()[torch.arange(3), one]
    assert torch.allclose(scores.against_all(one), line)


@given(NUMBERS)
def test_without_time_the_winner_is_the_highest(seed: int) -> None:
    """With time switched off a tournament is an argmax, and chances are a softmax."""
    scores = drawn(seed)
    timeless = Scores(scores.each, torch.zeros_like(scores.time), scores.age)
    assert torch.equal(timeless.winners(), scores.each.argmax(1))
    assert torch.allclose(timeless.log_likelihood(), scores.each.log_softmax(1), atol=1e-5)


@pytest.mark.parametrize(("newer", "winner"), [(1.0, 3), (-1.0, 0), (0.0, 0)])
def test_of_equals_time_decides(newer: float, winner: int) -> None:
    """Of memories that score the same the newest wins, or the oldest, as the question has it."""
    each = torch.tensor([[NEVER, NEVER, 1.0, 1.0, 1.0, 1.0]])
    time = torch.tensor([[0.0, 0.0, -newer, newer]])
    scores = Scores(each, time, torch.tensor([4]))
    assert int(scores.winners()) - NULLS == winner
    assert int(scores.log_likelihood().argmax()) - NULLS == winner


def test_only_memories_before_the_support_where_the_question_asks_for_it() -> None:
    """Whether x is older than y can forbid what came after the last support."""
    each = torch.tensor([[NEVER, NEVER, 1.0, 1.0, 1.0, 1.0]])
    time = torch.tensor([[-9.0, 9.0, -1.0, 1.0]])  # nothing newer than x; else the newest
    scores = Scores(each, time, torch.tensor([2]))
    assert int(scores.winners()) - NULLS == 2


def test_null_memories_have_no_age() -> None:
    """STOP wins by its score alone, whatever time says."""
    each = torch.tensor([[2.0, 0.0, 1.0, 1.5]])
    time: Tensor = torch.full((1, TIMES), 100.0)
    assert int(Scores(each, time, torch.tensor([0])).winners()) == STOP
