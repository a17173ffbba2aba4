"""I's judgement: is a text a statement, a question or chitchat?

Two readers vote: word n-grams, hashed into a table of votes (what "who's the" at the start says),
and a small bidirectional GRU over static vectors, for wordings never seen. Letters: B texts,
T words, W distinct words of the batch, d static size, h hidden size a direction.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from memnn.config import ModelConfig
from memnn.reading import pad
from memnn.recurrent import recur
from memnn.scorer import Bags
from memnn.vocabulary import LOOKS, SHAPES, Word

KINDS = 3
_BUCKETS = 1 << 16  # of n-grams
_LONGEST_GRAM = 3
_DROPOUT = 0.3


class Classifier(nn.Module):
    """Scores the kinds of texts, in the order of `memnn.records.Kind`."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        h = config.kind_hidden
        self.votes = nn.EmbeddingBag(_BUCKETS, KINDS, mode="sum")
        self.project = nn.Linear(config.static, h)
        self.gru = nn.GRU(h + SHAPES, h, bidirectional=True)
        self.judge = nn.Linear(4 * h, KINDS)
        self.dropout = nn.Dropout(_DROPOUT)
        nn.init.zeros_(self.votes.weight)

    def forward(self, texts: Sequence[Sequence[Word]], vectors: Tensor) -> Tensor:
        """Logits of the kinds, shape [B, KINDS]; a text without a word is judged as any other.

        Args:
            texts: The words of every text.
            vectors: Static vectors of the pieces, shape [pieces, d].
        """
        numbering = _Words()
        numbers = pad([numbering.numbers(text) for text in texts])  # [B, T]
        bags = numbering.bags()
        shapes = numbering.looks()[:, :SHAPES]
        words = functional.embedding_bag(bags.pieces, vectors, bags.offsets, mode="mean")  # [W, d]
        words = torch.cat([torch.relu(self.project(self.dropout(words))), shapes], 1)
        mask = numbers > 0
        states = self.dropout(recur(self.gru, words[numbers], mask))  # [B, T, 2h]
        shown = mask[..., None]
        mean = (states * shown).sum(1) / shown.sum(1).clamp(min=1)
        peak = states.masked_fill(~shown, -1.0).amax(1)  # a GRU's states are above -1
        grams = [_grams(text) for text in texts]
        voted = _vote(self.votes, grams)
        judged: Tensor = voted + self.judge(torch.cat([mean, peak], 1))
        return judged


def _vote(votes: nn.EmbeddingBag, grams: Sequence[Sequence[int]]) -> Tensor:
    starts = torch.tensor([0, *(len(g) for g in grams[:-1])]).cumsum(0)
    flat = torch.tensor(list(chain.from_iterable(grams)), dtype=torch.long)
    sizes = torch.tensor([[max(1, len(g))] for g in grams])
    voted: Tensor = votes(flat, starts) / sizes.sqrt()
    return voted


def _grams(text: Sequence[Word]) -> list[int]:
    """Buckets of the word n-grams of a text, its borders included."""
    forms = [1, *(word.form for word in text), 2]
    return [
        zlib.crc32(repr(forms[at : at + size]).encode()) % _BUCKETS
        for size in range(1, _LONGEST_GRAM + 1)
        for at in range(len(forms) - size + 1)
    ]


@dataclass(slots=True)
class _Words:
    """Numbers the distinct words of a batch from 1; number 0 is padding."""

    number: dict[Word, int] = field(default_factory=dict)

    def numbers(self, words: Sequence[Word]) -> list[int]:
        """The numbers of a text's words; new words get the next ones."""
        return [self.number.setdefault(word, len(self.number) + 1) for word in words]

    def bags(self) -> Bags:
        """The pieces of every word, padding first."""
        return Bags.of([(), *((word,) for word in self.number)])

    def looks(self) -> Tensor:
        """The looks of every word, padding first, shape [W, LOOKS]."""
        padding = np.zeros(LOOKS, dtype=np.float32)
        return torch.from_numpy(np.stack([padding, *(word.looks for word in self.number)]))
