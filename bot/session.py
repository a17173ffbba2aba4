"""What a conversation keeps in mind beside the memories: the last message, what can be undone, why.

In this process only, for the scopes that were active last, and bounded. What is forgotten leaves it
too, except for what an undo needs to bring it back.
"""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field

from bot.replies import Answered
from memnn.records import Memory, Message

MAX_SCOPES = 1000
MAX_UNDO = 20
MAX_ANSWERS = 20


@dataclass(frozen=True, slots=True)
class Stored:
    """Memories that were stored, and that an undo would forget."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Memories that were forgotten, and that an undo would put back."""

    memories: tuple[Memory, ...]


Step = Stored | Forgotten


@dataclass(slots=True)
class Session:
    """The state of one scope."""

    last: Message | None = None
    steps: list[Step] = field(default_factory=list)
    answers: OrderedDict[str, Answered] = field(default_factory=OrderedDict)

    def did(self, step: Step) -> None:
        """Note a step that can be undone."""
        self.steps.append(step)
        del self.steps[:-MAX_UNDO]

    def said(self, message_id: str, answered: Answered) -> None:
        """Note an answer, so that it can be explained."""
        self.answers[message_id] = answered
        self.answers.move_to_end(message_id)
        while len(self.answers) > MAX_ANSWERS:
            self.answers.popitem(last=False)

    def drop(self, ids: Collection[int]) -> None:
        """Drop the explanations that quote these memories, which are forgotten."""
        for message_id, answered in list(self.answers.items()):
            if not quoted(answered).isdisjoint(ids):
                del self.answers[message_id]


class Sessions:
    """Sessions by scope; the least recently used are dropped."""

    def __init__(self, limit: int = MAX_SCOPES) -> None:
        self._limit = limit
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def of(self, scope: str) -> Session:
        """The scope's session, a new one where there is none."""
        session = self._sessions.setdefault(scope, Session())
        self._sessions.move_to_end(scope)
        while len(self._sessions) > self._limit:
            self._sessions.popitem(last=False)
        return session

    def close(self, scope: str) -> None:
        """Drop all that is in mind of a scope."""
        self._sessions.pop(scope, None)


def quoted(answered: Answered) -> set[int]:
    """Ids of all memories whose text an explanation would show."""
    seen = [scored.memory for hop in answered.answer.trace.hops for scored in hop.best]
    return {memory.id for memory in (*answered.answer.supports, *answered.nearest, *seen)}
