"""Conversation files and prediction files: JSON Lines, checked as they are read.

What a replay may see (`Turn`) and what a score compares with (`Gold`) are read by different
functions into different types, so that no replay can look at an answer. Errors name file and line
and never quote what stands there.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from memnn.errors import DataError
from memnn.records import Kind


def _whole(value: object) -> object:
    """Text in which lone surrogates, which no file can hold, are marked as unreadable."""
    if not isinstance(value, str):
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _iso(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError("should be an ISO 8601 time")  # noqa: TRY004 -- pydantic collects these
    time = datetime.fromisoformat(value)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


Text = Annotated[str, BeforeValidator(_whole)]
Time = Annotated[datetime, BeforeValidator(_iso)]


class Record(BaseModel):
    """What one line of a file holds; frozen, unknown fields are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, strict=True)


class Turn(Record):
    """One message as the user wrote it: all that a replay may see.

    Attributes:
        i: Its number, unique within the user.
        t: When it was written; without a zone in the file, UTC.
        text: What was written.
    """

    i: int
    t: Time
    text: Text


class Gold(Record):
    """What a message is and, for a question, what would be right.

    Attributes:
        i: Number of the message.
        kind: What a reader would call it.
        support: Numbers of the messages that the answer rests on.
        answers: What is accepted; none where the bot should decline.
        category: What the question tests; empty for other messages.
        all_required: The answer is a list, and `answers` are its items.
    """

    i: int
    kind: Annotated[Kind, Field(strict=False)]
    support: tuple[int, ...] = Field((), strict=False)
    answers: tuple[Text, ...] = Field((), strict=False)
    category: Text = ""
    all_required: bool = False


class Prediction(Record):
    """What a replay says to one message; one line of a prediction file.

    Attributes:
        user: Whose message.
        i: Its number.
        kind: What I took it for.
        answer: The answer, or None where there is none.
        answers: Its items.
        abstained: It is a question, and the bot said that it does not know.
        support: Numbers of the messages it rests on, in hop order.
        confidence: Probability that the answer is right; of the kind, where there is no answer.
        ms: Milliseconds from text to reply.
    """

    user: Text
    i: int
    kind: Annotated[Kind, Field(strict=False)]
    answer: Text | None
    answers: tuple[Text, ...] = Field(strict=False)
    abstained: bool
    support: tuple[int, ...] = Field(strict=False)
    confidence: float
    ms: float


class Conversation(Record):
    """All messages of one user, in the order of the file."""

    user: Text
    messages: tuple[Turn, ...] = Field(strict=False)


class Judged(Record):
    """What is right for all messages of one user."""

    user: Text
    messages: tuple[Gold, ...] = Field(strict=False)


class _Any(Record):
    messages: object = None


class Labelled(Turn):
    """One message with what it is: what an import goes by.

    Attributes:
        kind: Only statements are stored.
    """

    kind: Kind = Field(strict=False)


class Told(Record):
    """All messages of one user, with what they are."""

    user: Text
    messages: tuple[Labelled, ...] = Field(strict=False)


_Shape = TypeVar("_Shape", bound=Record)
_User = TypeVar("_User", Conversation, Judged, Told)


def read_conversations(path: Path) -> list[Conversation]:
    """The conversations of a file, without what would be right.

    Raises:
        DataError: The file cannot be read, or a line is malformed.
    """
    return _read_users(path, Conversation)


def read_told(path: Path) -> list[Told]:
    """The conversations of a file, with what each message is.

    Raises:
        DataError: The file cannot be read, or a line is malformed.
    """
    return _read_users(path, Told)


def holds_conversations(path: Path) -> bool:
    """Whether the first line of a file is a conversation.

    Raises:
        DataError: The file cannot be read, or holds no JSON Lines.
    """
    return any(line.messages is not None for _, line in islice(read_lines(path, _Any), 1))


def read_gold(path: Path) -> list[Judged]:
    """What would be right for the messages of a file.

    Raises:
        DataError: The file cannot be read, or a line is malformed.
    """
    return _read_users(path, Judged)


def read_predictions(path: Path) -> list[Prediction]:
    """The predictions of a file.

    Raises:
        DataError: The file cannot be read, a line is malformed, or a message has two lines.
    """
    predictions: list[Prediction] = []
    seen: dict[tuple[str, int], int] = {}
    for number, prediction in read_lines(path, Prediction):
        key = (prediction.user, prediction.i)
        if key in seen:
            raise DataError(f"{path}:{number}: same user and i as line {seen[key]}; remove one")
        seen[key] = number
        predictions.append(prediction)
    return predictions


def backwards(path: Path, conversations: Sequence[Conversation]) -> list[str]:
    """One line for each message that is dated before the one that it follows."""
    with path.open("rb") as file:
        numbers = [number for number, _ in _numbered(file, str(path))]
    return [
        f"{path}:{number}: message {later.i} is dated before message {earlier.i}; "
        "taken in the order of the file"
        for number, conversation in zip(numbers, conversations, strict=True)
        for earlier, later in pairwise(conversation.messages)
        if later.t < earlier.t
    ]


def _read_users(path: Path, shape: type[_User]) -> list[_User]:
    users: list[_User] = []
    seen: dict[str, int] = {}
    for number, user in read_lines(path, shape):
        if user.user in seen:
            raise DataError(f"{path}:{number}: same user as line {seen[user.user]}; join the lines")
        repeated = [i for i, n in Counter(m.i for m in user.messages).items() if n > 1]
        if repeated:
            raise DataError(f"{path}:{number}: i {repeated[0]} is there twice; number them anew")
        seen[user.user] = number
        users.append(user)
    if not users:
        raise DataError(f"{path}:1: holds no conversation; each line should be one user's")
    return users


def read_lines(path: Path, shape: type[_Shape]) -> Iterator[tuple[int, _Shape]]:
    """The records of a file of JSON Lines, with their line numbers from 1.

    Raises:
        DataError: The file cannot be read, or a line is malformed.
    """
    try:
        with path.open("rb") as file:
            yield from parse_lines(file, str(path), shape)
    except OSError as error:
        raise DataError(f"{path}:1: cannot be read: {error.strerror}") from None


def parse_lines(
    lines: Iterable[bytes], path: str, shape: type[_Shape]
) -> Iterator[tuple[int, _Shape]]:
    """The same of lines that are at hand, from a file of that name.

    Raises:
        DataError: A line is malformed.
    """
    for number, line in _numbered(lines, path):
        try:
            yield number, shape.model_validate(json.loads(line))
        except json.JSONDecodeError as error:
            what = f"is not JSON: {error.msg} at column {error.colno}"
            raise DataError(f"{path}:{number}: {what}") from None
        except RecursionError:
            raise DataError(f"{path}:{number}: is not JSON: nested too deep") from None
        except ValidationError as error:
            problem = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in problem["loc"])
            what = problem["msg"].removeprefix("Value error, ")
            more = error.error_count() - 1
            rest = f" (and {more} more in this line)" if more else ""
            raise DataError(f"{path}:{number}: {where or 'line'}: {what}{rest}") from None


def _numbered(lines: Iterable[bytes], path: str) -> Iterator[tuple[int, str]]:
    """The lines that hold something, with their numbers from 1."""
    number = 0
    try:
        for number, raw in enumerate(lines, start=1):
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            if line.strip():
                yield number, line
    except UnicodeDecodeError:
        raise DataError(f"{path}:{number}: is not UTF-8 text; save the file as UTF-8") from None
