"""What people wrote, with slips of the finger: always the same ones.

An answer that stands in a mistyped memory is right as it was typed there, too: the bot gives
people's own words back, and could not know better.
"""

import random
from collections.abc import Iterator, Sequence

from bot.conversation_file import Conversation, Gold, Judged
from memnn.normalise import normalise
from memnn.training.noise import slip

RATE = 0.2  # share of words; the shortest are spared
_SEED = 5


def mistyped(users: Sequence[Conversation]) -> list[Conversation]:
    """The users, with one slip in every fifth word of what they wrote."""
    choice = random.Random(_SEED)  # noqa: S311 -- no secret
    return [
        user.model_copy(
            update={
                "messages": tuple(
                    turn.model_copy(update={"text": slip(turn.text, choice, RATE)})
                    for turn in user.messages
                )
            }
        )
        for user in users
    ]


def gold_as_typed(
    gold: Sequence[Judged],
    written: Sequence[Conversation],
    typed: Sequence[Conversation],
) -> list[Judged]:
    """The right answers where memories were mistyped.

    Args:
        gold: What is right.
        written: What the users wrote.
        typed: The same after `mistyped`.
    """
    found: list[Judged] = []
    for right, before, after in zip(gold, written, typed, strict=True):
        texts = {
            turn.i: (turn.text, slipped.text)
            for turn, slipped in zip(before.messages, after.messages, strict=True)
        }
        messages = tuple(_as_typed(message, texts) for message in right.messages)
        found.append(right.model_copy(update={"messages": messages}))
    return found


def _as_typed(message: Gold, texts: dict[int, tuple[str, str]]) -> Gold:
    answers: list[str] = []
    for answer in message.answers:
        typed = [t for i in message.support for t in stretches_as_typed(answer, *texts[i])]
        if message.all_required:  # every item once: as it was typed, where it was
            answers.append((typed or [answer])[0])
        else:
            answers += [answer, *typed]
    return message.model_copy(update={"answers": tuple(answers)})


def stretches_as_typed(answer: str, written: str, typed: str) -> Iterator[str]:
    """What became of an answer wherever it stands in a text.

    Args:
        answer: The answer as it was written.
        written: A text.
        typed: The same text with slips; it has as many words.
    """
    before, after = written.split(" "), typed.split(" ")
    wanted = normalise(answer)
    for first in range(len(before)):
        for end in range(first + 1, len(before) + 1):
            if normalise(" ".join(before[first:end])) == wanted:
                yield " ".join(after[first:end])
