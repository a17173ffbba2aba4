"""What R sees, as tensors: the question and its supports end to end.

Letters: R questions, T words of a question with its supports, K most supports.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from memnn.paper.dictionary import PAD
from memnn.paper.hops import Chosen
from memnn.paper.stories import Encoded
from memnn.reading import pad


@dataclass(frozen=True, slots=True)
class Supports:
    """Questions with their supports.

    Attributes:
        text: Words, shape [R, T]; 0 is padding.
        segments: The question is 0, the supports from 1 on, shape [R, T].
        counts: How many supports there are, shape [R].
    """

    text: Tensor
    segments: Tensor
    counts: Tensor

    @classmethod
    def of(cls, questions: Sequence[Encoded], chosen: Sequence[Chosen], most: int) -> "Supports":
        """Lay questions out, each with at most ``most`` supports."""
        texts, segments = [], []
        for question, rows in zip(questions, chosen, strict=True):
            told = [question.text, *(question.story[row] for row in rows[:most])]
            texts.append([word for text in told for word in text])
            segments.append([number for number, text in enumerate(told) for _ in text])
        counts = torch.tensor([min(len(rows), most) for rows in chosen])
        return cls(pad(texts), pad(segments), counts)

    @property
    def told(self) -> Tensor:
        """Which are words, shape [R, T]."""
        return self.text != PAD

    @property
    def most(self) -> int:
        """K."""
        return int(self.counts.max())
