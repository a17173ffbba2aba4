"""Conversation files and prediction files: JSON Lines, checked as they are read.

What a replay may see (`Turn`) and what a score compares with (`Gold`) are read by different
functions into different types, so that no replay can look at an answer. Errors name file and line
and never quote what stands there.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice, pairwise
from pathlib import Path
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from memnn.errors import DataError
from memnn.records import Kind

_YEARS: Final = range(1900, 2201)  # outside, a time may have no equal in another zone


def _whole(value: object) -> object:
    """Text in which lone surrogates, which no file can hold, are marked as unreadable."""
    if not isinstance(value, str):
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _iso(value: object) -> datetime:
    time = _time(value) if isinstance(value, str) else value
    if not isinstance(time, datetime):
        raise ValueError("should be an ISO 8601 time")  # noqa: TRY004 -- pydantic collects these
    if time.year not in _YEARS:
        raise ValueError(f"its year should be {_YEARS[0]} to {_YEARS[-1]}")
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # its message quotes the text
        return None


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
    return read_for_replay(path)[0]


def read_for_replay(path: Path) -> tuple[list[Conversation], list[str]]:
    """The same, and a line for each message that is dated before the one that it follows.

    Raises:
        DataError: The file cannot be read, or a line is malformed.
    """
    numbered = _parse_users(read_content(path), str(path), Conversation)
    return [user for _, user in numbered], list(_backwards(numbered, str(path)))


def parse_told(content: bytes, path: str) -> list[Told]:
    """The conversations in the content of a file, with what each message is.

    Raises:
        DataError: A line is malformed.
    """
    return [user for _, user in _parse_users(content, path, Told)]


def holds_conversations(content: bytes, path: str) -> bool:
    """Whether the first line in the content of a file is a conversation.

    Raises:
        DataError: It is no JSON Lines.
    """
    return any(line.messages is not None for _, line in islice(parse_lines(content, path, _Any), 1))


def read_gold(path: Path) -> list[Judged]:
    """What would be right for the messages of a file.

    Raises:
        DataError: The file cannot be read, or a line is malformed.
    """
    return [user for _, user in _parse_users(read_content(path), str(path), Judged)]


def read_predictions(path: Path) -> list[Prediction]:
    """The predictions of a file.

    Raises:
        DataError: The file cannot be read, a line is malformed, or a message has two lines.
    """
    predictions: list[Prediction] = []
    seen: dict[tuple[str, int], int] = {}
    for number, prediction in parse_lines(read_content(path), str(path), Prediction):
        key = (prediction.user, prediction.i)
        if key in seen:
            raise DataError(f"{path}:{number}: same user and i as line {seen[key]}; remove one")
        seen[key] = number
        predictions.append(prediction)
    return predictions


def read_content(path: Path) -> bytes:
    """What a file holds, read once: a pipe gives it only once.

    Raises:
        DataError: The file cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}:1: cannot be read: {error.strerror}") from None


def _backwards(numbered: Sequence[tuple[int, Conversation]], path: str) -> Iterator[str]:
    for number, conversation in numbered:
        for earlier, later in pairwise(conversation.messages):
            if later.t < earlier.t:
                what = f"message {later.i} is dated before message {earlier.i}"
                yield f"{path}:{number}: {what}; taken in the order of the file"


def _parse_users(content: bytes, path: str, shape: type[_User]) -> list[tuple[int, _User]]:
    """The users of a file with their line numbers; each is there once, and so are its messages."""
    users: list[tuple[int, _User]] = []
    seen: dict[str, int] = {}
    for number, user in parse_lines(content, path, shape):
        if user.user in seen:
            raise DataError(f"{path}:{number}: same user as line {seen[user.user]}; join the lines")
        repeated = [i for i, n in Counter(m.i for m in user.messages).items() if n > 1]
        if repeated:
            raise DataError(f"{path}:{number}: i {repeated[0]} is there twice; number them anew")
        seen[user.user] = number
        users.append((number, user))
    if not users:
        raise DataError(f"{path}:1: holds no conversation; each line should be one user's")
    return users


def parse_lines(content: bytes, path: str, shape: type[_Shape]) -> Iterator[tuple[int, _Shape]]:
    """The records in the content of a file of JSON Lines, with their line numbers from 1.

    Raises:
        DataError: A line is malformed.
    """
    for number, line in _numbered(BytesIO(content), path):
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
        except ValueError:  # json's own, of the longest numbers
            what = "is not JSON: a number has too many digits"
            raise DataError(f"{path}:{number}: {what}") from None


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
