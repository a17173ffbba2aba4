"""Natural statements, up to millions, and questions whose supports are known.

Statements are sentences of the project's own conversations and of Tatoeba, told one at a time;
when all have been told, two in one message, which G keeps in one slot as well; the same two never
come again. An embedding is a sum over pieces, so a pair's is the sum of its sentences': each
sentence is read once, however many statements it is in. Questions are those of QAMR and of the
conversations; their supports are told once, alone.
Letters: B sentences, n embedding size.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.dev_memories import DATA
from memnn.features import pack_all
from memnn.generalization import Generalization
from memnn.model import Model
from memnn.records import Kind, Memory
from memnn.scorer import Bags, Role
from memnn.training.conversations import read_conversations
from memnn.training.corpora import crowd_questions, everyday_sentences

_SEED = 3
_QUESTIONS = 250  # of each source
_LONGEST = 18  # words of a sentence, so that two fit into a slot
_CHUNK = 8_192  # statements that are made at once
_TIME = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the sentence that answers it."""

    text: str
    support: str


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Sentences and questions.

    Attributes:
        questions: In an order drawn by chance.
        sentences: What supports them, then all others; without repeats.
        golds: How many of the sentences support a question; each is told once, alone.
    """

    questions: tuple[Question, ...]
    sentences: tuple[str, ...]
    golds: int

    def told(self, count: int) -> Iterator[tuple[int, int]]:
        """Places of the sentences of each of so many statements; -1 for no second one.

        The supports stand evenly among the others.

        Raises:
            ValueError: There are not so many sentences and pairs of them.
        """
        most = len(self.sentences) + self._alone * ((self._alone - 1) // 2)
        if count > most:
            raise ValueError(
                f"{len(self.sentences)} sentences make at most {most:,} statements, not {count:,}"
            )
        step = max(count // self.golds, 1)
        others = self._others()
        for at in range(count):
            gold, rest = divmod(at, step)
            yield (gold, -1) if rest == 0 and gold < self.golds else next(others)

    def within(self, count: int) -> "Corpus":
        """The same without the sentences that so many statements do not tell."""
        return replace(self, sentences=self.sentences[: self.golds + count])

    @property
    def _alone(self) -> int:
        """How many sentences support nothing."""
        return len(self.sentences) - self.golds

    def _others(self) -> Iterator[tuple[int, int]]:
        yield from ((at, -1) for at in range(self.golds, len(self.sentences)))
        # The sentences stand in a ring. Each round pairs every one with the one so far on, and a
        # distance below half of the ring is taken once: no pair comes twice, either way round.
        chance = np.random.default_rng(_SEED)
        for apart in 1 + chance.permutation((self._alone - 1) // 2):
            ones = chance.permutation(self._alone)
            others = (ones + apart) % self._alone
            pairs = self.golds + np.stack([ones, others], axis=1)
            yield from map(tuple, pairs.tolist())


def corpus(data: Path) -> Corpus:
    """Gather sentences and questions.

    Args:
        data: Folder that holds ``tatoeba/`` and ``qamr/``.

    Raises:
        DataError: They are not there.
    """
    choice = random.Random(_SEED)  # noqa: S311 -- no secret
    conversations = read_conversations(DATA / "train")
    said = [t.text for c in conversations for t in c.turns if t.kind is Kind.STATEMENT]
    known = [Question(fact.question, fact.sentence) for fact in crowd_questions(data)]
    own = [
        Question(turn.text, next(t.text for t in c.turns if t.index == turn.support[0]))
        for c in conversations
        for turn in c.questions
        if len(turn.support) == 1
    ]
    questions = [
        question
        for source in (_one_each(known), _one_each(own))
        for question in choice.sample(source, min(_QUESTIONS, len(source)))
    ]
    choice.shuffle(questions)
    golds = dict.fromkeys(question.support for question in questions)
    short = (s for s in (*said, *everyday_sentences(data)) if len(s.split()) <= _LONGEST)
    others = [sentence for sentence in dict.fromkeys(short) if sentence not in golds]
    choice.shuffle(others)
    return Corpus(tuple(questions), (*golds, *others), len(golds))


def _one_each(questions: Sequence[Question]) -> list[Question]:
    return list({question.support: question for question in questions}.values())


class Filed:
    """A corpus as a network files it."""

    def __init__(self, model: Model, gathered: Corpus) -> None:
        filing = Generalization(model)
        self.corpus = gathered
        self.words = [filing.words(sentence) for sentence in gathered.sentences]
        self._fingerprint = filing.fingerprint
        self._projected = np.concatenate(list(_projected(model, gathered.sentences)))  # [B, n]

    def memories(self, count: int) -> Iterator[Memory]:
        """So many statements as memories, made a chunk at a time."""
        told = self.corpus.told(count)
        for first in range(0, count, _CHUNK):
            chunk = [next(told) for _ in range(min(_CHUNK, count - first))]
            pairs = np.array(chunk)
            sums = self._projected[pairs[:, 0]]
            sums = sums + np.where(pairs[:, 1:] < 0, 0, self._projected[pairs[:, 1]])
            vectors = sums / np.linalg.norm(sums, axis=1, keepdims=True).clip(1e-12)
            packed = pack_all(self._fingerprint, vectors)
            for number, (places, features) in enumerate(zip(chunk, packed, strict=True), first + 1):
                yield self._memory(number, places, features)

    def _memory(self, number: int, places: tuple[int, int], features: bytes) -> Memory:
        one, other = places
        text, words = self.corpus.sentences[one], self.words[one]
        if other >= 0:
            text = f"{text} {self.corpus.sentences[other]}"
            words = tuple(dict.fromkeys((*words, *self.words[other])))
        return Memory(number, str(number), text, _TIME, "", features, words)


@torch.inference_mode()
def _projected(model: Model, sentences: Sequence[str]) -> Iterator[NDArray[np.float32]]:
    for first in range(0, len(sentences), _CHUNK):
        texts = [model.memory(sentence) for sentence in sentences[first : first + _CHUNK]]
        yield model.scorer.project(Bags.of(texts), Role.MEMORY).numpy()
