"""What goes on the page, and how it is described there."""

import numpy as np

from memnn.ranking import Ranking
from memnn.shortlist import Shortlist, candidate_marks, lay_out, shortlist
from tests import tiny
from tests.memnn.test_output_map import memories


def test_a_long_memory_leaves_room_for_others() -> None:
    """What is too long is cut to be read, and however much is told, the page holds two."""
    model = tiny.model()
    slots = memories(model, *("unheard-of " * 30 + str(i) for i in range(6)))
    listed = Shortlist(tuple(range(6)), np.zeros(6, np.float32), np.zeros(6, np.float32))
    rows, page = lay_out(model, model.question("Where? " * 30), listed, slots)
    assert len(rows) >= 2
    for candidate in page.candidates:
        assert sum(len(w.pieces) for w in candidate.words) <= model.config.text_pieces


def test_a_shortlist_by_hand() -> None:
    """The best, what goes on from the two best, and what was told right beside them."""
    first, onward, from_second = (
        Ranking.of_all(np.array(scores, np.float32))
        for scores in (
            [0, 9, -np.inf, 8, 1, 2],
            [5, -np.inf, -np.inf, 1, 7, 3],
            [6, 2, -np.inf, -np.inf, 0, 1],
        )
    )
    listed = shortlist(first, [onward, from_second], 5)
    assert listed.rows == (1, 3, 5, 4, 0)  # row 2 is dead
    assert listed.first.tolist() == [9, 8, 2, 1, 0]
    assert listed.later.tolist() == [2, 1, 3, 7, 6]
    far = Ranking.of_all(np.array([*range(30), -1.0, 90.0, -2.0], np.float32))
    assert {30, 32} <= set(shortlist(far, [far, far], 20).rows)  # told right beside the best


def test_candidate_marks_by_hand() -> None:
    """Score below the best and by itself, rank, later hop, recency three ways, neighbour."""
    listed = Shortlist((4, 1), np.array([6.0, 2.0], np.float32), np.array([-np.inf, 4], np.float32))
    expected = [
        [0.0, 0.3, 0.0, -2.0, 1.0, 1.0, 0.0, 2.0],
        [-0.4, 0.1, 1 / 16, 0.2, 1 - 3 / 5, np.exp(-3 / 5), 0.03, 1.0],
    ]
    np.testing.assert_allclose(candidate_marks(listed, 5, {4, 3}), expected, rtol=1e-6)
