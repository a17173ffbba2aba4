"""What O takes out of a memory for one question: the page with the first pass's best on it.

The linear first pass scores every memory, for the first hop and, with each of its two best as a
support, for the next. The best, and what goes on from the very best, stand on one page. What comes
after needs the page alone, and not the memory, which may change meanwhile.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from memnn.first_pass import first_pass
from memnn.model import Model
from memnn.ranking import Ranking
from memnn.reading import MARKS, Candidate, Page, cut, fitting
from memnn.records import Memory
from memnn.scorer import AGE_SCALE
from memnn.slips import first_hop
from memnn.slots import Slots
from memnn.vocabulary import Word

SPRUNG = 2  # best memories from which a later hop is tried
_FIRST_RANKED, _LATER_RANKED = 12, 3  # of the first hop's scores, of each later hop's
_LEAST = -40.0  # a score that never wins, as the reader sees it
_MOST_AGE = 100


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
class Listed:
    """What the reader gets of a question.

    Attributes:
        page: The page.
        memories: Its candidates, in the order of the page.
        first: Their first-hop scores, shape [K].
        considered: How many memories the first hop could choose from.
    """

    page: Page
    memories: tuple[Memory, ...]
    first: NDArray[np.float32]
    considered: int


def listed(
    model: Model, question: Sequence[Word], slots: Slots, asker: Sequence[Word] = ()
) -> Listed | None:
    """Take the page of a question out of the memories; None where there are none.

    Args:
        model: The network.
        question: The question's words.
        slots: The memories.
        asker: See `memnn.first_pass.first_pass`.
    """
    if not len(slots):
        return None
    ranking, best = short_listed(model, question, slots, asker)
    rows, page = lay_out(model, question, best, slots)
    memories = tuple(_to_be_told(slots.held(row)) for row in rows)
    return Listed(page, memories, ranking.at(rows), ranking.considered)


def _to_be_told(memory: Memory) -> Memory:
    """A memory without what only a first pass needs: the trace of an answer is kept for a while."""
    return replace(memory, features=b"", words=())


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
    sprung = first.best(SPRUNG)
    later = [first_pass(model, question, slots, [row], asker) for row in sprung]
    return first, shortlist(first, later, model.config.second_pass)


def shortlist(first: Ranking, later: Sequence[Ranking], most: int) -> Shortlist:
    """The most promising rows: for the first hop, for a later one, and told right beside.

    Args:
        first: First-hop scores.
        later: Scores as a next hop from each of the best rows; what goes on from the very best may
            go on the page, and each row is marked by its best score of all.
        most: How many rows at most.
    """
    best = first.best(_FIRST_RANKED)
    onward = [row for line in later[:1] for row in line.best(_LATER_RANKED)]
    beside = [near for row in best[:SPRUNG] for near in (row - 1, row + 1)]
    beside = [row for row, score in zip(beside, first.at(beside), strict=True) if score > -np.inf]
    order = [*best[:5], *onward[:2], *best[5:8], *onward[2:], *beside, *best[8:]]
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
    texts = [cut(model.memory(slots.text(row)), room) for row in listed.rows]
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
    marks[:, 5] = np.exp(-age / AGE_SCALE)
    marks[:, 6] = np.minimum(age, _MOST_AGE) / _MOST_AGE
    marks[:, 7] = [1 + (row - 1 in shown) for row in listed.rows]
    return marks
