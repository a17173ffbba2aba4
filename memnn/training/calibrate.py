"""Fitting R's confidence and its "I don't know" on questions that nothing else was trained on."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from memnn.calibration import Calibration, Signals, as_values

_DECAY = 1e-3
_COST_OF_WRONG = 0.25  # of a right answer: the evidence is shown beside it, so it misleads little
_THRESHOLDS = [step / 100 for step in range(5, 80)]


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer that would have been given.

    Attributes:
        signals: What O and R said of it.
        right: Whether it was right.
        answerable: Whether the question has an answer at all.
    """

    signals: Signals
    right: bool
    answerable: bool


def calibrate(judged: Sequence[Judged]) -> Calibration:
    """Fit the confidence by logistic regression, then choose the threshold that serves best.

    A right answer and a right "I don't know" count one, a wrong answer costs `_COST_OF_WRONG`.
    """
    signals = torch.tensor([as_values(j.signals) for j in judged], dtype=torch.float64)
    right = torch.tensor([float(j.right) for j in judged], dtype=torch.float64)
    weights, bias = _regress(signals, right)
    fitted = Calibration(tuple(weights.tolist()), float(bias))
    confidences = [fitted.confidence(j.signals) for j in judged]

    def served(threshold: float) -> float:
        total = 0.0
        for j, confidence in zip(judged, confidences, strict=True):
            if confidence < threshold:
                total += not j.answerable
            else:
                total += 1.0 if j.right else -_COST_OF_WRONG
        return total

    return Calibration(fitted.weights, fitted.bias, max(_THRESHOLDS, key=served))


def _regress(signals: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """Logistic regression in standardised signals; the weights are for the signals as they are."""
    mean, spread = signals.mean(0), signals.std(0).clamp(min=1e-6)
    weights = torch.zeros(signals.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        logits = (signals - mean) / spread @ weights[:-1] + weights[-1]
        loss = functional.binary_cross_entropy_with_logits(logits, right)
        loss = loss + _DECAY * weights[:-1].square().sum()
        torch.autograd.backward(loss)
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]  # torch leaves it untyped
    found = weights.detach()
    scaled = found[:-1] / spread
    return scaled, found[-1] - (scaled * mean).sum()
