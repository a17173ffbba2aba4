"""The learning rate's course, and the end that comes sooner where all is learnt."""

import pytest

from memnn.training.pace import Pace


def pace(epochs: int = 50) -> Pace:
    """Ten steps an epoch."""
    return Pace(10, epochs, 0.1)


def test_up_in_a_line_down_in_half_a_cosine() -> None:
    """The rate rises for a tenth of the steps, then falls to nothing."""
    rates = [pace().rate(step) for step in (0, 25, 50, 275, 500)]
    assert rates == pytest.approx([0.01, 0.5, 1.0, 0.5, 0.0])


def test_without_validation_all_epochs_are_seen() -> None:
    """Nothing ends early that is not watched."""
    made = pace()
    while not made.over:
        made.close_epoch(None)
    assert (made.epoch, made.end) == (50, 500)


def test_faultless_epochs_bring_the_end() -> None:
    """After four without a mistake the rate comes down from where it is, a fifth of all epochs."""
    made = pace()
    for accuracy in (1.0, 1.0, 0.99, 1.0, 1.0, 1.0):
        made.close_epoch(accuracy)
    assert made.end == 500
    made.close_epoch(1.0)
    assert (made.cooled_from, made.end) == (70, 170)
    before = pace().rate(70)
    assert made.rate(70) == pytest.approx(before)
    assert made.rate(120) == pytest.approx(before / 2)
    for _ in range(10):
        assert not made.over
        made.close_epoch(0.5)  # a mistake now changes nothing
    assert made.over


def test_an_end_that_is_near_stays() -> None:
    """Where the usual end comes sooner, it is the end."""
    made = pace(epochs=12)
    for _ in range(10):
        made.close_epoch(1.0)
    assert made.end <= 120
