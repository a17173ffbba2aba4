"""Ways to rank memories for a question: the peers that the bot's own passes are compared with."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import bm25s
import numpy as np
import Stemmer
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from memnn.generalization import Generalization
from memnn.model import Model
from memnn.reading import Batch
from memnn.records import Memory
from memnn.shortlist import lay_out, short_listed
from memnn.slots import Slots
from memnn.training.distil import packaged_encoder

_ABOVE = 1e3  # lifts what was read above what was not
_WORD = re.compile(r"\w+")
Scores = NDArray[np.float32]


class Ranker(Protocol):
    """Holds the memories of one person and scores them for questions."""

    def hold(self, memories: Sequence[Memory]) -> None:
        """Take these memories instead of any others."""
        ...

    def scores(self, question: str) -> Scores:
        """A score for every memory, shape [N]; the higher the likelier a support."""
        ...


@dataclass(slots=True)
class Bm25:
    """Okapi BM25 over stemmed words, by the library bm25s."""

    _index: Any = None

    def hold(self, memories: Sequence[Memory]) -> None:
        """Index the memories."""
        self._index = bm25s.BM25()
        self._index.index([stems(memory.text) for memory in memories], show_progress=False)

    def scores(self, question: str) -> Scores:
        """BM25 scores, shape [N]."""
        found: Scores = self._index.get_scores(stems(question)).astype(np.float32)
        return found


@dataclass(slots=True)
class Sentences:
    """Cosine similarity of all-MiniLM-L6-v2 sentence embeddings."""

    _vectors: Scores = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def hold(self, memories: Sequence[Memory]) -> None:
        """Embed the memories."""
        self._vectors = self._embed([memory.text for memory in memories])

    def scores(self, question: str) -> Scores:
        """Similarities, shape [N]."""
        found: Scores = self._vectors @ self._embed([question])[0]
        return found

    def _embed(self, texts: list[str]) -> Scores:
        vectors: Scores = _encoder().encode(
            texts, normalize_embeddings=True, show_progress_bar=False
        )
        return vectors


@dataclass(slots=True)
class Both:
    """The sum of two rankers, each scaled to its own spread."""

    one: Ranker
    other: Ranker

    def hold(self, memories: Sequence[Memory]) -> None:
        """Both take the memories."""
        self.one.hold(memories)
        self.other.hold(memories)

    def scores(self, question: str) -> Scores:
        """Summed standard scores, shape [N]."""
        return _standard(self.one.scores(question)) + _standard(self.other.scores(question))


@dataclass(slots=True)
class Ours:
    """The bot's own O.

    Attributes:
        model: The network.
        reads: Whether the second pass reads what the first pass found.
    """

    model: Model
    reads: bool = True
    _slots: Slots = field(default_factory=Slots)

    def hold(self, memories: Sequence[Memory]) -> None:
        """File the memories as they would be stored."""
        filing = Generalization(self.model)
        features = filing.features([memory.text for memory in memories])
        self._slots = Slots(
            Memory(m.id, m.message_id, m.text, m.time, m.speaker, value, filing.words(m.text))
            for m, value in zip(memories, features, strict=True)
        )

    @torch.inference_mode()
    def scores(self, question: str) -> Scores:
        """First-pass scores; those that were read stand above, by their relevance; shape [N]."""
        words = self.model.question(question)
        ranking, listed = short_listed(self.model, words, self._slots)
        found = ranking.at(range(self._slots.rows))
        if not self.reads:
            return found
        rows, page = lay_out(self.model, words, listed, self._slots)
        reading = self.model.reader.read(Batch.of([page], self.model.vocabulary))
        relevance, _ = self.model.reader.hop(reading, torch.zeros_like(reading.present))
        found[rows] = relevance[0, : len(rows)].numpy() + _ABOVE
        return found


def _standard(scores: Scores) -> Scores:
    standard: Scores = (scores - scores.mean()) / (scores.std() + 1e-6)
    return standard


def stems(text: str) -> list[str]:
    """The stems of a text's words."""
    return [str(stem) for stem in _stemmer().stemWords(_WORD.findall(text.lower()))]


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


@cache
def _encoder() -> SentenceTransformer:
    folder = packaged_encoder(Path(tempfile.mkdtemp(prefix="memnn-encoder-")))
    return SentenceTransformer(str(folder), device="cpu")
