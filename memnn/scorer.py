"""The embedding scores of O's first pass: s(x, y) = Φx(x)ᵀ Uxᵀ Uy Φy(y) (paper, section 3.1).

The paper gives every word three vectors, one a role: in a memory, in the question, in a support
that was already chosen. Here a word's three vectors are one static vector, seen through a matrix a
role, which the little data there is can learn. To the embedding score come exact matches by rarity
(section 3.6), write time relative to the other candidates and gated by the question (section 3.4),
and the neighbouring memory, for pronouns. All of it is linear in Φy, so it hashes and scales.

Letters: B texts, Q questions, N memories, d static size, n embedding size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import torch
from torch import Tensor, nn
from torch.nn import functional

from memnn.config import ModelConfig
from memnn.vocabulary import Word

AGE_SCALE = 5.0  # memories; recency falls to 1/e over this many
_GATES = 2


class Role(IntEnum):
    """What a text is to the score: one matrix each, as the paper's three vectors a word."""

    QUESTION = 0
    MEMORY = 1
    SUPPORT = 2


@dataclass(frozen=True, slots=True)
class Bags:
    """Bags of pieces of B texts, end to end: Φ(x) as sparse rows.

    Attributes:
        pieces: Piece ids of all texts, shape [P].
        offsets: Where each text begins, shape [B].
    """

    pieces: Tensor
    offsets: Tensor

    @classmethod
    def of(cls, texts: Sequence[Sequence[Word]], filler: int = 0) -> "Bags":
        """Gather the pieces of texts; an empty text gets the ``filler`` piece."""
        rows = [[p for word in text for p in word.pieces] or [filler] for text in texts]
        starts = torch.tensor([0, *(len(row) for row in rows[:-1])]).cumsum(0)
        return cls(torch.tensor([piece for row in rows for piece in row]), starts)


@dataclass(frozen=True, slots=True)
class Candidates:
    """N memories as the first pass sees them for Q questions.

    Attributes:
        vectors: Embedded memories, shape [N, n].
        match: Exact-match features of every question with every memory, shape [Q, N, MATCHES].
        allowed: Which memories a question may choose, shape [Q, N].
        among: Where these are some of more memories, their place there; else None.
    """

    vectors: Tensor
    match: Tensor
    allowed: Tensor
    among: "Among | None" = None


@dataclass(frozen=True, slots=True)
class Among:
    """The place of some memories among all of a scope.

    Attributes:
        shown: Which of them hold something, so that their neighbours may refer to it, [N].
        age: How many memories were told since, shape [N].
        total: Memories of the scope.
    """

    shown: Tensor
    age: Tensor
    total: int


class Scorer(nn.Module):
    """The learned part of O's first pass."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.vectors = nn.Embedding(config.pieces, config.static)
        self.weight = nn.Parameter(torch.zeros(config.pieces))  # of a piece in any text, log
        self.question_weight = nn.Parameter(torch.zeros(config.pieces))  # and further in a question
        self.roles = nn.ModuleList(
            nn.Linear(config.static, config.embedding, bias=False) for _ in Role
        )
        self.scale = nn.Parameter(torch.tensor(12.0))
        self.match = nn.Parameter(torch.tensor([7.5, 2.5, 1.25]))
        self.neighbours = nn.Parameter(torch.tensor([0.1, 0.0]))  # of the memory before, after
        self.time_gate = nn.Linear(config.embedding, _GATES)
        self.hop_scale = nn.Parameter(torch.tensor([6.0, 6.0]))  # similarity to question, supports
        self.hop_match = nn.Parameter(torch.tensor([1.5, 0.5, 0.25]))
        self.hop_new_match = nn.Parameter(torch.tensor([6.0, 2.0, 0.0]))
        nn.init.zeros_(self.time_gate.weight)
        nn.init.zeros_(self.time_gate.bias)

    def parameters_of_roles(self) -> list[nn.Parameter]:
        """The matrix of every role, in their order, shape [n, d] each."""
        return [p for name, p in self.named_parameters() if name.startswith("roles")]

    def embed(self, bags: Bags, role: Role) -> Tensor:
        """U Φ(x), normalised to length one, shape [B, n]."""
        return functional.normalize(self.project(bags, role), dim=1)

    def project(self, bags: Bags, role: Role) -> Tensor:
        """U Φ(x), shape [B, n]: a sum over the pieces of a text."""
        log_weight = self.weight[bags.pieces]  # [P]
        if role is Role.QUESTION:
            log_weight = log_weight + self.question_weight[bags.pieces]
        summed = functional.embedding_bag(
            bags.pieces,
            self.vectors.weight,
            bags.offsets,
            mode="sum",
            per_sample_weights=log_weight.exp(),
        )  # [B, d]
        projected: Tensor = self.roles[role](summed)
        return projected

    def first_hop(self, questions: Tensor, memories: Candidates) -> Tensor:
        """s_O(x, m_i) of every question and memory, shape [Q, N]; forbidden ones are -inf.

        Args:
            questions: Embedded questions, shape [Q, n].
            memories: What to score.
        """
        similar = questions @ memories.vectors.T  # [Q, N]
        score = self.scale * similar + memories.match @ self.match
        among = memories.among
        shown = memories.allowed if among is None else among.shown
        score = score + self.scale * self._neighbours(similar, shown)
        score = score + self._write_time(questions, memories)
        return score.masked_fill(~memories.allowed, -torch.inf)

    def next_hop(
        self, questions: Tensor, supports: Tensor, memories: Candidates, new_match: Tensor
    ) -> Tensor:
        """s_O([x, m_o1, …], m_i): which memory carries on from the supports, shape [Q, N].

        Args:
            questions: Embedded questions, shape [Q, n].
            supports: Embedded supports chosen so far, in the support's role, shape [Q, n].
            memories: What to score; supports chosen already must not be allowed.
            new_match: Matches with the words that the supports brought in, [Q, N, MATCHES].
        """
        score = self.hop_scale[0] * (questions @ memories.vectors.T)  # [Q, N]
        score = score + self.hop_scale[1] * (supports @ memories.vectors.T)
        score = score + memories.match @ self.hop_match + new_match @ self.hop_new_match
        return score.masked_fill(~memories.allowed, -torch.inf)

    def _neighbours(self, similar: Tensor, shown: Tensor) -> Tensor:
        """What the memories right before and after add: a pronoun's referent is often there."""
        referred = similar.masked_fill(~shown, 0.0)
        before = functional.pad(referred, (1, 0))[:, :-1]
        after = functional.pad(referred, (0, 1))[:, 1:]
        return self.neighbours[0] * before + self.neighbours[1] * after

    def _write_time(self, questions: Tensor, memories: Candidates) -> Tensor:
        """Recency among the memories, as far as the question asks for it."""
        if memories.among is None:
            count = memories.allowed.sum(1, keepdim=True)  # [Q, 1]
            age = count - memories.allowed.cumsum(1)  # [Q, N]: 0 for the newest
        else:
            count = torch.tensor([[memories.among.total]])
            age = memories.among.age[None]
        recency = torch.stack([1 - age / count.clamp(min=1), torch.exp(-age / AGE_SCALE)], -1)
        gate: Tensor = self.time_gate(questions)[:, None]
        return (recency * gate).sum(-1)
