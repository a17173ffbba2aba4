"""The baselines of the paper: recurrent networks that read story and question as one text."""

import random
from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from memnn.paper.dictionary import Dictionary
from memnn.paper.stories import Question
from memnn.reading import pad
from memnn.training.trainer import Schedule, Tick, fit, shuffled

_SIZE = 64
_BATCH = 64
_RATE = 3e-3
_CLIP = 1.0


class StoryReader(nn.Module):
    """Reads all words in order and says one word at the end.

    Args:
        dictionary: The words it knows.
        lstm: Whether it is an LSTM; else it is a plain recurrent network.
    """

    def __init__(self, dictionary: Dictionary, *, lstm: bool) -> None:
        super().__init__()
        self.dictionary = dictionary
        self.words = nn.Embedding(len(dictionary), _SIZE)
        self.reader = (nn.LSTM if lstm else nn.RNN)(_SIZE, _SIZE, batch_first=True)
        self.word = nn.Linear(_SIZE, len(dictionary))

    def forward(self, questions: Sequence[Question]) -> Tensor:
        """Logits of the answer, shape [questions, words]."""
        encoded = [self.dictionary.encode(question) for question in questions]
        texts = [[w for m in (*q.story, q.text) for w in m] for q in encoded]
        # read from the left of a padding, so that the question comes last
        read = pad([text[::-1] for text in texts]).flip(1)
        states, _ = self.reader(self.words(read))
        logits: Tensor = self.word(states[:, -1])
        return logits

    @torch.inference_mode()
    def accuracy(self, questions: Sequence[Question]) -> float:
        """Share of the answers that are right, in percent."""
        said = self(questions).argmax(1).tolist()
        right = sum(
            self.dictionary.decode([word], {}) == question.answer
            for word, question in zip(said, questions, strict=True)
        )
        return round(100 * right / len(questions), 1)


def train_reader(
    questions: Sequence[Question], *, lstm: bool, epochs: int, seed: int, tick: Tick
) -> StoryReader:
    """A reader trained on some questions, without their supports."""
    torch.manual_seed(seed)
    reader = StoryReader(Dictionary.of(questions), lstm=lstm)

    def loss(batch: Sequence[Question], _: random.Random) -> Tensor:
        answers = [reader.dictionary.encode(question).answer[0] for question in batch]
        return functional.cross_entropy(reader(batch), torch.tensor(answers))

    schedule = Schedule(epochs, (_RATE,), seed, tick=tick, clip=_CLIP)
    steps = -(-len(questions) // _BATCH)
    batches = partial(shuffled, questions, _BATCH)
    fit(reader, [list(reader.parameters())], schedule, steps, batches, loss)
    return reader
