"""How sure an answer is."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memnn.calibration import Calibration, Signals, as_values

NUMBERS = st.floats(-1e9, 1e9)
SIGNALS = st.builds(Signals, *[NUMBERS] * 11)


def test_by_hand() -> None:
    """The confidence is the logistic function of the weighted signals and the bias."""
    calibration = Calibration((1.0, 2.0, 3.0, 4.0, 5.0, *[0.0] * 10), -1.0)
    signals = Signals(0.1, -0.2, -0.3, 0.4, 0.5)
    logit = -1.0 + 0.1 - 0.4 - 0.9 + 1.6 + 2.5
    assert calibration.confidence(signals) == pytest.approx(1 / (1 + math.exp(-logit)))


@given(SIGNALS)
def test_a_confidence_is_a_probability(signals: Signals) -> None:
    """However far out the signals are, the confidence is between 0 and 1."""
    assert (
        0.0 <= Calibration((1.0, -1.0, 2.0, 0.0, 9.0, *[1.0] * 10), 3.0).confidence(signals) <= 1.0
    )


@given(SIGNALS, st.floats(0, 1e9))
def test_more_margin_is_never_less_sure(signals: Signals, more: float) -> None:
    """With a positive weight, a larger signal gives no smaller confidence."""
    larger = replace(signals, margin=signals.margin + more)
    calibration = Calibration()
    assert calibration.confidence(larger) >= calibration.confidence(signals)


def test_the_order_of_the_weights() -> None:
    """Signals are weighted in the order in which they are declared, then four as probabilities."""
    found = as_values(Signals(1, 2, -math.log(2), -math.inf, first=5, span=6))
    assert found[:11] == (1, 2, -math.log(2), -math.inf, 0, 0, 0, 5, 6, 0, 0)
    assert found[11:] == pytest.approx((0.5, 0.0, 1.0, 1.0))


def test_a_weight_for_each_signal() -> None:
    """Weights that do not fit the signals are refused at once, with both numbers."""
    with pytest.raises(ValueError, match="2 weights for 15 values"):
        Calibration((1.0, 2.0))
