"""The dev users' questions with their memories, for benchmarks that rank memories."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from memnn.records import Kind, Memory
from memnn.training.conversations import Conversation, Turn, read_conversations

DATA = Path(__file__).parents[1] / "data" / "conversations"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the numbers of its gold supports among the memories before it.

    Attributes:
        turn: The question.
        memories: What the user had said before, oldest first.
        gold: Places of the supports among them.
    """

    turn: Turn
    memories: tuple[Memory, ...]
    gold: frozenset[int]


def dev() -> list[Conversation]:
    """The dev conversations."""
    return read_conversations(DATA / "dev")


@dataclass(frozen=True, slots=True)
class Told:
    """A statement, and who made it."""

    speaker: str
    turn: Turn


def strangers(count: int) -> list[Told]:
    """Statements of other people, always the same: from the training conversations."""
    said = [
        Told(conversation.user, turn)
        for conversation in read_conversations(DATA / "train")
        for turn in conversation.turns
        if turn.kind is Kind.STATEMENT
    ]
    return random.Random(1).sample(said, min(count, len(said)))  # noqa: S311 -- no secret


def asked(
    conversation: Conversation, mixed_in: Sequence[Told] = (), *, named: bool = False
) -> Iterator[Asked]:
    """Every question that something supports, after what was said before it.

    Args:
        conversation: Of one user.
        mixed_in: Statements of others, spread evenly among the user's own.
        named: Whether it is known who made a statement, as in a group; else all are the user's.
    """
    turns = [turn for turn in conversation.turns if turn.kind is Kind.STATEMENT]
    own = [(at + 1.0, Told(conversation.user, turn)) for at, turn in enumerate(turns)]
    step = len(turns) / max(1, len(mixed_in))
    others = [
        (at * step, replace(told, turn=replace(told.turn, index=-1)))
        for at, told in enumerate(mixed_in)
    ]
    line = [told for _, told in sorted([*own, *others], key=lambda pair: pair[0])]
    places = {told.turn.index: at for at, told in enumerate(line)}
    memories = [
        Memory(at, str(t.turn.index), t.turn.text, t.turn.time, t.speaker if named else "")
        for at, t in enumerate(line, 1)
    ]
    for turn in conversation.questions:
        last = max((at for i, at in places.items() if -1 < i < turn.index), default=-1)
        before = tuple(memories[: last + 1])
        gold = frozenset(places[i] for i in turn.support if places.get(i, last + 1) <= last)
        if gold:
            yield Asked(turn, before, gold)
