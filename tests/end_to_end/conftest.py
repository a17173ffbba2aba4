"""Whole processes: an environment of their own, a small artifact, a data directory that is new."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from memnn import artifact
from memnn.model import Model

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 60

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def small_artifact(tiny: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny network as other processes load it."""
    path = tmp_path_factory.mktemp("artifact")
    artifact.save(tiny, path, {})
    return path


@pytest.fixture
def environment(small_artifact: Path, tmp_path: Path) -> dict[str, str]:
    """What a process of the bot gets to see: no setting of this machine."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "PYTHONPATH": str(ROOT),
        "PROMPT_TOOLKIT_NO_CPR": "1",  # nothing here answers where the cursor is
        "OMP_NUM_THREADS": "1",
        "DATA_DIR": str(tmp_path / "data"),
        "ARTIFACT": str(small_artifact),
    }


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    """`memnn-bot` with some arguments and standard input, to its end."""

    def run(*arguments: str, said: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            input=said,
            env={**environment, **more},
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=TIMEOUT_S,
            check=False,
        )

    return run
