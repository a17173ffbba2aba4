"""Fitting R's confidence and its "I don't know" on questions that nothing else was trained on."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from memnn.calibration import Calibration, Regression, Signals, as_values

_DECAY = 1e-3
_COST_OF_WRONG = 0.25  # of a right answer: the evidence is shown beside it, so it misleads little
_THRESHOLDS = [step / 20 for step in range(1, 17)]
_SILENCES = [step / 20 for step in range(20, 0, -1)]


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


def calibrate(judged: Sequence[Judged], staged: Sequence[Judged] = ()) -> Calibration:
    """Fit both probabilities by logistic regression, then choose the limits that serve best.

    A right answer and a right "I don't know" count one, a wrong answer costs `_COST_OF_WRONG`.

    Args:
        judged: Answers to what people asked: how sure an answer is, and the limits, are of these.
        staged: Answers to what scenes ask, which is harder than what people ask, but asks more
            often for what nobody said: that is learnt from both.
    """
    right = torch.tensor([j.right for j in judged])
    answerable = torch.tensor([j.answerable for j in judged])
    unsaid = torch.tensor([not j.answerable for j in (*judged, *staged)])
    fitted = Calibration(
        _regress(_signals(judged), right), _regress(_signals([*judged, *staged]), unsaid)
    )
    sure = torch.tensor([fitted.right.probability(j.signals) for j in judged])
    missing = torch.tensor([fitted.unsaid.probability(j.signals) for j in judged])

    def served(limits: tuple[float, float]) -> float:
        threshold, silence = limits
        given = (sure >= threshold) & (missing < silence)
        wrong = (given & ~right).sum()
        return float((given & right).sum() + (~given & ~answerable).sum() - _COST_OF_WRONG * wrong)

    threshold, silence = max(itertools.product(_THRESHOLDS, _SILENCES), key=served)
    return replace(fitted, threshold=threshold, silence=silence)


def _signals(judged: Sequence[Judged]) -> Tensor:
    return torch.tensor([as_values(j.signals) for j in judged], dtype=torch.float64)


def _regress(signals: Tensor, labels: Tensor) -> Regression:
    """Logistic regression in standardised signals; the weights are for the signals as they are."""
    mean, spread = signals.mean(0), signals.std(0).clamp(min=1e-6)
    weights = torch.zeros(signals.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        logits = (signals - mean) / spread @ weights[:-1] + weights[-1]
        loss = functional.binary_cross_entropy_with_logits(logits, labels.double())
        loss = loss + _DECAY * weights[:-1].square().sum()
        torch.autograd.backward(loss)
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]  # torch leaves it untyped
    found = weights.detach()
    scaled = found[:-1] / spread
    return Regression(tuple(scaled.tolist()), float(found[-1] - (scaled * mean).sum()))
