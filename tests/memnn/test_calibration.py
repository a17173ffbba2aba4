"""How sure an answer is."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memnn.calibration import Calibration, Regression, Signals, as_values

NUMBERS = st.floats(-1e9, 1e9)
SIGNALS = st.builds(Signals, *[NUMBERS] * 11)


def test_by_hand() -> None:
    """A probability is the logistic function of the weighted signals and the bias."""
    regression = Regression((1.0, 2.0, 3.0, 4.0, 5.0, *[0.0] * 10), -1.0)
    signals = Signals(0.1, -0.2, -0.3, 0.4, 0.5)
    logit = -1.0 + 0.1 - 0.4 - 0.9 + 1.6 + 2.5
    assert regression.probability(signals) == pytest.approx(1 / (1 + math.exp(-logit)))
    assert Calibration(right=regression).confidence(signals) == regression.probability(signals)


@given(SIGNALS)
def test_a_confidence_is_a_probability(signals: Signals) -> None:
    """However far out the signals are, the confidence is between 0 and 1."""
    regression = Regression((1.0, -1.0, 2.0, 0.0, 9.0, *[1.0] * 10), 3.0)
    assert 0.0 <= regression.probability(signals) <= 1.0


@given(SIGNALS, st.floats(0, 1e9))
def test_more_margin_is_never_less_sure(signals: Signals, more: float) -> None:
    """With a positive weight, a larger signal gives no smaller confidence."""
    larger = replace(signals, margin=signals.margin + more)
    calibration = Calibration(Regression((1.0, *[0.0] * 14)))
    assert calibration.confidence(larger) >= calibration.confidence(signals)


def test_the_order_of_the_weights() -> None:
    """Signals are weighted in the order in which they are declared, then four as probabilities."""
    found = as_values(Signals(1, 2, -math.log(2), -math.inf, first=5, span=6))
    assert found[:11] == (1, 2, -math.log(2), -math.inf, 0, 0, 0, 5, 6, 0, 0)
    assert found[11:] == pytest.approx((0.5, 0.0, 1.0, 1.0))


def test_a_weight_for_each_signal() -> None:
    """Weights that do not fit the signals are refused at once, with both numbers."""
    with pytest.raises(ValueError, match="2 weights for 15 values"):
        Regression((1.0, 2.0))


@pytest.mark.parametrize(
    ("right", "unsaid", "given"),
    [
        (0.3, 0.1, True),
        (0.3, 0.6, False),
        (0.1, 0.1, False),
        (0.2, 0.4999, True),
        (0.9, 0.5, False),
    ],
)
def test_two_doubts_are_judged_apart(right: float, unsaid: float, *, given: bool) -> None:
    """An answer is given where it may well be right, and somebody seems to have said it."""
    likely, missing = (Regression(bias=math.log(p / (1 - p))) for p in (right, unsaid))
    calibration = Calibration(likely, missing, threshold=0.2 - 1e-9, silence=0.5)
    assert calibration.gives(Signals()) is given
