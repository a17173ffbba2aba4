"""Scenes told in the middle of what somebody else told, so that the reader must pick them out."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from memnn.records import Kind
from memnn.training.conversations import Conversation, Turn
from memnn.training.scenes import Scene

_NAME: Final = "scenes-"  # of a conversation, before its number
_TOGETHER: Final = 5  # scenes in a conversation
_AROUND: Final = (20, 45)  # messages of somebody else
_SPREAD: Final = (1, 2, 4)  # places between two messages of a scene, at most
_LATER: Final = 4  # places until a question is asked, at most


def told_among(
    scenes: Sequence[Scene], others: Sequence[Conversation], seed: int
) -> list[Conversation]:
    """Conversations in which every scene is told once.

    Args:
        scenes: What to tell.
        others: Whose statements stand around them; whoever tells nothing is no company.
        seed: Of everything drawn by chance.
    """
    choice = random.Random(f"{seed}/scenes")  # noqa: S311 -- no secret
    order = choice.sample(list(scenes), len(scenes))
    company = [other for other in others if _told(other)]
    return [
        _conversation(
            f"{_NAME}{number}", order[at : at + _TOGETHER], choice.choice(company), choice
        )
        for number, at in enumerate(range(0, len(order), _TOGETHER))
    ]


def tells_scenes(user: str) -> bool:
    """Whether the conversation of this user was made of scenes."""
    return user.startswith(_NAME)


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
    told = _told(other)
    count = min(len(told), choice.randint(*_AROUND))
    first = choice.randint(0, len(told) - count)
    return told[first : first + count]


def _told(other: Conversation) -> list[Turn]:
    return [turn for turn in other.turns if turn.kind is Kind.STATEMENT]


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
