"""When R says "I don't know", and how sure an answer is: logistic regressions over a few signals.

The signals come from O and R; the weights from questions that neither was trained on. Knows nothing
of text.
"""

import math
from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class Signals:
    """What O and R say about an answer before it is given.

    Attributes:
        margin: First support against the null memory, a logit.
        lead: First support against the next best candidate, a logit.
        form: Log-probability of the answer's form.
        none: Log-probability that the page does not say.
        reading: Log-probability of the answer among all readings.
        placed: Log-probability of the supports' best span among those of all candidates.
        matched: Share of the question's rarity found in the supports, 0 to 1.
        first: Best first-pass score, divided by 20.
        span: 1 for a span, else 0.
        listing: 1 for a list, else 0.
        counting: 1 for a count, else 0.
    """

    margin: float = 0.0
    lead: float = 0.0
    form: float = 0.0
    none: float = 0.0
    reading: float = 0.0
    placed: float = 0.0
    matched: float = 0.0
    first: float = 0.0
    span: float = 0.0
    listing: float = 0.0
    counting: float = 0.0


def as_values(signals: Signals) -> tuple[float, ...]:
    """The signals in their order, then those that are log-probabilities as probabilities.

    A logarithm tells hopeless answers apart, a probability sure ones; with both the confidence is
    nearer to the truth.
    """
    told = (signals.form, signals.none, signals.reading, signals.placed)
    return (*astuple(signals), *(math.exp(min(0.0, log_p)) for log_p in told))


@dataclass(frozen=True, slots=True)
class Regression:
    """A probability from the signals, by logistic regression.

    Attributes:
        weights: One a value of `as_values`, in their order.
        bias: Added to the weighted signals.
    """

    weights: tuple[float, ...] = (0.0,) * len(as_values(Signals()))
    bias: float = 0.0

    def __post_init__(self) -> None:
        values = len(as_values(Signals()))
        if len(self.weights) != values:
            raise ValueError(f"{len(self.weights)} weights for {values} values")

    def probability(self, signals: Signals) -> float:
        """Between 0 and 1."""
        values = as_values(signals)
        logit = self.bias + sum(w * v for w, v in zip(self.weights, values, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


@dataclass(frozen=True, slots=True)
class Calibration:
    """How sure an answer is, and whether it is given.

    Two things speak against an answer, and are judged apart: that another might be right, and that
    nobody said what is asked for. A list that may lack an item is worth more than silence; a name
    for somebody who was never named is not.

    Attributes:
        right: That the answer is right.
        unsaid: That the memories do not say.
        threshold: Answers less probably right than this become "I don't know", 0 to 1.
        silence: So do those to what is as probably unsaid as this, 0 to 1.
        patience: Taken off the null memory from the second hop on, a logit: how readily O looks
            for one more support.
        gathering: The same for a list or a count, which a stray support spoils.
        trust: How much more R believes what stands in a support of O's, a logit.
    """

    right: Regression = Regression()
    unsaid: Regression = Regression()
    threshold: float = 0.5
    silence: float = 1.0
    patience: float = 0.0
    gathering: float = 0.0
    trust: float = 0.0

    def confidence(self, signals: Signals) -> float:
        """Probability that the answer is right, 0 to 1."""
        return self.right.probability(signals)

    def gives(self, signals: Signals) -> bool:
        """Whether the answer is given."""
        sure = self.confidence(signals) >= self.threshold
        return sure and self.unsaid.probability(signals) < self.silence
