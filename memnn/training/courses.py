"""How long the papers' networks are trained, and how fast: one course for each use of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from memnn.training.renaming import Renaming
from memnn.training.trainer import Schedule

_NO_RENAMING = Renaming(1.0, 0.0)
_WARM_UP = 0.03  # share of the steps
_CLIP = 1.0  # a gradient of more than this loses R in its first epochs


class Part(StrEnum):
    """What is trained by itself."""

    OUTPUT = "O"
    RESPONSE = "R"


@dataclass(frozen=True, slots=True)
class Course:
    """How long and how a network is trained.

    Attributes:
        output_epochs: Epochs of O.
        response_epochs: Epochs of R.
        output_rate: Learning rate of O.
        response_rate: Learning rate of R.
        output_decay: Weight decay of O.
        response_decay: Weight decay of R.
        output_renaming: How much is renamed for O.
        response_renaming: How much is renamed for R.
        batch: Questions a step.
        seed: Of everything drawn by chance.
        work: Folder for checkpoints; None keeps none.
    """

    output_epochs: int = 30
    response_epochs: int = 60
    output_rate: float = 3e-3
    response_rate: float = 3e-3
    output_decay: float = 1e-3
    response_decay: float = 1e-2
    output_renaming: Renaming = _NO_RENAMING
    response_renaming: Renaming = _NO_RENAMING
    batch: int = 32
    seed: int = 1
    work: Path | None = None

    def schedule(self, part: Part) -> Schedule:
        """The schedule of a part."""
        output = part is Part.OUTPUT
        return Schedule(
            epochs=self.output_epochs if output else self.response_epochs,
            rates=(self.output_rate if output else self.response_rate,),
            seed=self.seed,
            weight_decay=self.output_decay if output else self.response_decay,
            warm_up=_WARM_UP,
            clip=_CLIP,
            checkpoint=self.work / f"{part}.safetensors" if self.work else None,
        )


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told how a training goes.

    Attributes:
        tick: After every step: the part, steps done, steps in all, the loss.
        held: After every epoch: the part, and its accuracy on the validation questions, a share.
    """

    tick: Callable[[Part, int, int, float], None] = lambda _part, _done, _all, _loss: None
    held: Callable[[Part, float], None] = lambda _part, _accuracy: None


NOBODY = Watch()
ORIGINAL_COURSE = Course(output_epochs=30, response_epochs=15, output_rate=1e-2)
WORLD_COURSE = Course(output_epochs=24, response_epochs=24, output_rate=1e-2)
FULL_COURSE = Course(output_renaming=Renaming(0.5, 0.3), response_renaming=Renaming(0.2, 0.9))
QUICK_COURSE = replace(FULL_COURSE, output_epochs=24, response_epochs=16)
JOINT_COURSE = replace(FULL_COURSE, output_epochs=10, response_epochs=40)
