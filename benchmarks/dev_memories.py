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


def strangers(count: int) -> list[Turn]:
    """Statements of other people, always the same: from the training conversations."""
    said = [
        turn
        for conversation in read_conversations(DATA / "train")
        for turn in conversation.turns
        if turn.kind is Kind.STATEMENT
    ]
    return random.Random(1).sample(said, min(count, len(said)))  # noqa: S311 -- no secret


def asked(conversation: Conversation, mixed_in: Sequence[Turn] = ()) -> Iterator[Asked]:
    """Every question that something supports, after what was said before it.

    Args:
        conversation: Of one user.
        mixed_in: Statements of others, spread evenly among the user's own.
    """
    turns = [turn for turn in conversation.turns if turn.kind is Kind.STATEMENT]
    told = [(at + 1.0, turn) for at, turn in enumerate(turns)]
    step = len(turns) / max(1, len(mixed_in))
    others = [(at * step, replace(turn, index=-1)) for at, turn in enumerate(mixed_in)]
    line = [turn for _, turn in sorted([*told, *others], key=lambda pair: pair[0])]
    memories = [Memory(at + 1, str(t.index), t.text, t.time) for at, t in enumerate(line)]
    for turn in conversation.questions:
        last = max((at for at, t in enumerate(line) if -1 < t.index < turn.index), default=-1)
        before = tuple(memories[: last + 1])
        gold = frozenset(at for at, t in enumerate(line[: last + 1]) if t.index in turn.support)
        if gold:
            yield Asked(turn, before, gold)
