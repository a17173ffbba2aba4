"""Hand-written scenes: a few messages and what may be asked about them, strewn among others'.

Much of what people count and list they told in several messages, days apart. A scene holds such
messages, some that look alike and do not belong, and the questions. It is told in the middle of
what somebody else told, beside other scenes, so that the reader must pick them out.

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

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from memnn.errors import DataError
from memnn.records import Kind
from memnn.training.conversations import Conversation, Turn
from memnn.training.targets import NUMBER_WORDS

TOGETHER: Final = 5  # scenes in a conversation
_AROUND: Final = (20, 45)  # messages of somebody else
_SPREAD: Final = (1, 2, 4)  # places between two messages of a scene, at most
_LATER: Final = 4  # places until a question is asked, at most
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
    """Read all ``*.txt`` files of a folder in the order of their names.

    Raises:
        DataError: A line is malformed.
        OSError: A file cannot be read.
    """
    return [scene for file in sorted(folder.glob("*.txt")) for scene in _read(file)]


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


def told_among(
    scenes: Sequence[Scene], others: Sequence[Conversation], times: int, seed: int
) -> list[Conversation]:
    """Conversations in which every scene is told some times, each among other company.

    Args:
        scenes: What to tell.
        others: Whose statements stand around them.
        times: How often every scene is told.
        seed: Of everything drawn by chance.
    """
    choice = random.Random(f"{seed}/scenes")  # noqa: S311 -- no secret
    made: list[Conversation] = []
    for _ in range(times):
        order = choice.sample(list(scenes), len(scenes))
        for at in range(0, len(order), TOGETHER):
            some = order[at : at + TOGETHER]
            made.append(_conversation(f"scenes-{len(made)}", some, choice.choice(others), choice))
    return made


def _conversation(
    name: str, scenes: Sequence[Scene], other: Conversation, choice: random.Random
) -> Conversation:
    """Everything has a place on a line; turns are numbered in its order, supports after them."""
    around = _around(other, choice)
    placed: list[tuple[float, Turn, str, tuple[str, ...]]] = [
        (float(place), turn, "", ()) for place, turn in enumerate(around)
    ]
    for number, scene in enumerate(scenes):
        placed += _placed(f"{number}", scene, len(around), around[0], choice)
    placed.sort(key=lambda entry: entry[0])
    index = {key: at for at, (_, _, key, _) in enumerate(placed) if key}
    gap, start = timedelta(hours=choice.choice((1, 5, 20))), around[0].time
    turns = (
        replace(
            turn, index=at, time=start + gap * at, support=tuple(index[key] for key in supports)
        )
        for at, (_, turn, _, supports) in enumerate(placed)
    )
    return Conversation(name, tuple(turns))


def _around(other: Conversation, choice: random.Random) -> list[Turn]:
    told = [turn for turn in other.turns if turn.kind is Kind.STATEMENT]
    count = min(len(told), choice.randint(*_AROUND))
    first = choice.randint(0, len(told) - count)
    return told[first : first + count]


def _placed(
    name: str, scene: Scene, length: int, like: Turn, choice: random.Random
) -> Iterator[tuple[float, Turn, str, tuple[str, ...]]]:
    """A scene's messages and questions: place, turn, the message's key, the supports' keys."""
    spread = choice.choice(_SPREAD)
    place = choice.uniform(0, max(1.0, length - spread * len(scene.texts)))
    blank = replace(like, phrasings=(), support=(), answers=(), category="")
    for at, text in enumerate(scene.texts):
        yield place, replace(blank, text=text), f"{name}/{at}", ()
        place += choice.uniform(0, spread)
    for query in scene.queries:
        question = replace(
            blank,
            kind=Kind.QUESTION,
            text=query.asked[0],
            phrasings=query.asked[1:],
            answers=query.answers,
            category=query.category,
        )
        keys = tuple(f"{name}/{at}" for at in query.support)
        yield place + choice.uniform(0, _LATER), question, "", keys
