"""The policy of a conversation: what each message leads to. Telegram, terminal and replay share it.

A message that tells and asks is answered first and stored then, so that no answer rests on the
message that asks for it. Knows neither how replies look nor where memories are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot import words
from bot.memories import MAX_CHARACTERS, Memories, as_named
from bot.parts import (
    as_kind,
    as_sentences,
    as_statement,
    asking,
    clean,
    states,
    telling,
    without_asides,
)
from bot.phrases import blank, sentence
from bot.replies import Answered, Reply
from bot.session import Stored
from memnn.errors import StoreError
from memnn.records import Kind, Memory, Message, Perception

NEAREST: Final = 3
UNSURE: Final = 0.7
"""Below this confidence the kind of a message may be wrong, and a reply offers the other one.

On data/conversations/dev that touches 6.4 % of all messages; two in five of those are taken for
something that they are not, which are 63 % of all that are.
"""


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a message is taken; see `Conversation.handle`."""

    remember: bool = True
    addressed: bool = True


_FULLY: Final = _Manner()


class Conversation(Memories):
    """One conversation a scope, all over one memory network.

    The caller hands in the messages of a scope in order, one at a time; scopes are independent.
    Methods that return a `Reply` never raise for what a user wrote or for a store that fails; the
    others raise `memnn.errors.StoreError`.
    """

    async def handle(
        self, scope: str, message: Message, *, remember: bool = True, addressed: bool = True
    ) -> Reply:
        """Take in one new message: store what it tells, answer what it asks.

        Args:
            scope: Whose conversation.
            message: What was said.
            remember: Whether anything is stored; where not, a statement is told so.
            addressed: Whether it was said to the bot. What it overhears is stored, not answered.
        """
        message = replace(message, text=clean(message.text))
        refusal = _refusal(message)
        if refusal:
            return refusal
        self._sessions.of(scope).last = message
        return await self._act(scope, self._network.perceive(message), _Manner(remember, addressed))

    async def edit(
        self, scope: str, message: Message, *, remember: bool = True, addressed: bool = True
    ) -> Reply:
        """Take in the new text of an earlier message; see `handle`.

        Its memories are rewritten and keep their time; one that had none is treated like new.
        Where nothing may be stored, they stay as they are.
        """
        message = replace(message, text=clean(message.text))
        if blank(message.text):
            return await self._emptied(scope, message)
        refusal = _refusal(message)
        if refusal:
            return refusal
        perception = self._network.perceive(message)
        try:
            old = await self._rewritten(scope, perception) if remember else ()
        except StoreError as error:
            return _failure(perception, error)
        if old and perception.kind is not Kind.QUESTION:
            ids = tuple(memory.id for memory in old)
            self._sessions.of(scope).drop(ids)
            told = Kind.STATEMENT
            return Reply(message.id, told, perception.confidence, stored=ids, replaced=old)
        self._forgot(scope, old)
        reply = await self._act(scope, perception, _Manner(remember, addressed))
        return replace(reply, replaced=old)

    async def ask(self, scope: str, message: Message | None = None) -> Reply:
        """Take a message for a question, whatever I thinks; without one, the last message.

        What was stored of it is forgotten first.
        """
        taken = self._taken_up(scope, message)
        if isinstance(taken, Reply):
            return taken
        perception = as_kind(Kind.QUESTION, self._network.perceive(taken))
        try:
            old = await self.forget_said(scope, taken.id)
        except StoreError as error:
            return _failure(perception, error)
        return replace(await self._act(scope, perception), replaced=old)

    async def keep(
        self, scope: str, message: Message | None = None, *, remember: bool = True
    ) -> Reply:
        """Take a message for a statement, whatever I thinks; without one, the last message."""
        taken = self._taken_up(scope, message)
        if isinstance(taken, Reply):
            return taken
        perception = as_kind(Kind.STATEMENT, self._network.perceive(taken))
        if not remember:
            return Reply(taken.id, Kind.STATEMENT, 1.0, line=words.PAUSED)
        try:
            old = await self._rewritten(scope, perception)
            stored = tuple(memory.id for memory in old) or await self._stored(scope, perception)
        except StoreError as error:
            return _failure(perception, error)
        line = "" if stored else words.FORGOTTEN_TOO_OFTEN
        return Reply(taken.id, Kind.STATEMENT, 1.0, stored=stored, replaced=old, line=line)

    async def take_in(
        self, scope: str, message: Message, statements: Sequence[str]
    ) -> tuple[int, ...]:
        """Store statements that were statements before, as an import does; I is not asked.

        Returns:
            The ids of the message's memories: new ones, or those that it already had.
        """
        return await self._network.remember(scope, _as_told(message, statements))

    async def take_in_all(
        self, scope: str, messages: Sequence[tuple[Message, Sequence[str]]]
    ) -> None:
        """The same for several messages, in one step: all of them are stored, or none.

        Raises:
            StoreError: Nothing was stored.
        """
        told = [_as_told(message, statements) for message, statements in messages]
        await self._network.remember_all(scope, told)

    async def _act(self, scope: str, perception: Perception, manner: _Manner = _FULLY) -> Reply:
        answered, unanswered = await self._try_to_answer(scope, perception, manner)
        told = telling(perception)
        if perception.kind is not Kind.QUESTION and answered:
            if answered.answer.text is None:
                answered = None  # "He seems nice?" asks nothing
            else:
                told = without_asides(perception)
        stored, unstored = await self._try_to_store(scope, told, manner)
        trouble = unstored or unanswered
        idle = not (answered or stored or trouble)
        return Reply(
            perception.message.id,
            perception.kind,
            perception.confidence,
            stored=stored,
            answered=answered,
            line=_went_wrong(unanswered, unstored) or _remark(told, manner, idle=idle),
            failed=trouble is not None,
            trouble=trouble,
            unsure=perception.confidence < UNSURE,
        )

    async def _try_to_answer(
        self, scope: str, perception: Perception, manner: _Manner
    ) -> tuple[Answered | None, StoreError | None]:
        """The answer to what a message asks, and what went wrong."""
        if not manner.addressed:
            return None, None
        try:
            return await self._answer(scope, asking(perception)), None
        except StoreError as error:
            return None, error

    async def _try_to_store(
        self, scope: str, told: Perception, manner: _Manner
    ) -> tuple[tuple[int, ...], StoreError | None]:
        """The memories of what a message tells, and what went wrong."""
        if not manner.remember:
            return (), None
        try:
            return await self._store(scope, told), None
        except StoreError as error:
            return (), error

    async def _answer(self, scope: str, perception: Perception) -> Answered | None:
        if perception.kind is not Kind.QUESTION:
            return None
        answer = await self._network.answer(scope, perception)
        nearest: tuple[Memory, ...] = ()
        if answer.text is None:
            seen = [s.memory for hop in answer.trace.hops for s in hop.best]
            distinct = {m.id: m for m in (*answer.supports, *seen)}
            nearest = tuple(distinct.values())[:NEAREST]
        answered = Answered(perception.message.text, answer, nearest)
        self._sessions.of(scope).said(perception.message.id, answered)
        return answered

    async def _store(self, scope: str, perception: Perception) -> tuple[int, ...]:
        ids = await self._network.remember(scope, perception)
        if ids:
            self._sessions.of(scope).did(Stored(ids))
        return ids

    async def _stored(self, scope: str, perception: Perception) -> tuple[int, ...]:
        """Store a message even where it was forgotten: that was before it was asked for."""
        for message in as_named(perception.message):
            if ids := await self._store(scope, replace(perception, message=message)):
                return ids
        return ()

    async def _rewritten(self, scope: str, perception: Perception) -> tuple[Memory, ...]:
        """Rewrite what a message has in memory; returns what that was before.

        What was remembered stays a memory, unless its new text clearly asks.
        """
        asks = perception.kind is Kind.QUESTION
        told = telling(perception) if asks else as_statement(perception)
        for message in as_named(perception.message):
            if old := await self._network.edit(scope, replace(told, message=message)):
                return old
        return ()

    async def _emptied(self, scope: str, message: Message) -> Reply:
        """A message that says nothing any more: a picture without its caption."""
        try:
            old = await self.forget_said(scope, message.id)
        except StoreError as error:
            return _not_done(Reply(message.id, None), error)
        return Reply(message.id, None, replaced=old, line=words.EMPTIED if old else words.EMPTY)

    def _taken_up(self, scope: str, message: Message | None) -> Message | Reply:
        if message is None:
            message = self._sessions.of(scope).last
        if message is None:
            return Reply("", None, line=words.NOTHING_SAID, failed=True)
        message = replace(message, text=clean(message.text))
        return _refusal(message) or message


def _as_told(message: Message, statements: Sequence[str]) -> Perception:
    perception = Perception(message, Kind.STATEMENT, 1.0, ())
    return as_sentences(Kind.STATEMENT, perception, [clean(text) for text in statements])


def _refusal(message: Message) -> Reply | None:
    if len(message.text) > MAX_CHARACTERS:
        line = words.TOO_LONG.format(length=len(message.text), limit=MAX_CHARACTERS)
        return Reply(message.id, None, line=line, failed=True)
    if blank(message.text):
        return Reply(message.id, None, line=words.EMPTY)
    return None


def _remark(told: Perception, manner: _Manner, *, idle: bool) -> str:
    """What is said of a message beside its answer, or where nothing came of it."""
    if not manner.addressed:
        return ""
    if not manner.remember and states(told):
        return words.PAUSED
    if not idle:
        return ""
    return words.KNOWN_ONCE if told.kind is Kind.STATEMENT else words.friendly(told.message.text)


def _went_wrong(unanswered: StoreError | None, unstored: StoreError | None) -> str:
    """What is said of a message of which a part, or all, could not be done."""
    if unstored:
        return words.NOT_STORED.format(problem=sentence(str(unstored)))
    return str(unanswered) if unanswered else ""


def _failure(perception: Perception, error: StoreError) -> Reply:
    said = Reply(perception.message.id, perception.kind, perception.confidence)
    return _not_done(said, error)


def _not_done(reply: Reply, error: StoreError) -> Reply:
    line = words.NOT_DONE.format(problem=sentence(str(error)))
    return replace(reply, line=line, failed=True, trouble=error)
