"""The table of the 20 tasks: the paper's columns beside ours."""

from typing import Any

from rich.table import Table

from benchmarks.babi_runs import PASSED
from memnn.training.babi import TASKS

NAMES = (
    "single supporting fact", "two supporting facts", "three supporting facts",
    "two-argument relations", "three-argument relations", "yes/no", "counting", "lists",
    "negation", "indefinite knowledge", "coreference", "conjunction", "compound coreference",
    "time", "deduction", "induction", "positions", "sizes", "path finding", "motivation",
)  # fmt: skip
_COLUMNS: dict[str, tuple[int, ...]] = {  # table 3 of the tasks paper, percent
    "n-grams": (36, 2, 7, 50, 20, 49, 52, 40, 62, 45, 29, 9, 26, 19, 20, 43, 46, 52, 0, 76),
    "LSTM": (50, 20, 20, 61, 70, 48, 49, 45, 64, 44, 72, 74, 94, 27, 21, 23, 51, 52, 8, 91),
    "structured SVM": (
        99, 74, 17, 98, 83, 99, 69, 70, 100, 99, 100, 96, 99, 99, 96, 24, 61, 62, 49, 95,
    ),
    "MemNN": (
        100, 100, 20, 71, 83, 47, 68, 77, 65, 59, 100, 100, 100, 99, 74, 27, 54, 57, 0, 100,
    ),
    "MemNN AM+NG+NL": (
        100, 100, 100, 100, 98, 100, 85, 91, 100, 98, 100, 100, 100, 99, 100, 100, 65, 95, 36, 100,
    ),
}  # fmt: skip


def _column(values: tuple[int, ...]) -> dict[str, Any]:
    tasks = {str(task): float(value) for task, value in enumerate(values, start=1)}
    passed = sum(value >= PASSED for value in values)
    return {"tasks": tasks, "mean": round(sum(values) / len(values), 1), "passed": passed}


PAPER = {name: _column(values) for name, values in _COLUMNS.items()}
_OURS = {
    "quick": "ours, quick",
    "original": "ours, original",
    "full": "ours, full",
    "joint": "ours, joint",
}


def columns(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The columns of the table by their heads, the paper's first."""
    ours = {head: result[row] for row, head in _OURS.items() if row in result}
    return {**PAPER, **ours}


def lines(result: dict[str, Any]) -> list[list[str]]:
    """The table as cells, heads first."""
    held = columns(result)
    rows = [["task", *held]]
    for task in range(1, TASKS + 1):
        cells = [_cell(column["tasks"].get(str(task))) for column in held.values()]
        rows.append([f"{task} {NAMES[task - 1]}", *cells])
    rows.append(["mean", *(f"{column['mean']:.1f}" for column in held.values())])
    rows.append(["passed", *(str(column["passed"]) for column in held.values())])
    return rows


def table(result: dict[str, Any]) -> Table:
    """The table for a screen."""
    heads, *rows = lines(result)
    made = Table(title="accuracy, percent; a task is passed from 95 on")
    for at, head in enumerate(heads):
        made.add_column(head, justify="right" if at else "left")
    for row in rows:
        made.add_row(*row)
    return made


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}".removesuffix(".0")
