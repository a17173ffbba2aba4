"""Questions to the memories of one size, asked of every way to look.

What is found is held against the exhaustive scorer's best, and against the support itself.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.scale_corpus import Corpus
from memnn.first_pass import first_pass
from memnn.hashing import Codebook, Hashing
from memnn.model import Model
from memnn.scorer import Role
from memnn.slots import Slots
from memnn.vocabulary import Word

BEST: Final = 8
EVERYTHING: Final = Hashing(score_all=1 << 62)
_BUDGETS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
_MS, _MB = 1e3, 1e6
Row = dict[str, Any]
Found = tuple[NDArray[np.int64], int]  # the best rows, how many were scored
Answer = tuple[NDArray[np.int64], int, float]  # and milliseconds
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Peer:
    """An index that was built by another library.

    Attributes:
        search: Finds the best `BEST` rows for a question, by its number; it counts no candidates.
        nbytes: Bytes of the index, as far as it says.
    """

    search: Callable[[int], Found]
    nbytes: int


class Trial:
    """Questions to the memories of one size.

    Args:
        model: The network.
        gathered: Sentences and questions.
        slots: The memories.
        count: How many questions; None for all.
    """

    def __init__(self, model: Model, gathered: Corpus, slots: Slots, count: int | None) -> None:
        places = {sentence: at for at, sentence in enumerate(gathered.sentences)}
        step = max(slots.rows // gathered.golds, 1)
        told = [
            (question, places[question.support] * step)
            for question in gathered.questions
            if places[question.support] * step < slots.rows
        ][:count]
        self.texts = [question.text for question, _ in told]
        self.gold = [row for _, row in told]
        self._model = model
        self._slots = slots
        self._questions = [model.question(text) for text in self.texts]
        self._whole = self._asked(EVERYTHING)

    def ours(self, book: Codebook) -> Row:
        """Exhaustively, by word hash, and by cluster hash."""
        exhaustive = self._summed(self._whole)
        shown: Row = {"exhaustive": exhaustive}
        for name, hashing in (
            ("word_hash", Hashing(score_all=0)),
            ("cluster_hash", Hashing(score_all=0, codebook=book)),
            ("served", Hashing(codebook=book)),
        ):
            shown[name] = self._summed(self._asked(hashing))
            shown[name]["speed_up"] = round(exhaustive["p50_ms"] / shown[name]["p50_ms"], 1)
        return shown

    def curve(self, book: Codebook) -> list[Row]:
        """What is found by how many candidates are scored."""
        return [
            {"hash": name, "budget": budget, **self._summed(self._asked(hashing))}
            for budget in _BUDGETS
            for name, hashing in (
                ("word", Hashing(0, 2 * budget, budget, 1, 0)),
                ("cluster", Hashing(0, 2 * budget, budget, 1, 0, book)),
            )
        ]

    def embedded(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """O's embeddings of the memories, shape [N, n], and of the questions, [Q, n]."""
        asking = self._model.embed(self._questions, Role.QUESTION)
        return self._slots.vectors(), asking.detach().numpy()

    def peer(self, peer: Peer) -> Row:
        """Another index over the same statements."""
        answers = [_timed(peer.search, number) for number in range(len(self.texts))]
        return {**self._summed(answers, candidates=False), "mb": round(peer.nbytes / _MB, 1)}

    def _asked(self, hashing: Hashing) -> list[Answer]:
        self._slots.hashing = hashing
        return [_timed(self._ranked, words) for words in self._questions]

    def _ranked(self, words: Sequence[Word]) -> Found:
        ranking = first_pass(self._model, words, self._slots)
        return np.array(ranking.best(BEST)), ranking.considered

    def _summed(self, answers: Sequence[Answer], *, candidates: bool = True) -> Row:
        """The numbers of one way to look."""
        hits = [
            found[:1].tolist() == [gold]
            for (found, _, _), gold in zip(answers, self.gold, strict=True)
        ]
        whole = [
            found[:1].tolist() == [gold]
            for (found, _, _), gold in zip(self._whole, self.gold, strict=True)
        ]
        kept = [
            np.isin(best, found).mean()
            for (found, _, _), (best, _, _) in zip(answers, self._whole, strict=True)
        ]
        times = [ms for _, _, ms in answers]
        shown: Row = {
            "hit1": round(float(np.mean(hits)), 4),
            "hit1_of_exhaustive": round(sum(hits) / max(1, sum(whole)), 4),
            "best8_of_exhaustive": round(float(np.mean(kept)), 4),
            "p50_ms": round(median(times), 3),
            "p95_ms": round(float(np.percentile(times, 95)), 3),
        }
        if candidates:
            mean = float(np.mean([count for _, count, _ in answers]))
            shown["candidates"] = round(mean, 1)
            shown["fewer_candidates"] = round(len(self._slots) / max(mean, 1.0), 1)
        return shown


def _timed(search: Callable[[T], Found], asked: T) -> Answer:
    start = time.perf_counter()
    found, considered = search(asked)
    return found, considered, (time.perf_counter() - start) * _MS
