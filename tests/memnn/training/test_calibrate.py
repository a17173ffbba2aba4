"""Fitting the confidence and the threshold."""

import random
from collections.abc import Callable
from dataclasses import fields

import pytest

from memnn.calibration import Calibration, Signals, as_values
from memnn.training.calibrate import Judged, calibrate

NAMES = tuple(field.name for field in fields(Signals))
MORE = len(as_values(Signals())) - len(NAMES)


def weights(**named: float) -> tuple[float, ...]:
    """Weights by the names of their signals; the others are zero."""
    return (*(named.get(name, 0.0) for name in NAMES), *[0.0] * MORE)


def judged(
    truth: Callable[[Signals], float], *, count: int = 3000, answerable: float = 1.0
) -> list[Judged]:
    """Questions whose answers are right with a known probability."""
    choice = random.Random(3)  # noqa: S311 -- no secret
    made = []
    for _ in range(count):
        signals = Signals(
            margin=choice.gauss(2, 3),
            reading=choice.gauss(-2, 1),
            form=-choice.random(),
            matched=choice.random(),
            first=0.5,
        )
        can = choice.random() < answerable
        made.append(Judged(signals, can and choice.random() < truth(signals), can))
    return made


def test_a_known_confidence_is_found_again() -> None:
    """Fitted to what a logistic model said, the confidence is close to that model's."""
    truth = Calibration(weights(margin=0.8, reading=0.5, form=-1.0, matched=2.0), -1.0)
    questions = judged(truth.confidence)
    found = calibrate(questions)
    off = [abs(found.confidence(q.signals) - truth.confidence(q.signals)) for q in questions]
    assert sum(off) / len(off) < 0.03


def test_a_better_signal_is_surer() -> None:
    """The weight of a signal that goes with right answers is positive."""
    found = calibrate(judged(Calibration(weights(margin=1.0), 0.0).confidence))
    named = dict(zip(NAMES, found.weights, strict=False))
    margin, reading = named["margin"], named["reading"]
    assert margin > 0.5
    assert abs(reading) < 0.2


def test_who_is_always_right_never_declines() -> None:
    """Where everything has an answer and the answers are right, the threshold is the least."""
    assert calibrate(judged(lambda _: 1.0, count=300)).threshold == 0.05


def test_who_is_never_right_always_declines() -> None:
    """Where nothing has an answer, no question of the data gets one."""
    questions = judged(lambda _: 0.0, count=300, answerable=0.0)
    found = calibrate(questions)
    assert max(found.confidence(q.signals) for q in questions) < found.threshold


def test_the_threshold_weighs_wrong_answers() -> None:
    """An answer is given where it is worth more than silence to what may have none."""
    truth = Calibration(weights(margin=1.0), -1.0)
    alone = calibrate(judged(truth.confidence)).threshold
    among = calibrate(judged(truth.confidence, answerable=0.6)).threshold
    assert alone == pytest.approx(1 / 5, abs=0.1)  # p - (1 - p) / 4 = 0
    assert among > 0.1


def test_a_signal_that_never_changes_does_no_harm() -> None:
    """A constant signal has no spread to divide by, and the confidence is still a number."""
    found = calibrate(judged(lambda _: 0.5, count=50))
    assert all(abs(weight) < 1e6 for weight in found.weights)
    assert 0.0 <= found.confidence(Signals(0, 0, 0, 0, 0.5)) <= 1.0
