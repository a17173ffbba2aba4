"""The learned parts as one value: what training makes, the artifact keeps, and I, G, O, R use."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from memnn.calibration import Calibration
from memnn.classifier import Classifier
from memnn.config import ModelConfig
from memnn.reader import Reader
from memnn.scorer import Bags, Role, Scorer
from memnn.text import tokenise
from memnn.vocabulary import Vocabulary, Word


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A network with its dictionary.

    Attributes:
        config: Its sizes.
        vocabulary: Its dictionary.
        classifier: I's judgement of kinds.
        scorer: O's first pass.
        reader: O's second pass, and R.
        calibration: When R says "I don't know", and how sure an answer is.
        fingerprint: Four bytes that change with the weights; they mark the features it writes.
    """

    config: ModelConfig
    vocabulary: Vocabulary
    classifier: Classifier
    scorer: Scorer
    reader: Reader
    calibration: Calibration
    fingerprint: bytes = b"new!"

    def question(self, text: str) -> list[Word]:
        """A question as words, cut to the length that is read."""
        return self.vocabulary.words(tokenise(text, self.config.question_words))

    def memory(self, text: str) -> Sequence[Word]:
        """A memory as words, cut to the length that is read."""
        return self.vocabulary.read(text, self.config.memory_words)

    @torch.inference_mode()
    def embed(self, texts: Sequence[Sequence[Word]], role: Role) -> Tensor:
        """Embed texts for the first pass, shape [len(texts), n]."""
        return self.scorer.embed(Bags.of(texts), role)
