"""Runs of rows become one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from memnn.candidates import merged

RUNS = st.lists(st.lists(st.integers(0, 60), max_size=20).map(sorted), min_size=1, max_size=4)


@given(RUNS)
def test_every_row_once_in_order(runs: list[list[int]]) -> None:
    """Whatever the runs hold, and where they hold nothing, too."""
    rows = merged([np.array(run, dtype=np.int64) for run in runs])
    assert rows.tolist() == sorted({row for run in runs for row in run})
    assert rows.dtype == np.int64
