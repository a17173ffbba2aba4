"""The hops: paths of supports, their ends, and the beam."""

from collections.abc import Sequence
from dataclasses import replace

import torch

from memnn.mechanisms import FULL, ORIGINAL, Mechanisms
from memnn.paper.hops import Chosen
from memnn.paper.search import search
from memnn.paper.write_time import FAIL, NEVER, NULLS, STOP, TIMES, Scores

GREEDY = replace(FULL, beam=1, hops=3)


def found(wanted: dict[Chosen, dict[int, float]], config: Mechanisms, memories: int = 4) -> Chosen:
    """The path that is found where the scores after some supports are these; others never win."""

    def look(_of: Sequence[int], chosen: Sequence[Chosen]) -> Scores:
        each = torch.full((len(chosen), NULLS + memories), -50.0)
        for row, supports in enumerate(chosen):
            for candidate, score in wanted[supports].items():
                each[row, candidate] = score
        if not config.adaptive:
            each[:, :NULLS] = NEVER
        return Scores(each, torch.zeros(len(chosen), TIMES), torch.zeros(len(chosen)).long())

    return search(look, 1, config)[0]


def memory(row: int) -> int:
    """The candidate that a memory is."""
    return NULLS + row


def test_a_fixed_number_of_hops() -> None:
    """Without a null memory there are exactly as many supports as hops."""
    scores = {(): {memory(2): 0.0}, (2,): {memory(1): 0.0}}
    assert found(scores, ORIGINAL) == (2, 1)


def test_the_null_memory_ends_the_hops() -> None:
    """Hops go on until STOP wins (tasks paper, section 5)."""
    scores = {(): {memory(3): 0.0}, (3,): {memory(0): 0.0}, (3, 0): {STOP: 0.0}}
    assert found(scores, GREEDY) == (3, 0)


def test_no_support_at_all() -> None:
    """Where STOP wins at once, nothing supports an answer."""
    assert found({(): {STOP: 0.0}}, GREEDY) == ()


def test_hops_are_capped() -> None:
    """A network that never stops is stopped after its hops; tasks paper: 10."""
    always = {(): {memory(1): 0.0}, (1,): {memory(1): 0.0}, (1, 1): {memory(1): 0.0}}
    assert found({**always, (1, 1, 1): {memory(1): 0.0}}, GREEDY) == (1, 1, 1)
    assert FULL.hops == 10


def test_a_path_that_fails_is_dropped() -> None:
    """After a wrong support FAIL wins, and the second best path is taken."""
    scores = {
        (): {memory(0): 0.0, memory(1): -1.0},
        (0,): {FAIL: 0.0},
        (1,): {STOP: 0.0},
    }
    assert found(scores, replace(GREEDY, beam=2)) == (1,)


def test_a_beam_looks_further_than_the_next_step() -> None:
    """Of two paths the one whose steps are likelier together wins, not that of the first step."""
    scores = {
        (): {memory(0): 0.5, memory(1): 0.0},
        (0,): {memory(2): 0.0, memory(3): 0.0, STOP: 0.0},
        (1,): {STOP: 0.0},
        (0, 2): {STOP: 0.0},
        (0, 3): {STOP: 0.0},
    }
    assert found(scores, replace(GREEDY, beam=3)) == (1,)
    assert found(scores, GREEDY) != (1,)
