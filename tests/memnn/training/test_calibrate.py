"""Fitting the confidence and the threshold."""

import random
from collections.abc import Callable
from dataclasses import fields

import pytest

from memnn.calibration import Regression, Signals, as_values
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
    truth = Regression(weights(margin=0.8, reading=0.5, form=-1.0, matched=2.0), -1.0)
    questions = judged(truth.probability)
    found = calibrate(questions)
    off = [abs(found.confidence(q.signals) - truth.probability(q.signals)) for q in questions]
    assert sum(off) / len(off) < 0.03


def test_a_better_signal_is_surer() -> None:
    """The weight of a signal that goes with right answers is positive."""
    found = calibrate(judged(Regression(weights(margin=1.0)).probability))
    named = dict(zip(NAMES, found.right.weights, strict=False))
    margin, reading = named["margin"], named["reading"]
    assert margin > 0.5
    assert abs(reading) < 0.2


def test_who_is_always_right_never_declines() -> None:
    """Where everything has an answer and the answers are right, the threshold is the least."""
    found = calibrate(judged(lambda _: 1.0, count=300))
    assert (found.threshold, found.silence) == (0.05, 1.0)


def test_who_is_never_right_always_declines() -> None:
    """Where nothing has an answer, no question of the data gets one."""
    questions = judged(lambda _: 0.0, count=300, answerable=0.0)
    found = calibrate(questions)
    assert not any(found.gives(q.signals) for q in questions)


def test_the_threshold_weighs_wrong_answers() -> None:
    """An answer is given where it is worth more than silence to what may have none."""
    truth = Regression(weights(margin=1.0), -1.0)
    alone = calibrate(judged(truth.probability)).threshold
    among = calibrate(judged(truth.probability, answerable=0.6)).threshold
    assert alone == pytest.approx(1 / 5, abs=0.1)  # p - (1 - p) / 4 = 0
    assert among > 0.1


def test_what_nobody_said_is_told_from_what_is_hard() -> None:
    """Of two questions answered rightly as seldom, only what nobody said is declined."""
    hard = [Judged(Signals(margin=5, none=-9), i % 4 == 0, answerable=True) for i in range(400)]
    unsaid = [Judged(Signals(margin=5, none=-0.1), i % 4 == 0, i % 4 == 0) for i in range(400)]
    easy = [Judged(Signals(margin=9, none=-9), right=True, answerable=True)] * 400
    found = calibrate([*hard, *unsaid, *easy])
    assert found.gives(hard[0].signals)
    assert found.gives(easy[0].signals)
    assert not found.gives(unsaid[0].signals)


def test_a_signal_that_never_changes_does_no_harm() -> None:
    """A constant signal has no spread to divide by, and the confidence is still a number."""
    found = calibrate(judged(lambda _: 0.5, count=50))
    assert all(abs(weight) < 1e6 for weight in found.right.weights)
    assert 0.0 <= found.confidence(Signals(0, 0, 0, 0, 0.5)) <= 1.0
