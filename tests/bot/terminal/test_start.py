"""The start of the chat, as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from memnn import artifact
from memnn.model import Model

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("closed", ["<&-", "<&- >&-", "<&- >&- 2>&-"])
def test_a_closed_input_is_one_that_has_ended(closed: str, tiny: Model, tmp_path: Path) -> None:
    """A chat that is started without the usual streams leaves in peace; nothing else is read."""
    artifact.save(tiny, tmp_path / "artifact", {})
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "DATA_DIR": str(tmp_path / "data"),
        "ARTIFACT": str(tmp_path / "artifact"),
    }
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" -m bot chat {closed}', sys.executable],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "Traceback" not in done.stderr
