"""O, the output feature map: which memories support the answer, hop by hop (paper, section 3.1).

The linear first pass scores every memory, for the first hop and, with each of its two best as a
support, for the next. The best of both, with what was told right beside, stand on one page, which
the reader reads once. Each hop then takes the most relevant of them, given the supports so far:
o_k = argmax s_O([x, m_o1, …], m). From the second hop on a null memory competes (tasks paper,
section 5): where it wins, O stops. Pure: candidates in, supports and trace out.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from memnn.first_pass import first_pass
from memnn.model import Model
from memnn.ranking import Ranking
from memnn.reader import Form, Reading
from memnn.reading import MARKS, Batch, Candidate, Page, cut, fitting
from memnn.records import Hop, Memory, Scored
from memnn.slips import first_hop
from memnn.slots import Slots
from memnn.vocabulary import Word

_AGE_SCALE = 5.0  # memories
_FIRST_RANKED, _LATER_RANKED = 12, 3  # of the first hop's scores, of each later hop's
_SPRUNG = 2  # best memories from which a later hop is tried
_LEAST = -40.0  # a score that never wins, as the reader sees it
_MOST_AGE = 100
_CLOSED = -1e3  # below it, a relevance is that of a support chosen already
_TRACED = 8  # candidates that a trace keeps


@dataclass(frozen=True, slots=True, eq=False)
class Shortlist:
    """What goes on the page.

    Attributes:
        rows: Rows of the candidates, the most promising first.
        first: Their first-hop scores, shape [K].
        later: Their best scores as a next hop from one of the two best, shape [K].
    """

    rows: tuple[int, ...]
    first: NDArray[np.float32]
    later: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """The page as the reader read it, for R.

    Attributes:
        memories: The candidates in the order of the page.
        reading: Of this one page.
        chosen: Which candidates O chose, shape [1, K].
    """

    memories: tuple[Memory, ...]
    reading: Reading
    chosen: Tensor


@dataclass(frozen=True, slots=True)
class Chosen:
    """What O hands to R.

    Attributes:
        supports: The memories chosen, in hop order; empty where there was nothing to choose from.
        hops: What was seen, one entry a hop.
        read: The page; None where there was nothing to read.
    """

    supports: tuple[Memory, ...]
    hops: tuple[Hop, ...]
    read: Read | None = None

    @property
    def margin(self) -> float:
        """By how much the first support beats the null memory, a logit."""
        return (self.hops[0].best[0].second or 0.0) - self.hops[0].stop


@torch.inference_mode()
def choose_supports(
    model: Model, question: Sequence[Word], slots: Slots, asker: Sequence[Word] = ()
) -> Chosen:
    """Run the hops over the candidates of one question.

    Args:
        model: The network.
        question: The question's words.
        slots: The memories.
        asker: See `memnn.first_pass.first_pass`.
    """
    if not len(slots):
        return Chosen((), ())
    ranking, listed = short_listed(model, question, slots, asker)
    rows, page = lay_out(model, question, listed, slots)
    reading = model.reader.read(Batch.of([page], model.vocabulary))
    chosen = torch.zeros((1, len(rows)), dtype=torch.bool)
    hops: list[Hop] = []
    supports: list[Memory] = []
    for _ in range(min(model.config.max_hops, len(rows))):
        relevance, null = model.reader.hop(reading, chosen)
        best = int(relevance[0].argmax())
        stop = float(null[0]) - (_patience(model, reading, chosen) if hops else 0.0)
        stops = bool(hops) and float(relevance[0, best]) <= stop
        seen = _Seen(slots, rows, ranking.at(rows), relevance[0], stop)
        considered = ranking.considered - len(hops)
        hops.append(seen.trace(considered, None if stops else best))
        if stops:
            break
        chosen[0, best] = True
        supports.append(slots.held(rows[best]))
    memories = tuple(slots.held(row) for row in rows)
    return Chosen(tuple(supports), tuple(hops), Read(memories, reading, chosen))


def _patience(model: Model, reading: Reading, chosen: Tensor) -> float:
    """How readily O looks on; it depends on whether the answer gathers up what it finds."""
    forms = model.reader.forms(reading, chosen)[0].softmax(-1)
    gathers = float(forms[Form.LIST] + forms[Form.COUNT]) > 0.5  # noqa: PLR2004 -- rather yes than no
    return model.calibration.gathering if gathers else model.calibration.patience


def short_listed(
    model: Model, question: Sequence[Word], slots: Slots, asker: Sequence[Word] = ()
) -> tuple[Ranking, Shortlist]:
    """The first hop's ranking, and what of it, and of the next hop's, goes on the page.

    Args:
        model: The network.
        question: The question's words.
        slots: The memories; at least one.
        asker: See `memnn.first_pass.first_pass`.
    """
    first = first_hop(model, question, slots, asker)
    sprung = first.best(_SPRUNG)
    later = [first_pass(model, question, slots, [row], asker) for row in sprung]
    return first, shortlist(first, later, model.config.second_pass)


def shortlist(first: Ranking, later: Sequence[Ranking], most: int) -> Shortlist:
    """The most promising rows: for the first hop, for a later one, and told right beside.

    Args:
        first: First-hop scores.
        later: Scores as a next hop from each of the best rows.
        most: How many rows at most.
    """
    best = first.best(_FIRST_RANKED)
    found = [(line.at([row])[0], row) for line in later for row in line.best(_LATER_RANKED)]
    onward = [row for _, row in sorted(found, reverse=True)]
    beside = [near for row in best[:_SPRUNG] for near in (row - 1, row + 1)]
    beside = [row for row, score in zip(beside, first.at(beside), strict=True) if score > -np.inf]
    order = [*best[:5], *onward[:2], *best[5:8], *onward[2:4], *beside, *best[8:], *onward[4:]]
    rows = list(dict.fromkeys(order))[:most]
    lines = [line.at(rows) for line in later]
    carried = np.max(lines, axis=0) if lines else np.full(len(rows), _LEAST, np.float32)
    return Shortlist(tuple(rows), first.at(rows), carried)


def lay_out(
    model: Model, question: Sequence[Word], listed: Shortlist, slots: Slots
) -> tuple[list[int], Page]:
    """The page of a question, and the rows of its candidates in the order of the page."""
    room = model.config.text_pieces
    asked = cut(question, room)
    texts = [cut(slots.derived(row, model.memory), room) for row in listed.rows]
    kept = fitting(asked, texts, model.config.page_pieces)
    marks = candidate_marks(listed, slots.rows, {listed.rows[place] for place in kept})
    told = sorted(kept, key=lambda place: listed.rows[place])
    page = Page(asked, [Candidate(texts[place], marks[place]) for place in told])
    return [listed.rows[place] for place in told], page


def candidate_marks(listed: Shortlist, total: int, shown: Collection[int]) -> NDArray[np.float32]:
    """What the reader sees of candidates beside their words, shape [K, MARKS].

    First-hop score below the best and by itself, rank, score as a later hop, recency by share,
    by count fading quickly and by count; last a one, or a two where the memory told right before
    stands on the page as well, for pronouns.

    Args:
        listed: The candidates.
        total: How many rows the scope has.
        shown: The rows that stand on the page.
    """
    first = np.maximum(listed.first, _LEAST)
    age = total - 1 - np.asarray(listed.rows, dtype=np.float32)
    marks = np.empty((len(listed.rows), MARKS), dtype=np.float32)
    marks[:, 0] = (first - listed.first.max(initial=_LEAST)) / 10
    marks[:, 1] = first / 20
    marks[:, 2] = np.arange(len(first)) / 16
    marks[:, 3] = np.maximum(listed.later, _LEAST) / 20
    marks[:, 4] = 1 - age / max(total, 1)
    marks[:, 5] = np.exp(-age / _AGE_SCALE)
    marks[:, 6] = np.minimum(age, _MOST_AGE) / _MOST_AGE
    marks[:, 7] = [1 + (row - 1 in shown) for row in listed.rows]
    return marks


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """One hop as O saw it: first-hop scores and relevance of the page's rows."""

    slots: Slots
    rows: Sequence[int]
    scores: NDArray[np.float32]
    relevance: Tensor
    stop: float

    def trace(self, considered: int, chosen: int | None) -> Hop:
        order = self.relevance.argsort(descending=True, stable=True).tolist()
        open_ = [at for at in order if self.relevance[at] > _CLOSED][:_TRACED]
        best = tuple(
            Scored(
                self.slots.held(self.rows[at]),
                float(self.scores[at]),
                float(self.relevance[at]),
            )
            for at in open_
        )
        picked = None if chosen is None else self.slots.held(self.rows[chosen]).id
        return Hop(considered, best, picked, self.stop)
