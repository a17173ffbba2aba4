"""The benchmark on the 20 tasks: its quick check with floors, its table, and what it refuses."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.babi import app
from benchmarks.babi_runs import summary
from benchmarks.babi_table import PAPER, lines

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data" / "babi"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the benchmark as people do."""
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.babi", *arguments],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        check=False,
        text=True,
    )


@pytest.mark.timeout(600)
def test_the_quick_check_stays_above_its_floor(tmp_path: Path) -> None:
    """Trained anew, tasks 1, 6, 15 and 20 are passed; run again, nothing is trained twice."""
    out, work = tmp_path / "babi.json", tmp_path / "work"
    options = ("--data", str(DATA), "--work", str(work), "--out", str(out))
    first = run("--quick", *options)
    assert first.returncode == 0, first.stdout + first.stderr
    found = json.loads(out.read_text())["quick"]
    assert list(found["tasks"]) == ["1", "6", "15", "20"]
    assert min(found["tasks"].values()) >= 95
    assert found["mean"] >= 97.5
    kept = {file.name: file.stat().st_mtime_ns for file in work.glob("*.json")}
    assert run("--quick", *options).returncode == 0
    assert {file.name: file.stat().st_mtime_ns for file in work.glob("*.json")} == kept


@pytest.mark.parametrize("tasks", ["0", "1-30", "one", "", "5-3"])
def test_tasks_that_are_none(tasks: str, tmp_path: Path) -> None:
    """A list that names no tasks is refused with an example of one."""
    options = ["--data", str(DATA), "--tasks", tasks, "--work", str(tmp_path)]
    found = CliRunner().invoke(app, options)
    assert found.exit_code == 2
    assert "names no tasks" in found.stderr


def test_files_that_are_missing(tmp_path: Path) -> None:
    """A folder without the tasks is one line that says so, no traceback."""
    found = run("--data", str(tmp_path), "--tasks", "3", "--work", str(tmp_path / "work"))
    assert found.returncode == 1
    assert "no file qa3_*_train.txt" in found.stderr
    assert "Traceback" not in found.stderr


def test_a_summary_holds_medians() -> None:
    """The median of the seeds counts; tasks are passed from 95 on."""
    runs = [{"tasks": {"1": value, "2": 100.0}, "seconds": 1.0} for value in (90.0, 94.9, 99.0)]
    found = summary(runs, [1, 2, 3])
    assert found["tasks"] == {"1": 94.9, "2": 100.0}
    assert (found["passed"], found["lowest"], found["seeds"]) == (1, 94.9, [1, 2, 3])
    assert found["mean"] == pytest.approx(97.45)


def test_the_papers_columns() -> None:
    """Means of table 3 as the paper prints them, but for "MemNN", for which it prints 75."""
    means = {name: int(column["mean"]) for name, column in PAPER.items()}
    assert means == {
        "n-grams": 34,
        "LSTM": 49,
        "structured SVM": 79,
        "MemNN": 70,
        "MemNN AM+NG+NL": 93,
    }
    assert PAPER["MemNN AM+NG+NL"]["passed"] == 16
    table = lines({"full": summary([{"tasks": {"3": 99.5}, "seconds": 1.0}], [1])})
    assert table[0][-1] == "ours, full"
    assert table[3] == ["3 three supporting facts", "7", "20", "17", "20", "100", "99.5"]
