"""Training of the reader: O's hops and R's answers, learnt together on the same pages."""

import random

import torch
from torch import Tensor

from memnn.encoder import fastest_precision
from memnn.reader import Reader
from memnn.reading import Batch
from memnn.training.curriculum import Curriculum, Material
from memnn.training.drawing import Exercise
from memnn.training.reader_losses import answer_loss, choices, form_loss, hop_loss
from memnn.training.trainer import Schedule, fit
from memnn.vocabulary import Vocabulary

RATES = (8e-5, 6e-4)  # of an encoder's layers that were pre-trained, of the rest
FRESH_RATES = (2e-3, 2e-3)  # where none was
WEIGHT_DECAY = 0.01


def train_reader(
    reader: Reader,
    vocabulary: Vocabulary,
    material: Material,
    schedule: Schedule,
    *,
    pretrained: bool,
) -> None:
    """Train a reader in place.

    Args:
        reader: What to train.
        vocabulary: Looks up the words of what was typed.
        material: What to train on.
        schedule: How long and how fast; see `RATES` and `FRESH_RATES`.
        pretrained: Whether the encoder was; then its embeddings of pieces and places stay as they
            are.
    """
    reader.encoder.precision = fastest_precision()
    curriculum = Curriculum.of(material, vocabulary, reader.config)

    def loss(step: list[Exercise], choice: random.Random) -> Tensor:
        reading = reader.read(Batch.of([exercise.page for exercise in step], vocabulary))
        return (
            hop_loss(reader, reading, choices(step, choice))
            + form_loss(reader, reading, step, choice)
            + answer_loss(reader, reading, step)
        )

    groups = _groups(reader, pretrained=pretrained)
    fit(reader, groups, schedule, curriculum.steps, curriculum.batches, loss)
    reader.encoder.precision = torch.float32


def _groups(
    reader: Reader, *, pretrained: bool
) -> tuple[list[torch.nn.Parameter], list[torch.nn.Parameter]]:
    """Parameters of what may be pre-trained, and the rest."""
    encoder = reader.encoder
    for learnt in (encoder.pieces, encoder.places):
        learnt.requires_grad_(requires_grad=not pretrained)
    known = [*encoder.layers.parameters(), *encoder.norm.parameters()]
    known += encoder.segments.parameters()
    numbers = {id(parameter) for parameter in known}
    rest = [p for p in reader.parameters() if p.requires_grad and id(p) not in numbers]
    return known, rest
