"""The 20 tasks with 1,000 questions and labelled supports: the paper's columns and ours.

    python -m benchmarks.babi --data DIR [--tasks 1-20] [--seeds 3]
        [--rows full,original,joint,curve] [--work DIR] [--out FILE] [--quick]

Prints the table and writes it as JSON. Every training is kept in --work: cut off and called again,
it goes on where it was. --quick: tasks 1, 6, 15 and 20 with one seed, and fails below the floor.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from rich.console import Console

from benchmarks.babi_runs import FIRST_SEED, PASSED, Run, summary
from benchmarks.babi_table import PAPER, table
from benchmarks.watching import watching
from memnn.errors import MemnnError
from memnn.training.babi import TASKS
from memnn.training.courses import Watch

RESULTS = Path(__file__).parent / "results"
OUT = RESULTS / "babi.json"
QUICK = (1, 6, 15, 20)
CURVE = "100,250,500"

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_console = Console(highlight=False)


@app.command()
def main(  # noqa: PLR0913 -- one a flag
    *,
    data: Annotated[Path, typer.Option(help="Folder of the tasks' files.")],
    tasks: Annotated[str, typer.Option(help="Such as 1-20 or 1,6,15.")] = f"1-{TASKS}",
    seeds: Annotated[int, typer.Option(help="Trainings of each; the median counts.")] = 3,
    rows: Annotated[str, typer.Option(help="Of full, original, joint, curve.")] = "full,original",
    curve: Annotated[str, typer.Option(help="Training questions of the curve's points.")] = CURVE,
    work: Annotated[Path, typer.Option(help="Where trainings are kept.")] = Path("babi.work"),
    out: Annotated[Path, typer.Option(help="Where the JSON goes.")] = OUT,
    quick: Annotated[bool, typer.Option(help="Four tasks, one seed, with a floor.")] = False,
) -> None:
    """Train, test, print, write."""
    torch.set_num_threads(1)
    work.mkdir(parents=True, exist_ok=True)
    chosen = QUICK if quick else _numbers(tasks)
    names = ["quick"] if quick else rows.split(",")
    all_seeds = range(FIRST_SEED, FIRST_SEED + (1 if quick else seeds))
    few = [int(number) for number in curve.split(",")]
    result: dict[str, Any] = {"paper": PAPER}
    with watching() as watch:
        for name in names:
            runs = _curve if name == "curve" else _row
            plan = _Plan(name, chosen, all_seeds, few)
            result |= runs(plan, lambda run: _run(run, data, work, watch))
            _write(out, result, keep=not quick)
    _console.print(table(json.loads(out.read_text(encoding="utf-8"))))
    if quick and result["quick"]["lowest"] < PASSED:
        sys.exit(f"a task is below {PASSED}%: {result['quick']['tasks']}")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a row of the table, or the curve, is made of."""

    name: str
    tasks: Sequence[int]
    seeds: Sequence[int]
    few: Sequence[int]


def _row(plan: _Plan, run: Callable[[Run], dict[str, Any]]) -> dict[str, Any]:
    joint = plan.name == "joint"
    groups = [tuple(plan.tasks)] if joint else [(task,) for task in plan.tasks]
    seeds = plan.seeds[:1] if joint else plan.seeds
    runs = [Run(plan.name, group, seed) for seed in seeds for group in groups]
    return {plan.name: summary([run(each) for each in runs], seeds)}


def _curve(plan: _Plan, run: Callable[[Run], dict[str, Any]]) -> dict[str, Any]:
    seeds, points = plan.seeds[:1], {}
    for few in plan.few:
        runs = [Run("full", (task,), seed, few) for seed in seeds for task in plan.tasks]
        points[str(few)] = summary([run(each) for each in runs], seeds)
    return {"curve": points}


def _run(run: Run, data: Path, work: Path, watch: Callable[[str], Watch]) -> dict[str, Any]:
    found = run.result(data, work, watch(run.name))
    right = ", ".join(f"{task}: {value:.1f}" for task, value in found["tasks"].items())
    _console.print(f"{run.name}: {right} ({found['seconds']:.0f} s)", style="dim")
    return found


def _write(out: Path, result: dict[str, Any], *, keep: bool) -> None:
    """Write what was found; what other runs found of other rows is kept."""
    before = json.loads(out.read_text(encoding="utf-8")) if keep and out.exists() else {}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({**before, **result}, indent=2) + "\n", encoding="utf-8")


def _numbers(text: str) -> tuple[int, ...]:
    """The numbers in "1-3,7".

    Raises:
        BadParameter: It is no such list of tasks.
    """
    try:
        ends = [[int(end) for end in part.split("-")] for part in text.split(",")]
        found = tuple(chain.from_iterable(range(part[0], part[-1] + 1) for part in ends))
    except ValueError:
        found = ()
    if not found or not set(found) <= set(range(1, TASKS + 1)):
        raise typer.BadParameter(f"{text!r} names no tasks; write such as 1-{TASKS} or 1,6,15")
    return found


if __name__ == "__main__":
    try:
        app()
    except MemnnError as error:
        sys.exit(str(error))
