"""Runs on the 20 tasks: a network trained and tested, kept as a file, so that none is run twice."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from memnn.mechanisms import FULL, ORIGINAL, Mechanisms
from memnn.paper import artifact
from memnn.paper.network import PaperNetwork
from memnn.paper.stories import Question
from memnn.training.babi import TASKS, read_task, split, task_files
from memnn.training.courses import (
    FULL_COURSE,
    JOINT_COURSE,
    ORIGINAL_COURSE,
    QUICK_COURSE,
    Course,
    Watch,
)
from memnn.training.paper import train

HELD = 0.1  # of the training questions: what validates
PASSED = 95.0  # percent
FIRST_SEED = 11
ROWS: dict[str, tuple[Mechanisms, Course]] = {
    "full": (FULL, FULL_COURSE),
    "original": (replace(ORIGINAL, ordered=True), ORIGINAL_COURSE),
    "quick": (FULL, QUICK_COURSE),
    "joint": (FULL, JOINT_COURSE),
}


@dataclass(frozen=True, slots=True)
class Run:
    """One training.

    Attributes:
        row: Of `ROWS`.
        tasks: What it is trained on, and then tested on one by one.
        seed: Of everything drawn by chance.
        questions: How many of a task's training questions are used, validation included; None for
            all.
    """

    row: str
    tasks: tuple[int, ...]
    seed: int
    questions: int | None = None

    @property
    def name(self) -> str:
        """A name for its files."""
        tasks = self.tasks[0] if len(self.tasks) == 1 else "all"
        few = f"-{self.questions}" if self.questions else ""
        return f"{self.row}-{tasks}{few}-{self.seed}"

    def result(self, data: Path, work: Path, watch: Watch) -> dict[str, Any]:
        """Accuracy in percent by task and seconds taken; from its file where it was run before.

        Raises:
            DataError: A file of a task is missing or malformed.
        """
        return kept(work / f"{self.name}.json", lambda: self._run(data, work, watch))

    def network(self, data: Path, work: Path, watch: Watch) -> PaperNetwork:
        """The network, trained; from its file where it was trained before.

        Raises:
            DataError: A file of a task is missing or malformed.
        """

        def trained() -> PaperNetwork:
            config, course = ROWS[self.row]
            taught, held = self._questions(data)
            course = replace(course, seed=self.seed, work=work / self.name)
            return train(config, taught, held, course, watch)

        return kept_network(work / f"{self.name}{artifact.SUFFIX}", trained)

    def _run(self, data: Path, work: Path, watch: Watch) -> dict[str, Any]:
        start = time.process_time()
        network = self.network(data, work, watch)
        seconds = time.process_time() - start
        tests = {task: read_task(task_files(data, task)[1]) for task in self.tasks}
        return {
            "tasks": {str(task): accuracy(network, test) for task, test in tests.items()},
            "validation": accuracy(network, self._questions(data)[1]),
            "seconds": round(seconds, 1),
        }

    def _questions(self, data: Path) -> tuple[list[Question], list[Question]]:
        """What is trained on, and what validates."""
        parts = [
            split(read_task(task_files(data, task)[0])[: self.questions], HELD, self.seed)
            for task in self.tasks
        ]
        taught = [question for part, _ in parts for question in part]
        return taught, [question for _, part in parts for question in part]


def kept(file: Path, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What was measured; from its file where it was measured before."""
    if not file.exists():
        file.write_text(json.dumps(measure(), indent=2) + "\n", encoding="utf-8")
    held: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return held


def kept_network(file: Path, trained: Callable[[], PaperNetwork]) -> PaperNetwork:
    """What was trained; from its file where it was trained before."""
    if not file.exists():
        artifact.save(trained(), file)
    return artifact.load(file)


def accuracy(network: PaperNetwork, questions: Sequence[Question]) -> float:
    """Share of the questions that are answered word for word, in percent."""
    answers = network.answer(questions)
    right = sum(a.words == q.answer for a, q in zip(answers, questions, strict=True))
    return round(100 * right / len(questions), 1)


def summary(results: Sequence[dict[str, Any]], seeds: Sequence[int]) -> dict[str, Any]:
    """Medians over seeds, by task and in all.

    Args:
        results: What runs of one row gave.
        seeds: Their seeds, for the record.
    """
    runs = {
        str(task): [r["tasks"][str(task)] for r in results if str(task) in r["tasks"]]
        for task in range(1, TASKS + 1)
    }
    runs = {task: values for task, values in runs.items() if values}
    tasks = {task: median(values) for task, values in runs.items()}
    return {
        "tasks": tasks,
        "mean": round(sum(tasks.values()) / len(tasks), 2),
        "passed": sum(value >= PASSED for value in tasks.values()),
        "lowest": min(tasks.values()),
        "seeds": list(seeds),
        "runs": runs,
        "seconds": round(sum(r["seconds"] for r in results), 1),
    }
