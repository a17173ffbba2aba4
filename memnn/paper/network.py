"""The papers' network: O chooses supports from a story, R answers from them (sections 3.1 to 3.6).

I and G are the simplest of the paper: a sentence is its words, and goes to the next free slot.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from memnn.mechanisms import Answering, Features, Hashing, Mechanisms
from memnn.paper.dictionary import BEGIN, END, Dictionary
from memnn.paper.embedding_output import EmbeddingOutput
from memnn.paper.full_output import MatchReadOutput
from memnn.paper.full_response import MatchReadResponse
from memnn.paper.hashing import buckets, candidates, frequent
from memnn.paper.hops import Chosen, Hops
from memnn.paper.recurrent_response import RecurrentResponse
from memnn.paper.search import search
from memnn.paper.stories import Encoded, Question, Words
from memnn.paper.supports import Supports
from memnn.paper.word_response import WordResponse
from memnn.paper.write_time import Scores

T = TypeVar("T")
_TOGETHER = 50  # questions looked at in one go


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer.

    Attributes:
        words: Its words; empty for "don't know", where there was no memory to answer from.
        supports: Rows of the story that it rests on, in the order of the hops.
    """

    words: Words
    supports: Chosen


class PaperNetwork(nn.Module):
    """A network with its dictionary.

    Args:
        config: Its mechanisms and sizes.
        dictionary: The words it knows.
    """

    output: EmbeddingOutput | MatchReadOutput
    response: nn.Module

    def __init__(self, config: Mechanisms, dictionary: Dictionary) -> None:
        super().__init__()
        self.config = config
        self.dictionary = dictionary
        words = len(dictionary)
        self.buckets: Tensor
        self.register_buffer("buckets", torch.arange(words))
        self.output = new_output(config, words)
        self.response = new_response(config, words)

    def answer(self, questions: Sequence[Question]) -> list[Answered]:
        """Answer questions, each from its own story; unknown words are read as well as may be."""
        encoded = [self.dictionary.encode(question) for question in questions]
        told = [i for i, question in enumerate(questions) if question.story and question.text]
        answers = [Answered((), ())] * len(questions)
        told.sort(key=lambda i: len(questions[i].story))
        for some in stretches(told):
            batch = [encoded[i] for i in some]
            for i, answered in zip(some, self._answer(batch), strict=True):
                answers[i] = answered
        return answers

    def file(self, stories: Iterable[Sequence[Sequence[int]]]) -> None:
        """Learn the buckets of hashing from O's word vectors, which should be trained.

        Args:
            stories: What is told; their most frequent words file nowhere.
        """
        nowhere = frequent(stories, self.config.filed)
        found = buckets(self.config.hashing, self.word_vectors(), nowhere, self.config.clusters)
        self.buckets.copy_(found)

    @torch.inference_mode()
    def supports(self, questions: Sequence[Encoded]) -> list[Chosen]:
        """O: the supports of some questions, each with a story of at least one memory."""

        def look(of: Sequence[int], chosen: Sequence[Chosen]) -> Scores:
            hops = Hops.of(questions, of, chosen)
            if self.config.hashing is not Hashing.NONE:
                hops = replace(hops, hashed=candidates(self.buckets, hops))
            scores: Scores = self.output(hops)
            return scores

        return search(look, len(questions), self.config)

    @torch.inference_mode()
    def chances(self, question: Question, chosen: Chosen = ()) -> NDArray[np.float32]:
        """How likely each candidate is at each hop, the null memories first, [hops, NULLS + N].

        Args:
            question: With a story of at least one memory.
            chosen: The supports that are chosen hop by hop; where a null memory ends the hops there
                is one hop more than these.
        """
        paths = [chosen[:hop] for hop in range(max(1, len(chosen) + self.config.adaptive))]
        hops = Hops.of([self.dictionary.encode(question)], [0] * len(paths), paths)
        scores: Scores = self.output(hops)
        return scores.log_likelihood().softmax(1).numpy().astype(np.float32, copy=False)

    def word_vectors(self) -> Tensor:
        """O's vector of every word as it stands in a memory, shape [|W|, n]."""
        vectors: Tensor = self.output.word_vectors()
        return vectors.detach()

    @torch.inference_mode()
    def say(self, questions: Sequence[Encoded], chosen: Sequence[Chosen]) -> list[tuple[int, ...]]:
        """R: the words of some answers, from supports."""
        if self.config.answering is Answering.SUPPORT:
            return [
                q.story[rows[0]] if rows else () for q, rows in zip(questions, chosen, strict=True)
            ]
        return self._say(Supports.of(questions, chosen, self.config.hops))

    def _say(self, supports: Supports) -> list[tuple[int, ...]]:
        """The best word after each word, until `END`."""
        said = torch.full((len(supports.text), 1), BEGIN)
        for _ in range(self.config.words):
            words: Tensor = self.response(supports, said)
            said = torch.cat([said, words[:, -1].argmax(1, keepdim=True)], 1)
        return [_until_end(line) for line in said[:, 1:].tolist()]

    def _answer(self, questions: Sequence[Encoded]) -> list[Answered]:
        chosen = self.supports(questions)
        answers = zip(questions, self.say(questions, chosen), chosen, strict=True)
        return [Answered(self.dictionary.decode(said, q.names), rows) for q, said, rows in answers]


def new_output(config: Mechanisms, words: int) -> EmbeddingOutput | MatchReadOutput:
    """O as configured.

    Raises:
        ValueError: The mechanisms are the served model's; see `memnn.model`.
    """
    if config.features is Features.PIECES:
        raise ValueError("pieces are read by the served model, not over a closed dictionary")
    if config.features is Features.MATCH_READ:
        return MatchReadOutput(config, words)
    return EmbeddingOutput(config, words)


def new_response(config: Mechanisms, words: int) -> nn.Module:
    """R as configured."""
    if config.answering is Answering.SUPPORT:
        return nn.Identity()
    if config.answering is not Answering.RECURRENT:
        return WordResponse(config, words)
    if config.features is Features.MATCH_READ:
        return MatchReadResponse(config, words)
    return RecurrentResponse(config, words)


def _until_end(words: Sequence[int]) -> tuple[int, ...]:
    return tuple(takewhile(lambda word: word != END, words))


def stretches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Items a few at a time, as many as are looked at in one go."""
    for start in range(0, len(items), _TOGETHER):
        yield items[start : start + _TOGETHER]
