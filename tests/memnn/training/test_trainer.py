"""The training loop: seeded, resumable, and it learns."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from memnn.errors import DataError
from memnn.training.trainer import Schedule, fit

STEPS, EPOCHS = 3, 4


class CutOffError(Exception):
    """Somebody pulled the plug."""


def problem() -> nn.Module:
    """A small network with dropout, so that chance has a say."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Dropout(0.3), nn.Linear(8, 1))


def learn(
    module: nn.Module,
    *,
    seed: int = 1,
    checkpoint: Path | None = None,
    tick: Callable[[int, int, float], None] = lambda _done, _all, _loss: None,
    epochs: int = EPOCHS,
    validate: Callable[[], float] | None = None,
) -> dict[str, Tensor]:
    """Fit the sum of three numbers."""
    groups = [list(module[0].parameters()), list(module[3].parameters())]  # type: ignore[index]

    def batches(choice: random.Random) -> list[list[float]]:
        return [[choice.random() for _ in range(3)] for _ in range(STEPS)]

    def loss(batch: list[float], choice: random.Random) -> Tensor:
        inputs = torch.tensor([batch, [choice.random() for _ in range(3)]])
        missed: Tensor = module(inputs).squeeze(1) - inputs.sum(1)
        return missed.square().mean()

    schedule = Schedule(epochs, (1e-2, 3e-2), seed, 1e-2, checkpoint, tick, validate)
    fit(module, groups, schedule, STEPS, batches, loss)
    return module.state_dict()


@pytest.mark.parametrize("cut", range(1, STEPS * EPOCHS + 1))
def test_resuming_is_as_if_nothing_had_happened(tmp_path: Path, cut: int) -> None:
    """Cut off after any step and called again, training ends in the very same weights."""
    whole = learn(problem())
    file = tmp_path / "deep" / "state.safetensors"

    def tick(done: int, _all: int, _loss: float) -> None:
        if done == cut:
            raise CutOffError

    with pytest.raises(CutOffError):
        learn(problem(), checkpoint=file, tick=tick)
    torch.manual_seed(cut)  # whatever else happened in between
    resumed = learn(problem(), checkpoint=file)

    assert all(torch.equal(resumed[name], value) for name, value in whole.items())


@pytest.mark.parametrize("cut", [2, 4 * STEPS, 5 * STEPS + 1, 8 * STEPS])
def test_an_end_that_comes_sooner_comes_when_cut_off_too(tmp_path: Path, cut: int) -> None:
    """With four epochs without a mistake 20 become 8, wherever the run was cut off."""

    def ticks(at: int | None) -> Callable[[int, int, float], None]:
        def tick(done: int, _all: int, _loss: float) -> None:
            steps.append(done)
            if done == at:
                raise CutOffError

        return tick

    steps: list[int] = []
    whole = learn(problem(), epochs=20, validate=lambda: 1.0, tick=ticks(None))
    assert steps[-1] == 8 * STEPS
    file = tmp_path / "state.safetensors"
    with pytest.raises(CutOffError):
        learn(problem(), epochs=20, validate=lambda: 1.0, checkpoint=file, tick=ticks(cut))
    resumed = learn(problem(), epochs=20, validate=lambda: 1.0, checkpoint=file)
    assert all(torch.equal(resumed[name], value) for name, value in whole.items())


def test_it_is_validated_as_it_serves() -> None:
    """After every epoch, with dropout off."""
    module = problem()
    seen: list[bool] = []

    def validate() -> float:
        seen.append(module.training)
        return 0.5

    learn(module, validate=validate)
    assert seen == [False] * EPOCHS


def test_a_finished_run_is_not_run_again(tmp_path: Path) -> None:
    """With the checkpoint of the last epoch there is nothing left to do."""
    file = tmp_path / "state.safetensors"
    first = learn(problem(), checkpoint=file)
    ticks: list[int] = []
    again = learn(problem(), checkpoint=file, tick=lambda done, _a, _l: ticks.append(done))
    assert ticks == []
    assert all(torch.equal(again[name], value) for name, value in first.items())
    assert [f.name for f in tmp_path.iterdir()] == ["state.safetensors"]


def test_the_seed_decides() -> None:
    """The same seed gives the same weights, another one others."""
    one, again, other = (learn(problem(), seed=seed) for seed in (1, 1, 2))
    assert all(torch.equal(again[name], value) for name, value in one.items())
    assert not torch.equal(one["0.weight"], other["0.weight"])


def test_progress_is_told_after_every_step() -> None:
    """Steps done, steps in all, and the loss, which falls."""
    told: list[tuple[int, int, float]] = []
    learn(problem(), tick=lambda *step: told.append(step))
    assert [(done, total) for done, total, _ in told] == [
        (i, STEPS * EPOCHS) for i in range(1, STEPS * EPOCHS + 1)
    ]
    assert told[-1][2] < told[0][2]


def test_a_trained_module_is_ready_to_serve() -> None:
    """Dropout is off afterwards."""
    module = problem()
    learn(module)
    assert not module.training


def test_another_run_is_not_gone_on_with(tmp_path: Path) -> None:
    """A checkpoint of another seed is refused by name, and stays as it is."""
    file = tmp_path / "state.safetensors"
    learn(problem(), seed=1, checkpoint=file)
    before = file.read_bytes()
    with pytest.raises(DataError, match=f"{file}.*--work"):
        learn(problem(), seed=2, checkpoint=file)
    assert file.read_bytes() == before


def test_a_run_from_elsewhere_or_on_other_data_is_not_gone_on_with(tmp_path: Path) -> None:
    """What a training starts from, and how much it learns from, are part of its checkpoint."""
    file = tmp_path / "state.safetensors"
    schedule = Schedule(1, (1e-2,), seed=1, checkpoint=file, basis="one")
    module = nn.Linear(1, 1)

    def taught(schedule: Schedule, steps: int) -> None:
        batches = [torch.ones(1, 1)] * steps
        fit(
            module,
            [list(module.parameters())],
            schedule,
            steps,
            lambda _: batches,
            lambda batch, _: module(batch).sum(),
        )

    taught(schedule, 2)
    for other, steps in ((schedule, 3), (replace(schedule, basis="another"), 2)):
        with pytest.raises(DataError, match=f"{file}.*--work"):
            taught(other, steps)
    taught(schedule, 2)
