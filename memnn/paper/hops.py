"""What O sees at a hop, as tensors: [x, m_o1, …] beside the memories.

Letters: B stories, R rows (a question after some supports), N memories, L words of a memory,
Q words of a question with its supports.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from memnn.paper.dictionary import PAD
from memnn.paper.stories import Encoded
from memnn.reading import pad

SEGMENTS = 4  # the question, the latest support, the one before, older ones
SHOWN = 3  # supports whose place is compared with a memory's: the latest, the one before, the first
MOST_HOPS = 12
Chosen = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Hops:
    """Rows of a batch.

    Attributes:
        stories: Words of the memories, shape [B, N, L]; 0 is padding.
        story_of: The story of each row, shape [R].
        text: Words of the question and its supports, with a gap between two texts, shape [R, Q].
        segments: Which text a word is of, shape [R, Q]; see `SEGMENTS`.
        supports: Rows of the supports that are `SHOWN`, shape [R, SHOWN]; -1 where there is none.
        counts: How many supports were chosen, shape [R].
        hashed: Which memories share a bucket with the question, shape [R, N]; None for all.
    """

    stories: Tensor
    story_of: Tensor
    text: Tensor
    segments: Tensor
    supports: Tensor
    counts: Tensor
    hashed: Tensor | None = None

    @classmethod
    def of(
        cls, questions: Sequence[Encoded], of: Sequence[int], chosen: Sequence[Chosen]
    ) -> "Hops":
        """Lay out rows.

        Args:
            questions: The questions, each with a story of at least one memory.
            of: The question of each row.
            chosen: The supports chosen before it.
        """
        rows = [_text(questions[i], held) for i, held in zip(of, chosen, strict=True)]
        return cls(
            stories=pad_stories([question.story for question in questions]),
            story_of=torch.tensor(of),
            text=pad([words for words, _ in rows]),
            segments=pad([segments for _, segments in rows]),
            supports=torch.tensor([_shown(held) for held in chosen]),
            counts=torch.tensor([min(len(held), MOST_HOPS) for held in chosen]),
        )

    @property
    def memories(self) -> Tensor:
        """Words of the memories of each row, shape [R, N, L]."""
        return self.stories[self.story_of]

    @property
    def held(self) -> Tensor:
        """Which memories may be chosen, shape [R, N]."""
        there = self.memories[:, :, 0] != PAD
        return there if self.hashed is None else there & self.hashed


def pad_stories(stories: Sequence[Sequence[Sequence[int]]]) -> Tensor:
    """Stories as one tensor, shape [B, N, L]."""
    count = max(len(story) for story in stories)
    width = max(1, *(len(text) for story in stories for text in story))
    padded = np.full((len(stories), count, width), PAD)
    for page, story in zip(padded, stories, strict=True):
        for line, text in zip(page, story, strict=False):
            line[: len(text)] = text
    return torch.from_numpy(padded)


def _text(question: Encoded, chosen: Chosen) -> tuple[list[int], list[int]]:
    """Words and segments of the question, the first support and the two latest ones."""
    words, segments = list(question.text), [0] * len(question.text)
    count = len(chosen)
    told = range(count) if count <= SHOWN else (0, count - 2, count - 1)
    for at in told:
        memory = question.story[chosen[at]]
        words += [PAD, *memory]
        segments += [min(count - at, SEGMENTS - 1)] * (len(memory) + 1)
    return words, segments


def _shown(chosen: Chosen) -> tuple[int, int, int]:
    latest = chosen[-1] if chosen else -1
    before = chosen[-2] if len(chosen) > 1 else -1
    return latest, before, chosen[0] if chosen else -1
