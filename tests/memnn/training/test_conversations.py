"""Conversation files with labels: what is read, and how a broken one is refused."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from memnn.errors import DataError
from memnn.records import Kind
from memnn.training.conversations import Turn, read_conversations

MESSAGE = {"i": 3, "t": "2026-03-02T09:30:00", "text": "Where is it?", "kind": "question"}
LABELS = {
    "support": [1, 2],
    "answers": ["here"],
    "category": "span",
    "paraphrases": ["Where?"],
}


def lines(path: Path, *entries: object) -> Path:
    """Write a conversation file."""
    path.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries), encoding="utf-8")
    return path


def user(**changes: object) -> dict[str, Any]:
    """A user with one message."""
    return {"user": "u1", "messages": [{**MESSAGE, **changes}]}


def test_what_a_line_says(tmp_path: Path) -> None:
    """A turn carries its text, time, kind and labels; a time without a zone is UTC."""
    (found,) = read_conversations(lines(tmp_path / "a.jsonl", user(**LABELS)))
    assert found.user == "u1"
    assert found.turns == (
        Turn(
            index=3,
            time=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
            text="Where is it?",
            kind=Kind.QUESTION,
            phrasings=("Where?",),
            support=(1, 2),
            answers=("here",),
            category="span",
        ),
    )
    assert list(found.questions) == list(found.turns)


def test_labels_may_be_left_out(tmp_path: Path) -> None:
    """A message without labels has none."""
    (found,) = read_conversations(lines(tmp_path / "a.jsonl", user()))
    (turn,) = found.turns
    assert (turn.support, turn.answers, turn.category, turn.phrasings) == ((), (), "", ())


def test_a_folder_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    """All *.jsonl files of a folder count, and nothing else in it."""
    for name in ("b", "a"):
        lines(tmp_path / f"{name}.jsonl", {**user(), "user": name})
    (tmp_path / "notes.txt").write_text("not a conversation")
    assert [c.user for c in read_conversations(tmp_path)] == ["a", "b"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "Expecting"),
        ("", "Expecting"),
        ("7", "not subscriptable"),
        ("[]", "list indices"),
        (json.dumps({"user": "u"}), "field 'messages' is missing"),
        (json.dumps({"messages": []}), "field 'user' is missing"),
        (json.dumps({"user": "u", "messages": [{"i": 1}]}), "field 't' is missing"),
        (json.dumps(user(kind="poem")), "'poem' is not a valid Kind"),
        (json.dumps(user(t="yesterday")), "Invalid isoformat"),
        (json.dumps(user(i="first")), "invalid literal"),
        (json.dumps(user(support=None)), "'support' should be a list of int"),
        (json.dumps(user(support="12")), "'support' should be a list of int"),
        (json.dumps(user(answers="Lyon")), "'answers' should be a list of str"),
        (json.dumps(user(support=[2**20])), "rests on what was not said before it"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    """The error says which file and line, and what is wrong with it."""
    file = lines(tmp_path / "a.jsonl", user())
    file.write_text(file.read_text() + line + "\n")
    with pytest.raises(DataError, match=f"a.jsonl:2: .*{complaint}"):
        read_conversations(file)


def test_an_empty_folder_is_no_data(tmp_path: Path) -> None:
    """The error says what was looked for."""
    with pytest.raises(DataError, match=r"no \*\.jsonl file here"):
        read_conversations(tmp_path)


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    """The path is in the error."""
    with pytest.raises(FileNotFoundError, match="none"):
        read_conversations(tmp_path / "none.jsonl")
