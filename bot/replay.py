"""A conversation file through the conversation: what the bot would have said to every message.

Each user is a scope of its own, and each message is written at its own time. Reads nothing of what
would be right: see `bot.conversation_file.Turn`.
"""

from collections.abc import AsyncIterator, Sequence
from time import perf_counter

from bot.conversation import Conversation
from bot.conversation_file import Conversation as Said
from bot.conversation_file import Prediction, Turn
from bot.replies import Reply
from bot.scopes import REPLAY
from memnn.errors import StoreUnavailableError
from memnn.records import Kind, Memory, Message

_MS_PER_S = 1000.0


async def replay(
    conversation: Conversation, users: Sequence[Said], prefix: str = REPLAY
) -> AsyncIterator[Prediction]:
    """Say every message in the order of the file, user after user.

    Args:
        conversation: Over a store that holds none of the scopes.
        users: Whose messages.
        prefix: What the names of the scopes begin with.

    Raises:
        StoreError: A memory could not be read or written; the replay ends there.
    """
    for user in users:
        scope = f"{prefix}:{user.user}"
        for turn in user.messages:
            yield await _say(conversation, scope, user.user, turn)


async def clear(conversation: Conversation, users: Sequence[Said], prefix: str = REPLAY) -> None:
    """Forget what a replay stored."""
    for user in users:
        await conversation.forget_all(f"{prefix}:{user.user}")


async def _say(conversation: Conversation, scope: str, user: str, turn: Turn) -> Prediction:
    message = Message(str(turn.i), turn.text, turn.t)
    began = perf_counter()
    reply = await conversation.handle(scope, message)
    ms = (perf_counter() - began) * _MS_PER_S
    if reply.failed and reply.kind is not None:
        raise StoreUnavailableError(reply.line)
    return _prediction(user, turn.i, reply, ms)


def _prediction(user: str, i: int, reply: Reply, ms: float) -> Prediction:
    kind = reply.kind or Kind.CHITCHAT
    if kind is not Kind.QUESTION or reply.answered is None:
        return Prediction(
            user=user,
            i=i,
            kind=kind,
            answer=None,
            answers=(),
            abstained=False,
            support=(),
            confidence=reply.confidence,
            ms=round(ms, 3),
        )
    answer = reply.answered.answer
    return Prediction(
        user=user,
        i=i,
        kind=kind,
        answer=answer.text,
        answers=answer.items,
        abstained=answer.text is None,
        support=_turns(answer.supports),
        confidence=answer.confidence,
        ms=round(ms, 3),
    )


def _turns(supports: Sequence[Memory]) -> tuple[int, ...]:
    """Numbers of the messages that the supports come from, in hop order, without repeats."""
    return tuple(dict.fromkeys(int(memory.message_id) for memory in supports))
