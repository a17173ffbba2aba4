"""One training loop for every learned part: seeded, resumable by epoch, free of pickle.

An epoch's order and noise depend on the seed and the epoch alone, so that a run that was cut off
and resumed does what one run would have done, up to the numerics of the machine.
"""

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from memnn.errors import DataError
from memnn.training.pace import Pace

B = TypeVar("B")
Tick = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast to train.

    Attributes:
        epochs: How often everything is seen.
        rates: Highest learning rate of each group of parameters.
        seed: Of the order and the noise.
        weight_decay: Decoupled, a step at full rate.
        checkpoint: Where to keep the state after every epoch; None keeps none.
        tick: Called after every step with steps done, steps in all, and the loss.
        validate: Called after every epoch for the accuracy on what is not trained on, a share;
            without a mistake for some epochs, the training comes to its end sooner.
        warm_up: Share of the steps in which the rate rises.
        clip: Longest gradient, 2-norm.
        basis: Names what it starts from: with another, a checkpoint is another run's.
    """

    epochs: int
    rates: tuple[float, ...]
    seed: int
    weight_decay: float = 0.0
    checkpoint: Path | None = None
    tick: Tick = lambda _done, _all, _loss: None
    validate: Callable[[], float] | None = None
    warm_up: float = 0.1
    clip: float = 5.0
    basis: str = ""


def shuffled(items: Sequence[B], size: int, choice: random.Random) -> Iterator[Sequence[B]]:
    """All items in an order drawn by chance, so many a step."""
    order = choice.sample(items, len(items))
    for at in range(0, len(order), size):
        yield order[at : at + size]


def fit(
    module: nn.Module,
    groups: Sequence[Sequence[nn.Parameter]],
    schedule: Schedule,
    steps: int,
    batches: Callable[[random.Random], Iterable[B]],
    loss: Callable[[B, random.Random], Tensor],
) -> None:
    """Train a module in place; goes on from the checkpoint where there is one.

    Args:
        module: What to train.
        groups: Its parameters, one group a rate.
        schedule: How long and how fast.
        steps: Batches an epoch.
        batches: Makes an epoch's batches.
        loss: Of one batch, a scalar.

    Raises:
        DataError: The checkpoint is another run's.
    """
    optimiser = torch.optim.AdamW(
        [
            {"params": list(group), "lr": rate}
            for group, rate in zip(groups, schedule.rates, strict=True)
        ],
        weight_decay=schedule.weight_decay,
        fused=True,
    )
    pace = _resume(module, optimiser, schedule, steps)
    while not pace.over:
        choice = random.Random(f"{schedule.seed}/{pace.epoch}")  # noqa: S311 -- no secret
        torch.manual_seed(choice.randrange(1 << 32))
        module.train()
        done = pace.epoch * steps
        for batch in batches(choice):
            for group, rate in zip(optimiser.param_groups, schedule.rates, strict=True):
                group["lr"] = rate * pace.rate(done)
            value = loss(batch, choice)
            optimiser.zero_grad()
            torch.autograd.backward(value)
            nn.utils.clip_grad_norm_(module.parameters(), schedule.clip)
            optimiser.step()
            done += 1
            schedule.tick(done, pace.end, float(value.detach()))
        module.eval()
        pace.close_epoch(schedule.validate() if schedule.validate else None)
        _keep(module, optimiser, schedule, pace)
    module.eval()


def _keep(
    module: nn.Module, optimiser: torch.optim.Optimizer, schedule: Schedule, pace: Pace
) -> None:
    file, plan = schedule.checkpoint, _plan(schedule, pace.steps)
    if file is None:
        return
    tensors = {f"module.{name}": value for name, value in module.state_dict().items()}
    for number, state in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{number}.{name}": value for name, value in state.items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".part")
    save_file(
        {name: value.contiguous().clone() for name, value in tensors.items()},
        fresh,
        metadata={"pace": json.dumps(asdict(pace)), "plan": plan},
    )
    fresh.replace(file)  # at once: a run cut off here finds the old checkpoint or the new one


def _resume(
    module: nn.Module, optimiser: torch.optim.Optimizer, schedule: Schedule, steps: int
) -> Pace:
    """Load a checkpoint where there is one; returns how far it is."""
    file = schedule.checkpoint
    if file is None or not file.exists():
        return Pace(steps, schedule.epochs, schedule.warm_up)
    about = _metadata(file)
    if about.get("plan") != _plan(schedule, steps) or "pace" not in about:
        raise DataError(
            f"{file}: a checkpoint of a run with another seed, schedule, start or amount of data; "
            "remove it, or name another folder with --work"
        )
    tensors = load_file(file)
    module.load_state_dict(_part(tensors, "module."))
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in _part(tensors, "optimiser.").items():
        number, _, field = name.partition(".")
        state.setdefault(int(number), {})[field] = value
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
    return Pace(**json.loads(about["pace"]))


def _plan(schedule: Schedule, steps: int) -> str:
    """What must be the same for a run to go on."""
    how = (schedule.seed, schedule.basis, schedule.epochs, schedule.rates, schedule.weight_decay)
    return json.dumps([*how, steps])


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def _metadata(file: Path) -> dict[str, str]:
    with safe_open(file, framework="pt") as opened:
        held: dict[str, str] = opened.metadata()
    return held
