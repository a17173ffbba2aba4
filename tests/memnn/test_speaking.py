"""What a memory loses because somebody else told it."""

import numpy as np
import pytest

from memnn.speaking import of_others
from tests import tiny
from tests.memnn.test_first_pass import memories

MODEL = tiny.model()
SLOTS = memories(
    MODEL, "my key is here", "Ann has the key", "so it is", speakers=("Ann Lee", "Bob", "Ann Lee")
)


@pytest.mark.parametrize(
    ("asked", "lost"),
    [
        ("where is my key", 6.0),
        ("Where’ve we put it?", 6.0),
        ("what did Im tell", 6.0),
        ("where is Bob's key?", 3.0),
        ("?", 3.0),
    ],
)
def test_what_others_told_loses(asked: str, lost: float) -> None:
    """More where somebody asks of themselves; what they told themselves loses nothing."""
    found = of_others(MODEL.question(asked), SLOTS, MODEL.question("Ann Lee"))
    assert found is not None
    np.testing.assert_array_equal(found, [0.0, lost, 0.0])


def test_a_name_that_is_shared_in_part_is_another() -> None:
    """All its words must be the asker's."""
    found = of_others(MODEL.question("the key?"), SLOTS, MODEL.question("Ann Moss"))
    assert found is not None
    assert found.all()


def test_nothing_is_lost_in_a_scope_of_one() -> None:
    """Nobody is asked for by name there."""
    assert of_others(MODEL.question("my key?"), SLOTS, []) is None
