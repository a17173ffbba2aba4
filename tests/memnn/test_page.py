"""The page that is read of a question, and the wider one of a list or a count."""

import numpy as np

from memnn.page import lay_out, take_out
from memnn.shortlist import Shortlist
from tests import tiny
from tests.memnn.test_output_map import memories

TOLD = tuple(f"{text} {number}" for number in range(5) for text in tiny.TEXTS[:4])


def test_a_long_memory_leaves_room_for_others() -> None:
    """What is too long is cut to be read, and however much is told, the page holds two."""
    model = tiny.model()
    slots = memories(model, *("unheard-of " * 30 + str(i) for i in range(6)))
    listed = Shortlist(tuple(range(6)), np.zeros(6, np.float32), np.zeros(6, np.float32))
    rows, page = lay_out(model, model.question("Where? " * 30), listed, slots)
    assert len(rows) >= 2
    for candidate in page.candidates:
        assert sum(len(w.pieces) for w in candidate.words) <= model.config.text_pieces


def test_a_wider_page_holds_the_supports_and_what_was_told_beside_them() -> None:
    """In the order in which it was told, and no more than fits."""
    model = tiny.model(1)
    slots = memories(model, *TOLD)
    found = take_out(model, model.question("Where is the spare key?"), slots)
    assert found is not None
    support = found.listed.rows[0]

    wide = found.around(model, [support])

    beside = {row for row in (support - 1, support, support + 1) if 0 <= row < slots.rows}
    assert beside <= set(wide.rows)
    assert len(found.listed.rows) < len(wide.rows) <= model.config.gathered
    assert list(wide.rows) == sorted(wide.rows)
    assert [memory.id for memory in wide.memories] == [row + 1 for row in wide.rows]
    assert [len(c.words) > 0 for c in wide.page.candidates] == [True] * len(wide.rows)
    np.testing.assert_array_equal(wide.first, found.ranked.first.at(wide.rows))


def test_a_wider_page_needs_the_memory_no_more() -> None:
    """All that it may hold was taken out when the first page was."""
    model = tiny.model(1)
    slots, untouched = memories(model, *TOLD), memories(model, *TOLD)
    question = model.question("Where is the spare key?")
    found, expected = take_out(model, question, slots), take_out(model, question, untouched)
    assert found is not None
    assert expected is not None
    for memory in list(slots):
        slots.remove(memory.id)
    for row in found.listed.rows:
        assert found.around(model, [row]).memories == expected.around(model, [row]).memories
