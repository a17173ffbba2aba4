"""I, the input feature map: from a message to its sentences and their kinds (paper, section 2).

The whole message is judged, and each of its sentences. The whole decides, except that a fact is
never thrown away for the company it keeps: a clear statement amid chitchat makes the message one.
Pure; takes any text at all.
"""

from collections.abc import Sequence

import torch

from memnn.model import Model
from memnn.records import Kind, Message, Perception, Sentence
from memnn.text import sentences, tokenise

_KINDS = tuple(Kind)
_CLEAR = 0.8  # a sentence this surely of another kind than the whole message keeps its own
_MOST_SENTENCES = 200  # judged in one message; the rest take the kind of the whole


def perceive(model: Model, message: Message) -> Perception:
    """Judge a message and its sentences."""
    parts = sentences(message.text)
    if not any(c.isalnum() for c in message.text):
        return Perception(message, Kind.CHITCHAT, 1.0, ())
    if len(parts) == 1:
        (whole,) = judge(model, parts)
        return _perception(message, whole, [whole])
    whole, *judged = judge(model, [message.text, *parts[:_MOST_SENTENCES]])
    judged += [Sentence(part, whole.kind, whole.probabilities) for part in parts[_MOST_SENTENCES:]]
    told = [s for s in judged if s.probabilities[0] > _CLEAR]
    if whole.kind is Kind.CHITCHAT and told:
        whole = max(told, key=lambda s: s.probabilities[0])
    return _perception(message, whole, [_in_company(s, whole.kind) for s in judged])


@torch.inference_mode()
def judge(model: Model, texts: Sequence[str]) -> list[Sentence]:
    """Judge texts by themselves."""
    limit = model.config.memory_words
    words = [model.vocabulary.words(tokenise(text, limit)) for text in texts]
    logits = model.classifier(words, model.scorer.vectors.weight)
    judged = []
    for text, row in zip(texts, logits.softmax(-1).tolist(), strict=True):
        kind = _KINDS[max(range(len(_KINDS)), key=row.__getitem__)]
        judged.append(Sentence(text.strip(), kind, (row[0], row[1], row[2])))
    return judged


def _perception(message: Message, whole: Sentence, parts: Sequence[Sentence]) -> Perception:
    kind = whole.kind
    if kind is not Kind.CHITCHAT and not any(s.kind is kind for s in parts):
        parts = [Sentence(message.text.strip(), kind, whole.probabilities)]
    return Perception(message, kind, max(whole.probabilities), tuple(parts))


def _in_company(sentence: Sentence, whole: Kind) -> Sentence:
    """A sentence's kind in its message: its own where that is clear, else the whole's."""
    clear = max(sentence.probabilities) > _CLEAR
    rhetorical = whole is Kind.STATEMENT and sentence.kind is Kind.QUESTION
    kind = sentence.kind if clear and not rhetorical else whole
    return Sentence(sentence.text, kind, sentence.probabilities)
