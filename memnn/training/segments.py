"""Training of the segmenter on statements whose ends are known (section 3.2)."""

import random
from collections.abc import Iterable, Sequence
from functools import partial

import torch
from torch import Tensor

from memnn.paper.segmenter import Segmenter, segment_loss
from memnn.paper.stories import Words
from memnn.training.trainer import Schedule, fit, shuffled

_BATCH = 64
_RATE = 1e-2


def train_segmenter(statements: Iterable[Words], epochs: int, seed: int) -> Segmenter:
    """A segmenter that knows statements from their beginnings.

    Args:
        statements: What was told; each is a memory, and no proper beginning of it is.
        epochs: How often all are seen.
        seed: Of everything drawn by chance.
    """
    told = sorted(set(statements))
    torch.manual_seed(seed)
    segmenter = Segmenter(word for statement in told for word in statement)
    labelled = {words[:end]: end == len(words) for words in told for end in _ends(words)}
    labelled |= dict.fromkeys(told, True)  # a statement is one, whatever else begins with it
    examples = list(labelled.items())

    def loss(batch: Sequence[tuple[Words, bool]], _: random.Random) -> Tensor:
        whole = torch.tensor([is_whole for _, is_whole in batch])
        return segment_loss(segmenter, whole, segmenter([words for words, _ in batch]))

    schedule = Schedule(epochs, (_RATE,), seed)
    steps = -(-len(examples) // _BATCH)
    batches = partial(shuffled, examples, _BATCH)
    fit(segmenter, [list(segmenter.parameters())], schedule, steps, batches, loss)
    return segmenter


def _ends(words: Words) -> range:
    return range(1, len(words) + 1)
