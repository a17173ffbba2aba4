"""The conversation that the README opens with is a real one."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_opening_conversation_goes_as_it_says(tmp_path: Path) -> None:
    """Said to the shipped network over the embedded server, it gets the replies that are shown."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = text.partition("```\n")[2].partition("\n```")[0].splitlines()
    said = [line.removeprefix("› ") for line in shown if line.startswith("› ")]
    replies = [line.rstrip() for line in shown if not line.startswith("› ")]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "DATA_DIR": str(tmp_path / "d")}

    done = subprocess.run(
        [sys.executable, "-m", "bot", "chat"],
        input="\n".join(said) + "\n",
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
        timeout=60,
        check=True,
    )

    told = re.sub(r"  \d+ seconds? ago$", "  just now", done.stdout, flags=re.MULTILINE)
    assert [line.rstrip() for line in told.splitlines()] == replies
