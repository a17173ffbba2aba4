"""Reading conversations and predictions: what is taken, and what is said of what is not."""

import json
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation_file import (
    Turn,
    read_conversations,
    read_for_replay,
    read_gold,
    read_predictions,
)
from memnn.errors import DataError
from memnn.records import Kind

DATA = Path(__file__).parents[2] / "data" / "conversations"
MESSAGE: dict[str, object] = {
    "i": 0,
    "t": "2026-03-02T08:14:53",
    "text": "x",
    "kind": "statement",
}
LINE: dict[str, object] = {"user": "u", "messages": [MESSAGE]}


def write(path: Path, *lines: object) -> Path:
    """A file of JSON Lines; a line that is text stands as it is."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n")
    return path


def with_message(**changes: object) -> dict[str, object]:
    """A line whose only message differs from a good one."""
    message = {**MESSAGE, **changes}
    return {"user": "u", "messages": [{k: v for k, v in message.items() if v is not None}]}


@pytest.mark.parametrize("path", sorted(DATA.glob("*/*.jsonl")), ids=lambda p: p.stem)
def test_the_conversations_of_the_project_can_be_read(path: Path) -> None:
    """Every file under data/conversations is well-formed, for replay and for scoring."""
    turns, gold = read_conversations(path), read_gold(path)
    assert [[m.i for m in user.messages] for user in turns] == [
        [m.i for m in user.messages] for user in gold
    ]


def test_a_replay_cannot_see_what_would_be_right() -> None:
    """The type that a replay reads has the words and the time of a message, and nothing else."""
    assert set(Turn.model_fields) == {"i", "t", "text"}


def test_a_file_without_gold_can_be_replayed(tmp_path: Path) -> None:
    """Gold fields may be missing, or nonsense, where nobody reads them."""
    path = write(tmp_path / "f", with_message(kind=None), "", {**LINE, "user": "v", "extra": 1})
    assert [user.user for user in read_conversations(path)] == ["u", "v"]


def test_a_time_without_zone_is_utc(tmp_path: Path) -> None:
    """Naive times are UTC, others keep their zone."""
    path = write(tmp_path / "f", LINE, {**with_message(t="2026-03-02T08:00:00+02:00"), "user": "v"})
    first, second = read_conversations(path)
    assert first.messages[0].t == datetime(2026, 3, 2, 8, 14, 53, tzinfo=UTC)
    zone = timezone(timedelta(hours=2))
    assert second.messages[0].t == datetime(2026, 3, 2, 8, tzinfo=zone)


def test_a_lone_surrogate_is_marked(tmp_path: Path) -> None:
    r"""Half a character, which JSON can spell as \ud800, is taken as U+FFFD."""
    path = write(tmp_path / "f", json.dumps(with_message(text="a\ud800b")))
    assert read_conversations(path)[0].messages[0].text == "a\ufffdb"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "is not JSON: Expecting property name"),
        ("[" * 100_000, "is not JSON: nested too deep"),
        ("[]", "line: Input should be a valid dictionary"),
        ({"messages": []}, "user: Field required"),
        ({"user": "u"}, "messages: Field required"),
        ({"user": 7, "messages": []}, "user: Input should be a valid string"),
        (with_message(text=None), "messages.0.text: Field required"),
        (with_message(t="yesterday"), "messages.0.t: should be an ISO 8601 time"),
        (with_message(t=12), "messages.0.t: should be an ISO 8601 time"),
        (with_message(t="0001-01-01T00:00:00Z"), "messages.0.t: its year should be 1900 to 2200"),
        (with_message(t="9999-12-31T23:59:59"), "messages.0.t: its year should be 1900 to 2200"),
        ('{"user": "u", "messages": [{"i": ' + "1" * 5000 + "}]}", "is not JSON: a number has"),
        (with_message(i="1"), "messages.0.i: Input should be a valid integer"),
        ({"user": "u", "messages": [MESSAGE, MESSAGE]}, "i 0 is there twice"),
    ],
)
def test_a_broken_line_is_named(line: object, says: str, tmp_path: Path) -> None:
    """An error begins with file and line, and says what is wrong there."""
    path = write(tmp_path / "f.jsonl", {**LINE, "user": "before"}, line)
    with pytest.raises(DataError) as caught:
        read_conversations(path)
    assert str(caught.value).startswith(f"{path}:2: ")
    assert says in str(caught.value)


def test_errors_do_not_quote_the_file(tmp_path: Path) -> None:
    """What stands in a file is not repeated in an error."""
    path = write(tmp_path / "f", '{"user": "private", "messages": [{"i": 1, "t": "private"}]}')
    with pytest.raises(DataError) as caught:
        read_conversations(path)
    assert "private" not in str(caught.value).removeprefix(str(path))
    assert "and 1 more in this line" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", ":1: holds no conversation"), (b"\xff\n", ":1: is not UTF-8"), (None, ":1: cannot be")],
)
def test_a_file_that_is_none_is_named(content: bytes | None, says: str, tmp_path: Path) -> None:
    """An empty, foreign or missing file is an error, not a traceback."""
    path = tmp_path / "f"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=says):
        read_conversations(path)


def test_a_user_has_one_line(tmp_path: Path) -> None:
    """A user twice would be two memories under one name."""
    with pytest.raises(DataError, match=":2: same user as line 1"):
        read_conversations(write(tmp_path / "f", LINE, LINE))


def test_time_that_goes_back_is_told(tmp_path: Path) -> None:
    """A message dated before the one it follows is named by file and line, and kept."""
    later = {"i": 1, "t": "2025-01-01T00:00:00", "text": "y"}
    path = write(tmp_path / "f", LINE, "", {"user": "v", "messages": [MESSAGE, later]})
    users, warnings = read_for_replay(path)
    assert [user.user for user in users] == ["u", "v"]
    assert warnings == [
        f"{path}:3: message 1 is dated before message 0; taken in the order of the file"
    ]


def test_a_pipe_is_read_to_be_replayed() -> None:
    """What can be read only once is read once."""
    reading, writing = os.pipe()
    os.write(writing, json.dumps(LINE).encode())
    os.close(writing)
    users, warnings = read_for_replay(Path(f"/dev/fd/{reading}"))
    os.close(reading)
    assert ([user.user for user in users], warnings) == (["u"], [])


@pytest.mark.parametrize("year", [1900, 2200])
def test_times_of_people_are_taken(year: int, tmp_path: Path) -> None:
    """From the first to the last year that is taken, a time can be shown in any zone."""
    (user,) = read_conversations(write(tmp_path / "f", with_message(t=f"{year}-06-01")))
    assert user.messages[0].t == datetime(year, 6, 1, tzinfo=UTC)


def test_gold_takes_unknown_kinds_for_errors(tmp_path: Path) -> None:
    """A kind is one of three words."""
    with pytest.raises(DataError, match=r"messages\.0\.kind: Input should be 'statement'"):
        read_gold(write(tmp_path / "f", with_message(kind="remark")))


PREDICTION = {
    "user": "u",
    "i": 0,
    "kind": "question",
    "answer": "x",
    "answers": ["x"],
    "abstained": False,
    "support": [1, 2],
    "confidence": 0.5,
    "ms": 1.0,
}


def test_predictions_are_read_as_written(tmp_path: Path) -> None:
    """A prediction's JSON form reads back as itself."""
    (prediction,) = read_predictions(write(tmp_path / "f", PREDICTION))
    assert prediction.kind is Kind.QUESTION
    again = read_predictions(write(tmp_path / "g", prediction.model_dump_json()))
    assert again == [prediction]


def test_a_message_has_one_prediction(tmp_path: Path) -> None:
    """Two lines for one message leave open which one counts."""
    with pytest.raises(DataError, match=":2: same user and i as line 1"):
        read_predictions(write(tmp_path / "f", PREDICTION, PREDICTION))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    """Whatever a file holds, the outcome is conversations or a DataError."""
    path = tmp_path_factory.mktemp("any") / "f"
    path.write_bytes(raw)
    with suppress(DataError):
        read_conversations(path)
