"""The page that the reader gets of a question, and the wider one where an answer gathers.

What comes after needs what is taken out here alone, and not the memory, which may change meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memnn.model import Model
from memnn.reading import Candidate, Page, cut, fitting
from memnn.records import Memory
from memnn.shortlist import Ranked, Shortlist, candidate_marks, ranked
from memnn.slots import Slots
from memnn.vocabulary import Word


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """What the reader gets of a question.

    Attributes:
        page: The page.
        rows: The rows of its candidates, in the order of the page.
        memories: The candidates.
        first: Their first-hop scores, shape [K].
        considered: How many memories the first hop could choose from.
    """

    page: Page
    rows: tuple[int, ...]
    memories: tuple[Memory, ...]
    first: NDArray[np.float32]
    considered: int


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What O takes out of a memory for one question.

    Attributes:
        listed: The page that is read first.
        ranked: The memories as ranked.
        short: What of them the page was made of.
        memories: That, what was told right beside each of it, and more of the best; by row.
        total: How many rows the scope had.
    """

    listed: Listed
    ranked: Ranked
    short: Shortlist
    memories: Mapping[int, Memory]
    total: int

    def around(self, model: Model, supports: Sequence[int]) -> Listed:
        """A wider page: supports, what was told right beside them, and more of the best.

        Args:
            model: The network.
            supports: Rows that stand on the first page.
        """
        wide = self.ranked.around(self.short, supports)
        near = {row + step for row in supports for step in (0, -1, 1)}
        places = sorted(range(len(wide.rows)), key=lambda at: wide.rows[at] not in near)
        wanted = places[: model.config.gathered]
        held = [self.memories[wide.rows[at]] for at in wanted]
        texts = [cut(model.memory(memory.text), model.config.text_pieces) for memory in held]
        question = self.listed.page.question
        rows, page = _laid_out(model, question, wide, self.total, wanted, texts)
        return _listed(rows, page, self.ranked, self.memories)


def take_out(
    model: Model, question: Sequence[Word], slots: Slots, asker: Sequence[Word] = ()
) -> Found | None:
    """Take what a question needs out of the memories; None where there are none.

    Args:
        model: The network.
        question: The question's words.
        slots: The memories.
        asker: See `memnn.first_pass.first_pass`.
    """
    if not len(slots):
        return None
    order = ranked(model, question, slots, asker)
    short = order.shortlist(model.config.second_pass)
    rows, page = lay_out(model, question, short, slots)
    memories = {row: slots.held(row) for row in order.around(short, short.rows).rows}
    return Found(_listed(rows, page, order, memories), order, short, memories, slots.rows)


def lay_out(
    model: Model, question: Sequence[Word], listed: Shortlist, slots: Slots
) -> tuple[list[int], Page]:
    """The page of a question, and the rows of its candidates in the order of the page."""
    room = model.config.text_pieces
    texts = [cut(model.memory(slots.held(row).text), room) for row in listed.rows]
    asked = cut(question, room)
    return _laid_out(model, asked, listed, slots.rows, range(len(texts)), texts)


def _laid_out(
    model: Model,
    question: Sequence[Word],
    listed: Shortlist,
    total: int,
    places: Sequence[int],
    texts: Sequence[Sequence[Word]],
) -> tuple[list[int], Page]:
    """What fits of some places of a shortlist, the most wanted first."""
    text_of = {places[at]: texts[at] for at in fitting(question, texts, model.config.page_pieces)}
    marks = candidate_marks(listed, total, {listed.rows[place] for place in text_of})
    told = sorted(text_of, key=lambda place: listed.rows[place])
    page = Page(question, [Candidate(text_of[place], marks[place]) for place in told])
    return [listed.rows[place] for place in told], page


def _listed(
    rows: Sequence[int], page: Page, order: Ranked, memories: Mapping[int, Memory]
) -> Listed:
    held = tuple(memories[row] for row in rows)
    return Listed(page, tuple(rows), held, order.first.at(rows), order.first.considered)
