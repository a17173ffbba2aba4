"""O's first pass against the same sums written out in plain loops."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from memnn.scorer import Bags, Candidates, Role, Scorer
from memnn.text import tokenise
from memnn.vocabulary import Word
from tests import tiny

TEXTS = ("the spare key", "I moved to Lyon in March", "call my sister after 9:15", "", "Lyon")


@pytest.fixture(name="scorer", scope="module")
def _scorer() -> Scorer:
    """A scorer in which no parameter is zero, so that each has a say."""
    scorer = tiny.model(3).scorer
    torch.manual_seed(5)
    with torch.no_grad():
        for name, parameter in scorer.named_parameters():
            if name.startswith(("neighbours", "hop", "match", "scale", "time_gate")):
                parameter.copy_(torch.randn_like(parameter))
    return scorer


def words(*texts: str) -> list[list[Word]]:
    """The words of texts."""
    return [tiny.vocabulary().words(tokenise(text)) for text in texts]


def candidates(questions: int, memories: int, seed: int = 0) -> Candidates:
    """Memories with random embeddings and matches, a few of them forbidden."""
    made = torch.Generator().manual_seed(seed)
    allowed = torch.rand(questions, memories, generator=made) > 0.3
    allowed[:, 0] = True
    return Candidates(
        torch.randn(memories, tiny.config().embedding, generator=made),
        torch.rand(questions, memories, 3, generator=made),
        allowed,
    )


def dot(one: Tensor, other: Tensor) -> float:
    """A sum of products, one by one."""
    return math.fsum(a * b for a, b in zip(one.tolist(), other.tolist(), strict=True))


@pytest.mark.parametrize("role", list(Role))
def test_embedding_by_hand(scorer: Scorer, role: Role) -> None:
    """U Φ(x): weighted sum of the pieces' vectors through the role's matrix, of length one."""
    texts = words(*TEXTS)
    found = scorer.embed(Bags.of(texts), role)
    matrix = scorer.parameters_of_roles()[role]
    for text, row in zip(texts, found, strict=True):
        summed = torch.zeros(tiny.config().static)
        for piece in [p for word in text for p in word.pieces] or [0]:
            log_weight = scorer.weight[piece]
            if role is Role.QUESTION:
                log_weight = log_weight + scorer.question_weight[piece]
            summed += math.exp(log_weight) * scorer.vectors.weight[piece]
        expected = torch.tensor([dot(line, summed) for line in matrix])
        torch.testing.assert_close(row, expected / expected.norm(), rtol=1e-4, atol=1e-5)


def test_an_embedding_is_the_texts_own(scorer: Scorer) -> None:
    """What else is embedded beside a text changes nothing."""
    together = scorer.embed(Bags.of(words(*TEXTS)), Role.MEMORY)
    for text, row in zip(TEXTS, together, strict=True):
        torch.testing.assert_close(scorer.embed(Bags.of(words(text)), Role.MEMORY)[0], row)


def test_first_hop_by_hand(scorer: Scorer) -> None:
    """Similarity, matches, neighbours that are allowed, and write time as the question asks."""
    held = candidates(3, 7)
    questions = torch.nn.functional.normalize(torch.randn(3, tiny.config().embedding), dim=1)
    found = scorer.first_hop(questions, held)

    for q, question in enumerate(questions):
        allowed: list[bool] = held.allowed[q].tolist()
        similar = [dot(question, memory) for memory in held.vectors]
        gate = scorer.time_gate(question).tolist()
        for i in range(7):
            if not allowed[i]:
                assert found[q, i] == -math.inf
                continue
            before = similar[i - 1] if i and allowed[i - 1] else 0.0
            after = similar[i + 1] if i < 6 and allowed[i + 1] else 0.0
            around = float(scorer.neighbours[0]) * before + float(scorer.neighbours[1]) * after
            age = sum(allowed[i + 1 :])
            expected = float(scorer.scale) * (similar[i] + around)
            expected += dot(held.match[q, i], scorer.match)
            expected += gate[0] * (1 - age / sum(allowed)) + gate[1] * math.exp(-age / 5)
            assert float(found[q, i]) == pytest.approx(expected, abs=1e-4)


def test_next_hop_by_hand(scorer: Scorer) -> None:
    """Similarity to the question and to the supports, old matches and new ones."""
    held = candidates(2, 5, seed=1)
    questions, supports = torch.randn(2, 2, tiny.config().embedding)
    new_match = torch.rand(2, 5, 3)
    found = scorer.next_hop(questions, supports, held, new_match)

    for q in range(2):
        for i in range(5):
            if not held.allowed[q, i]:
                assert found[q, i] == -math.inf
                continue
            expected = float(scorer.hop_scale[0]) * dot(questions[q], held.vectors[i])
            expected += float(scorer.hop_scale[1]) * dot(supports[q], held.vectors[i])
            expected += dot(held.match[q, i], scorer.hop_match)
            expected += dot(new_match[q, i], scorer.hop_new_match)
            assert float(found[q, i]) == pytest.approx(expected, abs=1e-4)


def test_the_time_gate_prefers_the_newest_or_the_oldest(scorer: Scorer) -> None:
    """With nothing else to tell memories apart, the sign of the gate orders them by age."""
    asked = torch.ones(1, tiny.config().embedding)
    held = Candidates(
        torch.zeros(6, tiny.config().embedding),
        torch.zeros(1, 6, 3),
        torch.ones(1, 6, dtype=torch.bool),
    )
    gate = scorer.time_gate.bias.clone()
    scorer.time_gate.weight.zero_()
    for sign, order in ((1.0, [5, 4, 3, 2, 1, 0]), (-1.0, [0, 1, 2, 3, 4, 5])):
        scorer.time_gate.bias.fill_(sign)
        scores = scorer.first_hop(asked, held)[0]
        assert np.argsort(-scores.numpy(), kind="stable").tolist() == order
    scorer.time_gate.bias.copy_(gate)
