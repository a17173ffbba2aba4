"""O, the output feature map: which memories support the answer, hop by hop (paper, section 3.1).

Each hop scores every candidate by the linear first pass, reads the best few against the question
and the supports so far in the second pass, and takes the best of them:
o_k = argmax s_O([x, m_o1, …], m). From the second hop on a null memory competes (tasks paper,
section 5): where it wins, O stops, as it does where a first support surely suffices. Pure:
candidates in, supports and trace out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from memnn.features import match_features
from memnn.model import Model
from memnn.reader import Reading
from memnn.reading import EXTRAS, Batch, Read, Words, group
from memnn.records import Hop, Memory, Scored
from memnn.scorer import Candidates, Role
from memnn.slots import Slots
from memnn.vocabulary import Word

_AGE_SCALE = 5.0  # memories
_ENOUGH = 0.0  # a first support whose logit is above this suffices: rather yes than no
_LATER = 5  # candidates that a later hop reads; chosen by its first pass, which knows more
_TRACED = 8  # candidates that a trace keeps


@dataclass(frozen=True, slots=True)
class Chosen:
    """What O hands to R.

    Attributes:
        supports: The memories chosen, in hop order; empty where there was nothing to choose from.
        hops: What was seen, one entry a hop.
        margin: By how much the first support beats the null memory, a logit.
        enough: Whether the first support suffices, a logit.
        read: The last hop as it was read, in which R finds all supports read already, in order;
            None where there was no such hop.
    """

    supports: tuple[Memory, ...]
    hops: tuple[Hop, ...]
    margin: float
    enough: float = 0.0
    read: tuple[Batch, Reading] | None = None


@torch.inference_mode()
def choose_supports(
    model: Model, question: Sequence[Word], slots: Slots, words: Words | None = None
) -> Chosen:
    """Run the hops over the candidates of one question.

    Args:
        model: The network.
        question: The question's words.
        slots: The candidates.
        words: Numbers the words that are read; where it lives on, known words are read faster.
    """
    words = Words() if words is None else words
    rows: list[int] = []
    hops: list[Hop] = []
    margin, enough, read, asked = 0.0, 0.0, None, _Asked(question, words)
    patience = model.calibration.patience
    for hop in range(min(model.config.max_hops, len(slots))):
        first = first_pass(model, question, slots, rows)
        seen = _second_pass(model, asked, slots, rows, first)
        asked = replace(asked, state=seen.read[1].asked)
        best = int(np.argmax(seen.relevance))
        if hop == 0:
            margin, enough = float(seen.relevance[best] - seen.stop), float(seen.enough[best])
        stops = hop > 0 and seen.stop - patience >= seen.relevance[best]
        hops.append(_trace(slots, seen, first, chosen=None if stops else seen.rows[best]))
        if stops:
            read = seen.read
            break
        rows.append(seen.rows[best])
        if hop == 0 and enough > _ENOUGH:
            read = seen.read[0].settle(best), seen.read[1]
            break
    supports = tuple(slots.held(row) for row in rows)
    return Chosen(supports, tuple(hops), margin, enough, read)


@torch.inference_mode()
def first_pass(
    model: Model, question: Sequence[Word], slots: Slots, chosen: Sequence[int] = ()
) -> NDArray[np.float32]:
    """Scores of all rows, shape [N]; -inf for dead rows and supports chosen already.

    Args:
        model: The network.
        question: The question's words.
        slots: The candidates; at least one.
        chosen: Rows of the supports chosen so far.
    """
    allowed = slots.alive.copy()
    allowed[list(chosen)] = False
    asked = {w.hash: w.rarity for w in question if w.content}
    memories = Candidates(
        vectors=torch.from_numpy(slots.vectors),
        match=torch.from_numpy(match_features(asked.items(), slots))[None],
        allowed=torch.from_numpy(allowed)[None],
    )
    asking = model.embed([question], Role.QUESTION)
    if not chosen:
        return _numpy(model.scorer.first_hop(asking, memories)[0])
    texts = [slots.derived(row, model.memory) for row in chosen]
    supports = model.embed(texts, Role.SUPPORT).mean(0, keepdim=True)
    new = {w.hash: w.rarity for t in texts for w in t if w.content and w.hash not in asked}
    new_match = torch.from_numpy(match_features(new.items(), slots))[None]
    return _numpy(model.scorer.next_hop(asking, supports, memories, new_match)[0])


def passage_extras(
    rows: Sequence[int], scores: NDArray[np.float32], total: int, chosen: Sequence[int]
) -> NDArray[np.float32]:
    """What the relevance head sees of candidates beside their words, shape [K, EXTRAS].

    First-pass score below the best and by itself, rank, recency by share and by count, which hop,
    whether right after or right before a chosen support.

    Args:
        rows: The candidates, best first.
        scores: Their first-pass scores, shape [K].
        total: How many rows the scope has.
        chosen: Rows of the supports chosen so far.
    """
    place = np.asarray(rows, dtype=np.float32)
    age = total - 1 - place
    extras = np.empty((len(rows), EXTRAS), dtype=np.float32)
    extras[:, 0] = (scores - scores.max(initial=-np.inf)) / 10
    extras[:, 1] = scores / 20
    extras[:, 2] = np.arange(len(rows)) / 16
    extras[:, 3] = 1 - age / max(total, 1)
    extras[:, 4] = np.exp(-age / _AGE_SCALE)
    extras[:, 5] = len(chosen) / 3
    extras[:, 6] = [row - 1 in chosen for row in rows]
    extras[:, 7] = [row + 1 in chosen for row in rows]
    return extras


@dataclass(frozen=True, slots=True)
class _Asked:
    question: Sequence[Word]
    words: Words
    state: Tensor | None = None  # once it was read


@dataclass(frozen=True, slots=True)
class _Seen:
    rows: list[int]
    relevance: NDArray[np.float32]
    stop: float
    enough: NDArray[np.float32]
    read: tuple[Batch, Reading]


def _second_pass(
    model: Model,
    asked: _Asked,
    slots: Slots,
    chosen: Sequence[int],
    first: NDArray[np.float32],
) -> _Seen:
    most = model.config.second_pass
    rows = best_rows(first, min(most, _LATER) if chosen else most)
    supports = [Read(slots.derived(row, model.memory), row) for row in chosen]
    candidates = [Read(slots.derived(row, model.memory), row) for row in rows]
    extras = passage_extras(rows, first[rows], slots.rows, chosen)
    passages = group(asked.question, supports, list(zip(candidates, extras, strict=True)))
    batch = Batch.of([passages], asked.words)
    reading = model.reader.read(batch, model.scorer.vectors.weight, asked.state)
    relevance, stop = model.reader.hop(batch, reading)
    relevance = relevance[0, len(chosen) :]
    enough = model.reader.suffices(reading)[len(chosen) :]
    return _Seen(rows, _numpy(relevance), float(stop[0]), _numpy(enough), (batch, reading))


def best_rows(scores: NDArray[np.float32], count: int) -> list[int]:
    """Rows of the highest finite scores, best first; of equals the newest first."""
    count = min(count, int(np.isfinite(scores).sum()))
    if not count:
        return []
    least = np.partition(scores, -count)[-count]
    kept = np.flatnonzero(scores >= least)
    order = np.lexsort((-kept, -scores[kept]))
    return [int(row) for row in kept[order][:count]]


def _trace(slots: Slots, seen: _Seen, first: NDArray[np.float32], *, chosen: int | None) -> Hop:
    order = np.argsort(-seen.relevance, kind="stable")[:_TRACED]
    best = tuple(
        Scored(slots.held(row), float(first[row]), float(seen.relevance[at]))
        for at in order
        for row in [seen.rows[at]]
    )
    picked = None if chosen is None else slots.held(chosen).id
    return Hop(int(np.isfinite(first).sum()), best, picked, seen.stop)


def _numpy(scores: Tensor) -> NDArray[np.float32]:
    return scores.numpy().astype(np.float32, copy=False)
