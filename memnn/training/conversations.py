"""The project's conversations with their gold labels, as training and scoring read them.

One user a line (JSON Lines); the format stands in the README. Malformed files are refused with file
and line.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from memnn.errors import DataError
from memnn.records import Kind

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Turn:
    """One message with its labels.

    Attributes:
        index: Its number within the conversation.
        time: When it was written.
        text: What was written.
        kind: Its gold kind.
        phrasings: Other ways to ask the same question.
        support: Indices of the messages that the answer rests on.
        answers: Accepted answers, or all items of a list; empty where there is none.
        category: What the question exercises; empty for other messages.
    """

    index: int
    time: datetime
    text: str
    kind: Kind
    phrasings: tuple[str, ...] = ()
    support: tuple[int, ...] = ()
    answers: tuple[str, ...] = ()
    category: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """All messages of one user, in order."""

    user: str
    turns: tuple[Turn, ...]

    @property
    def questions(self) -> Iterator[Turn]:
        """The questions, in order."""
        return (turn for turn in self.turns if turn.kind is Kind.QUESTION)


def read_conversations(path: Path) -> list[Conversation]:
    """Read one file, or all ``*.jsonl`` files of a folder in the order of their names.

    Raises:
        DataError: A line is no JSON, or a field is missing or of the wrong type.
        OSError: The path cannot be read.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise DataError(f"{path}: no *.jsonl file here; name a conversation file or their folder")
    return [conversation for file in files for conversation in _read_file(file)]


def _read_file(path: Path) -> Iterator[Conversation]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                entry = json.loads(line)
                turns = tuple(_turn(message) for message in entry["messages"])
                yield Conversation(str(entry["user"]), turns)
            except KeyError as error:
                raise DataError(f"{path}:{number}: field {error} is missing") from error
            except (TypeError, ValueError) as error:
                raise DataError(f"{path}:{number}: {error}") from error


def _turn(message: dict[str, Any]) -> Turn:
    time, index = datetime.fromisoformat(message["t"]), int(message["i"])
    support = _held(message, "support", int)
    if any(at >= index for at in support):
        raise ValueError(f"message {index} rests on what was not said before it")
    return Turn(
        index=index,
        time=time if time.tzinfo else time.replace(tzinfo=UTC),
        text=str(message["text"]),
        kind=Kind(message["kind"]),
        phrasings=_held(message, "paraphrases", str),
        support=support,
        answers=_held(message, "answers", str),
        category=str(message.get("category", "")),
    )


def _held(message: dict[str, Any], field: str, kind: type[V]) -> tuple[V, ...]:
    """The values of a field that may be missing."""
    values = message.get(field, [])
    if not isinstance(values, list) or not all(type(value) is kind for value in values):
        raise ValueError(f"{field!r} should be a list of {kind.__name__}")
    return tuple(values)
