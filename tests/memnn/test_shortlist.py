"""What goes on the page, and how it is described there."""

import numpy as np

from memnn.ranking import Ranking
from memnn.shortlist import Ranked, Shortlist, candidate_marks


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
    ranked = Ranked(first, [onward, from_second])
    listed = ranked.shortlist(5)
    assert listed.rows == (1, 3, 5, 4, 0)  # row 2 is dead
    assert listed.first.tolist() == [9, 8, 2, 1, 0]
    assert listed.later.tolist() == [2, 1, 3, 7, 6]
    far = Ranking.of_all(np.array([*range(30), -1.0, 90.0, -2.0], np.float32))
    beside = set(Ranked(far, [far, far]).shortlist(20).rows)
    assert {30, 32} <= beside  # told right beside the best


def test_what_else_may_belong_to_supports() -> None:
    """After the shortlist what was told right beside the supports, then more of the best."""
    first = Ranking.of_all(np.array([5, 0, 1, 9, 2, -np.inf, 0], np.float32))
    onward = Ranking.of_all(np.array([-np.inf, 1, 2, 3, 4, -np.inf, 6], np.float32))
    ranked = Ranked(first, [onward])
    listed = Shortlist((3, 0), np.array([9, 5], np.float32), np.array([3, -np.inf], np.float32))
    wide = ranked.around(listed, [3, 6])
    assert wide.rows == (3, 0, 6, 2, 4, 1)  # row 5 is dead
    assert wide.first.tolist() == [9, 5, 0, 1, 2, 0]
    assert wide.later.tolist() == [3, -np.inf, 6, 2, 4, 1]


def test_candidate_marks_by_hand() -> None:
    """Score below the best and by itself, rank, later hop, recency three ways, neighbour."""
    listed = Shortlist((4, 1), np.array([6.0, 2.0], np.float32), np.array([-np.inf, 4], np.float32))
    expected = [
        [0.0, 0.3, 0.0, -2.0, 1.0, 1.0, 0.0, 2.0],
        [-0.4, 0.1, 1 / 16, 0.2, 1 - 3 / 5, np.exp(-3 / 5), 0.03, 1.0],
    ]
    np.testing.assert_allclose(candidate_marks(listed, 5, {4, 3}), expected, rtol=1e-6)
