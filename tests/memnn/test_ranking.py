"""Which memories come first."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from memnn.ranking import Ranking

SCORES = st.lists(st.sampled_from([-np.inf, -1.5, 0.0, 0.5, 2.0]), max_size=12)


def ranking(scores: list[float], step: int = 1) -> Ranking:
    """Scores of every so-many-th row."""
    return Ranking(np.arange(len(scores)) * step, np.array(scores, dtype=np.float32))


@given(SCORES, st.integers(0, 14), st.integers(1, 3))
def test_best_rows(scores: list[float], count: int, step: int) -> None:
    """The highest finite scores, best first; of equals the newest, at the cut too."""
    finite = [at for at, score in enumerate(scores) if np.isfinite(score)]
    expected = sorted(finite, key=lambda at: (-scores[at], -at))[:count]
    found = ranking(scores, step)
    assert found.best(count) == [at * step for at in expected]
    assert found.considered == len(finite)


@given(SCORES, st.lists(st.integers(0, 40)), st.integers(1, 3))
def test_scores_by_row(scores: list[float], rows: list[int], step: int) -> None:
    """A row that was not scored has no chance."""
    known = {at * step: score for at, score in enumerate(scores)}
    expected = [known.get(row, -np.inf) for row in rows]
    assert ranking(scores, step).at(rows).tolist() == expected
