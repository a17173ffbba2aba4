"""Hand-written scenes: a few messages and what may be asked about them.

Much of what people count and list they told in several messages, days apart. A scene holds such
messages, some that look alike and do not belong, and the questions; `memnn.training.telling` strews
it among what somebody else told.

A scene in a file::

    = ferries                                      a title
    + took the ferry to [Arran], pouring           a message that belongs, with the items of a list
    - wanted to go to Islay, cancelled             one that does not
    count | how many islands did I go to / ...     as many as messages belong; the other phrasings
    count=3 : 2 3 | ...                            another number, resting on some of the messages
    list | which islands did I see / ...           the items
    abstain | how much is the ferry / ...          nobody said
    yesno : 2 = no | did I go to Islay             any other category: messages = answer; or another
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from memnn.errors import DataError
from memnn.training.targets import NUMBER_WORDS

_ITEM: Final = re.compile(r"\[([^]]+)]")
_QUESTION: Final = re.compile(
    r"(?P<category>[a-z_]+)(?:=(?P<said>[^|:]+?))? *"
    r"(?:: *(?P<lines>[\d ]+?) *)?(?:= *(?P<answer>[^|]+?) *)?\| *(?P<asked>.+)"
)


@dataclass(frozen=True, slots=True)
class Query:
    """What may be asked about a scene.

    Attributes:
        category: As the conversations have it.
        asked: Ways to ask it.
        support: Numbers of the messages that it rests on, from zero.
        answers: Accepted answers, or all items of a list; none where nobody said.
    """

    category: str
    asked: tuple[str, ...]
    support: tuple[int, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """Messages in their order, and what may be asked about them."""

    texts: tuple[str, ...]
    queries: tuple[Query, ...]


def read_scenes(folder: Path) -> list[Scene]:
    """Read all ``*.txt`` files of a folder, 2 before 10: what is added later stands behind.

    Raises:
        DataError: A line is malformed, or there is no file.
        OSError: A file cannot be read.
    """
    files = sorted(folder.glob("*.txt"), key=lambda file: (len(file.stem), file.stem))
    if not files:
        raise DataError(f"{folder}: no *.txt file here; name a folder of scenes")
    return [scene for file in files for scene in _read(file)]


def _read(file: Path) -> Iterator[Scene]:
    started: _Started | None = None
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("= "):
            if started:
                yield started.scene()
            started = _Started([], [], [])
        elif line:
            _take(started, line, f"{file}:{number}")
    if started:
        yield started.scene()


def _take(started: "_Started | None", line: str, place: str) -> None:
    if started is None:
        raise DataError(f"{place}: a scene begins with its title, '= title'")
    try:
        started.take(line)
    except ValueError as error:
        raise DataError(f"{place}: {error}") from error


@dataclass(slots=True)
class _Started:
    """A scene as far as it is read: messages with their items, those that belong, queries."""

    told: list[tuple[str, list[str]]]
    members: list[int]
    queries: list[Query]

    def take(self, line: str) -> None:
        sign, text = line[:2], line[2:]
        if sign in ("+ ", "- "):
            if sign == "+ ":
                self.members.append(len(self.told))
            self.told.append((_ITEM.sub(r"\1", text), _ITEM.findall(text)))
        else:
            self.queries.append(self._query(line))

    def _query(self, line: str) -> Query:
        found = _QUESTION.fullmatch(line)
        if found is None:
            raise ValueError(f"no message and no question: {line!r}")
        category, asked = found["category"], tuple(q.strip() for q in found["asked"].split(" / "))
        if category == "abstain":
            return Query(category, asked, (), ())
        lines = [int(number) - 1 for number in (found["lines"] or "").split()]
        if not all(0 <= at < len(self.told) for at in lines):
            raise ValueError(f"there are {len(self.told)} messages: {line!r}")
        support = tuple(lines or self.members)
        said = found["said"] or found["answer"]
        answers = tuple(part.strip() for part in said.split(";")) if said else ()
        if category == "count":
            answers = _numbers(answers[0] if answers else str(len(support)))
        if category == "list" and not answers:
            answers = tuple(item for at in support for item in self.told[at][1])
        if not answers:
            raise ValueError(f"no answer: {line!r}")
        return Query(category, asked, support, answers)

    def scene(self) -> Scene:
        return Scene(tuple(text for text, _ in self.told), tuple(self.queries))


def _numbers(said: str) -> tuple[str, ...]:
    number = int(said)
    return (said, *NUMBER_WORDS[number : number + 1])
