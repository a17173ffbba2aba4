"""Training of I's classifier: conversations with all phrasings, scenes, everyday sentences."""

import random
from collections.abc import Iterable, Sequence
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from memnn.classifier import Classifier
from memnn.records import Kind
from memnn.text import tokenise
from memnn.training.conversations import Conversation
from memnn.training.noise import careless, slip
from memnn.training.scenes import Scene
from memnn.training.trainer import Schedule, fit, shuffled
from memnn.vocabulary import Vocabulary

_KINDS = {kind: number for number, kind in enumerate(Kind)}
_TEXTS_A_STEP = 64
RATES = (2e-3,)
WEIGHT_DECAY = 1e-2
_LONGEST = 48  # words read of a text
_SLIPS = 0.05  # share of words
_PHRASING, _EVERYDAY = 0.1, 0.3  # weight of a text that nobody wrote in a conversation
_STAGED, _STAGED_QUESTION = 0.6, 0.3  # and of a scene's
_SMOOTHING = 0.05  # a share of the messages could be called either way

Labelled = tuple[str, Kind, float]  # a text, its kind, its weight


def labelled(
    conversations: Sequence[Conversation], scenes: Iterable[Scene], everyday: Iterable[str]
) -> list[Labelled]:
    """Texts to judge.

    Args:
        conversations: Their messages count in full, other phrasings of questions less.
        scenes: Their messages are statements, many of them without a subject or a verb.
        everyday: Sentences of no conversation; a question is what ends with a question mark.
    """
    texts: list[Labelled] = []
    for conversation in conversations:
        for turn in conversation.turns:
            texts.append((turn.text, turn.kind, 1.0))
            texts += [(phrasing, turn.kind, _PHRASING) for phrasing in turn.phrasings]
    for scene in scenes:
        texts += [(text, Kind.STATEMENT, _STAGED) for text in scene.texts]
        texts += [(query.asked[0], Kind.QUESTION, _STAGED_QUESTION) for query in scene.queries]
    for sentence in everyday:
        kind = Kind.QUESTION if sentence.endswith("?") else Kind.STATEMENT
        texts.append((sentence, kind, _EVERYDAY))
    return texts


def train_classifier(
    classifier: Classifier,
    vectors: Tensor,
    vocabulary: Vocabulary,
    texts: Sequence[Labelled],
    schedule: Schedule,
) -> None:
    """Train a classifier in place; every epoch types the texts anew.

    Args:
        classifier: What to train.
        vectors: Static vectors of the pieces, shape [pieces, d]; not trained here.
        vocabulary: Looks the words up.
        texts: What `labelled` made.
        schedule: How long and how fast; see `RATES`.
    """

    def loss(step: Sequence[Labelled], choice: random.Random) -> Tensor:
        typed = [slip(careless(text, choice), choice, _SLIPS) for text, _, _ in step]
        words = [vocabulary.words(tokenise(text, _LONGEST)) for text in typed]
        gold = torch.tensor([_KINDS[kind] for _, kind, _ in step])
        weight = torch.tensor([w for _, _, w in step])
        losses = functional.cross_entropy(
            classifier(words, vectors), gold, reduction="none", label_smoothing=_SMOOTHING
        )
        return (losses * weight).sum() / weight.sum()

    steps = -(-len(texts) // _TEXTS_A_STEP)
    batches = partial(shuffled, texts, _TEXTS_A_STEP)
    fit(classifier, [list(classifier.parameters())], schedule, steps, batches, loss)
