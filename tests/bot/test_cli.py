"""The command line: what it refuses before anything runs."""

import json
from pathlib import Path

import pytest

from bot import cli
from memnn.errors import DataError

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
