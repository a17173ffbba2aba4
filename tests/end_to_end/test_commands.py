"""The other commands as processes: exit codes, one-line errors, and what they write."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.conftest import ROOT, Run

MESSAGES: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("The code of my bike lock is 4471", "statement", {}),
    ("good morning", "chitchat", {}),
    (
        "what is the code of my bike lock?",
        "question",
        {"support": [0], "answers": ["4471"], "category": "single"},
    ),
    ("how old is Karim?", "question", {"support": [], "answers": [], "category": "abstain"}),
)


@pytest.fixture
def conversations(tmp_path: Path) -> Path:
    """A file of one user."""
    messages = [
        {"i": i, "t": f"2026-03-0{i + 1}T08:00:00", "text": text, "kind": kind, **gold}
        for i, (text, kind, gold) in enumerate(MESSAGES)
    ]
    path = tmp_path / "conversations.jsonl"
    path.write_text(json.dumps({"user": "u", "messages": messages}) + "\n")
    return path


def test_help_comes_without_torch() -> None:
    """--help and score need no model, so they do not wait for one."""
    code = "import bot.cli, bot.score, bot.settings, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_replay_can_be_scored(run: Run, conversations: Path, tmp_path: Path) -> None:
    """`replay` writes a line a message, and `score` reads it as a table and as JSON."""
    out = tmp_path / "predictions.jsonl"
    done = run("replay", str(conversations), "--out", str(out))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["i"] for line in lines] == [0, 1, 2, 3]
    fields = ["user", "i", "kind", "answer", "answers", "abstained", "support", "confidence", "ms"]
    assert list(lines[0]) == fields
    table = run("score", str(conversations), str(out))
    assert "abstain" in table.stdout
    score = json.loads(run("score", str(conversations), str(out), "--json").stdout)
    assert score["overall"]["count"] == 2
    assert set(score["categories"]) == {"abstain", "single"}


def test_a_replay_warns_of_time_that_goes_back(
    run: Run, conversations: Path, tmp_path: Path
) -> None:
    """The line says file and line, and the replay goes on."""
    conversations.write_text(conversations.read_text().replace("2026-03-04", "2025-03-04"))
    out = tmp_path / "p.jsonl"
    done = run("replay", str(conversations), "--out", str(out))
    assert done.returncode == 0
    assert done.stderr.startswith(f"warning: {conversations}:1: message 3 is dated before")
    assert len(out.read_text().splitlines()) == 4


def test_a_broken_file_is_one_line(run: Run, conversations: Path, tmp_path: Path) -> None:
    """`replay` and `score` name file and line, exit with 2, and write nothing."""
    conversations.write_text(conversations.read_text() + "{broken\n")
    out = tmp_path / "p.jsonl"
    for arguments in (("replay", "--out", str(out)), ("score", str(out))):
        command, *rest = arguments
        done = run(command, str(conversations), *rest)
        assert done.returncode == 2
        assert done.stderr.startswith(f"memnn-bot: {conversations}:2: is not JSON")
        assert len(done.stderr.splitlines()) == 1
    assert not out.exists()


def test_predictions_must_fit_the_file(run: Run, conversations: Path, tmp_path: Path) -> None:
    """A missing line is named by user and message."""
    out = tmp_path / "p.jsonl"
    run("replay", str(conversations), "--out", str(out))
    out.write_text("".join(out.read_text().splitlines(keepends=True)[:-1]))
    done = run("score", str(conversations), str(out))
    assert done.returncode == 2
    assert "no prediction for user u, message 3" in done.stderr


def test_a_place_that_cannot_be_written_is_named(run: Run, conversations: Path) -> None:
    """--out into a folder that is not there is an error before anything is replayed."""
    done = run("replay", str(conversations), "--out", "/no/such/folder/p.jsonl")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "/no/such/folder/p.jsonl" in done.stderr


def test_settings_that_are_wrong_stop_every_command(run: Run) -> None:
    """One line a setting on stderr, exit code 2."""
    done = run("chat", WEB_PORT="0", ACCESS="all")
    assert done.returncode == 2
    assert [line.split("=")[0] for line in done.stderr.splitlines()] == [
        "memnn-bot: ACCESS",
        "memnn-bot: WEB_PORT",
    ]


@pytest.mark.parametrize("harm", ["missing", "truncated", "of another version"])
def test_an_artifact_that_cannot_be_used_is_named(
    run: Run, small_artifact: Path, tmp_path: Path, harm: str
) -> None:
    """A model that is missing, cut off or too new stops the start with one line that names it."""
    path = tmp_path / "artifact"
    if harm != "missing":
        path.mkdir()
        for file in small_artifact.iterdir():
            (path / file.name).write_bytes(file.read_bytes())
    if harm == "truncated":
        weights = path / "weights.safetensors"
        weights.write_bytes(weights.read_bytes()[:-1000])
    if harm == "of another version":
        manifest = json.loads((path / "manifest.json").read_text())
        (path / "manifest.json").write_text(json.dumps({**manifest, "version": 99}))
    for arguments in (("chat",), ("check",)):
        done = run(*arguments, ARTIFACT=str(path))
        assert done.returncode in {1, 2}
        assert str(path) in (done.stdout + done.stderr)
        assert "Traceback" not in done.stderr


def test_check_is_content_with_a_new_installation(run: Run, tmp_path: Path) -> None:
    """Before the first start all is well, and looking makes no key."""
    done = run("check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["✓", part]
        for part in ("settings", "model", "data", "server", "key", "memories", "telegram")
    ]
    assert not (tmp_path / "data" / "memory.key").exists()


def test_check_counts_memories(run: Run) -> None:
    """After a conversation it says how many memories there are."""
    run("chat", said="/remember my sister is Anouk\n")
    assert "1 from the terminal" in run("check").stdout


@pytest.mark.parametrize(
    ("setting", "value", "part"),
    [
        ("WEB_PORT", "0", "settings"),
        ("REDIS_URL", "redis://:s3cret@127.0.0.1:1/0", "server"),
        ("DATA_DIR", "/proc/nowhere", "data"),
        ("ARTIFACT", "/no/such/artifact", "model"),
    ],
)
def test_check_says_what_is_wrong(run: Run, setting: str, value: str, part: str) -> None:
    """A fault is a ✗ beside its part, exit code 1, and no secret is shown."""
    done = run("check", **{setting: value})
    assert done.returncode == 1
    wrong = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("✗")]
    assert part in wrong
    assert "s3cret" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_check_reads_a_key_file_that_others_may_read(run: Run, tmp_path: Path) -> None:
    """A key with loose permissions is a fault, with the command that mends it."""
    run("chat")
    (tmp_path / "data" / "memory.key").chmod(0o644)
    done = run("check")
    assert done.returncode == 1
    assert "chmod 600" in done.stdout


def test_memories_go_out_and_come_back(run: Run, tmp_path: Path) -> None:
    """`export` writes what `import` reads on another data directory; twice adds nothing."""
    run("chat", said="/remember my sister is Anouk\n/remember I live in Nantes\n")
    out = tmp_path / "m.jsonl"
    assert run("export", str(out)).stdout == f"2 memories written to {out}\n"
    assert run("export", str(out)).returncode == 2
    other = str(tmp_path / "other")
    assert run("import", str(out), DATA_DIR=other).stdout == "2 memories added\n"
    assert run("import", str(out), DATA_DIR=other).stdout == "0 memories added\n"
    assert "2 memories" in run("chat", said="/memories\n", DATA_DIR=other).stdout


def test_buckets_are_made_anew_on_demand(run: Run, tmp_path: Path) -> None:
    """`rebucket` says what came of it; a memory that is small needs none."""
    memory = {"message": "1", "time": "2026-03-02T08:30:00", "text": "I live in Nantes"}
    (tmp_path / "m.jsonl").write_text(json.dumps(memory))
    assert run("import", "m.jsonl").returncode == 0
    done = run("rebucket")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "buckets: none yet: no chat is large enough to need them\n"


def test_one_memory_is_counted_as_one(run: Run) -> None:
    """`import` reads a pipe, and like `export` it says "1 memory"."""
    said = {"i": 1, "t": "2026-03-02T08:30:00", "text": "I live in Nantes", "kind": "statement"}
    line = json.dumps({"user": "u", "messages": [said]})
    assert run("import", "/dev/stdin", said=line).stdout == "1 memory added\n"
    assert run("export", "m.jsonl").stdout == "1 memory written to m.jsonl\n"


@pytest.mark.parametrize("closed", ["<&-", "<&- >&-", "<&- >&- 2>&-"])
def test_a_closed_input_is_one_that_has_ended(
    closed: str, environment: dict[str, str], tmp_path: Path
) -> None:
    """A chat that is started without the usual streams leaves in peace; nothing else is read."""
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
