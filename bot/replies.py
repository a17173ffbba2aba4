"""What the conversation says back, as values; edges give them a look.

Frozen, without layout and without knowledge of where they are shown.
"""

from dataclasses import dataclass

from memnn.errors import StoreError
from memnn.records import Answer, Kind, Memory


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, or the admission that there is none.

    Attributes:
        question: What was asked.
        answer: What O and R made of it; its text is None for "I don't know".
        nearest: Where there is no answer, the memories that came closest, best first.
    """

    question: str
    answer: Answer
    nearest: tuple[Memory, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What one message leads to. A message may both tell and ask, so several parts may be filled.

    Attributes:
        message_id: The message that this replies to.
        kind: What I took the message for; None where it was refused unread.
        confidence: Probability of that kind, 0 to 1.
        stored: Ids of the memories that the message now has.
        answered: The answer, where the message asks something.
        replaced: For an edited or forced message, the memories that it had before.
        line: A line for people: chitchat, a limit, or what went wrong; empty where the parts above
            say it all.
        failed: Something that the message asked for could not be done; `line` says what.
        trouble: What the store raised, where that is why.
        unsure: I may have taken it for the wrong kind.
    """

    message_id: str
    kind: Kind | None
    confidence: float = 0.0
    stored: tuple[int, ...] = ()
    answered: Answered | None = None
    replaced: tuple[Memory, ...] = ()
    line: str = ""
    failed: bool = False
    trouble: StoreError | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did; both are empty where there was nothing to undo.

    Attributes:
        forgotten: Memories that were taken back.
        restored: Memories that were put back.
    """

    forgotten: tuple[Memory, ...] = ()
    restored: tuple[Memory, ...] = ()
