"""The command line: what it refuses before anything runs, and what it says."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import cli
from memnn import artifact
from memnn.errors import DataError
from memnn.model import Model

ROOT = Path(__file__).parents[2]
SAID = {"i": 1, "t": "2026-03-02T08:30:00", "text": "I live in Nantes", "kind": "statement"}


@pytest.mark.parametrize("other", ["link.jsonl", "said.jsonl", "../said.jsonl"])
def test_a_replay_does_not_write_over_what_it_reads(other: str, tmp_path: Path) -> None:
    """Under whatever name, the file of the conversations is refused for the predictions."""
    (tmp_path / "folder").mkdir()
    said = tmp_path / "said.jsonl"
    said.write_text(json.dumps({"user": "u", "messages": [SAID]}))
    (tmp_path / "link.jsonl").symlink_to(said)
    out = tmp_path / ("folder" if other.startswith("..") else "") / other
    with pytest.raises(DataError, match=f"{out}: holds the conversations themselves"):
        cli.replay(said, out)
    assert "I live in Nantes" in said.read_text()


def test_one_memory_is_counted_as_one(tiny: Model, tmp_path: Path) -> None:
    """`import` reads a pipe, and like `export` it says "1 memory"."""
    artifact.save(tiny, tmp_path / "artifact", {})
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "DATA_DIR": str(tmp_path / "data"),
        "ARTIFACT": str(tmp_path / "artifact"),
    }

    def said(*arguments: str, piped: str = "") -> str:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            input=piped,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=True,
        ).stdout

    line = json.dumps({"user": "u", "messages": [SAID]})
    assert said("import", "/dev/stdin", piped=line) == "1 memory added\n"
    assert said("export", "m.jsonl") == "1 memory written to m.jsonl\n"
