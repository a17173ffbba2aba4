"""The learning rate's course: up in a line, down in half a cosine; sooner where all is learnt."""

import math
from dataclasses import dataclass, field

_SURE = 4  # epochs in a row without a mistake after which the rate may come down
_COOLING = 0.2  # share of the steps in which it then comes down


@dataclass(slots=True)
class Pace:
    """How far a training is, and where it ends.

    Attributes:
        steps: Steps an epoch.
        epochs: Epochs at most.
        warm_up: Share of the steps in which the rate rises.
        epoch: Epochs done.
        faultless: Epochs in a row, the last one included, without a mistake in validation.
        cooled_from: The step from which the rate came down early; None where it did not.
    """

    steps: int
    epochs: int
    warm_up: float
    epoch: int = field(default=0)
    faultless: int = field(default=0)
    cooled_from: int | None = field(default=None)

    @property
    def end(self) -> int:
        """The step after the last one."""
        total = self.steps * self.epochs
        return total if self.cooled_from is None else self.cooled_from + self._cooling

    @property
    def over(self) -> bool:
        """Whether there is no step left."""
        return self.epoch * self.steps >= self.end

    def rate(self, step: int) -> float:
        """The share of the highest rate at a step."""
        if self.cooled_from is None:
            return self._usual(step)
        return self._usual(self.cooled_from) * _descent((step - self.cooled_from) / self._cooling)

    def close_epoch(self, accuracy: float | None) -> None:
        """Count an epoch.

        Args:
            accuracy: Of the validation after it, a share; None where nothing was validated.
        """
        self.epoch += 1
        self.faultless = self.faultless + 1 if accuracy == 1.0 else 0
        now = self.epoch * self.steps
        settled = self.cooled_from is None and self.faultless >= _SURE
        if settled and now + self._cooling < self.steps * self.epochs:
            self.cooled_from = now

    def _usual(self, step: int) -> float:
        progress = step / (self.steps * self.epochs)
        if progress < self.warm_up:
            return max(progress / self.warm_up, 0.01)
        return _descent((progress - self.warm_up) / (1 - self.warm_up))

    @property
    def _cooling(self) -> int:
        return self.steps * max(1, round(_COOLING * self.epochs))


def _descent(progress: float) -> float:
    return 0.5 + 0.5 * math.cos(math.pi * progress)
