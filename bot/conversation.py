"""The policy of a conversation: what each message leads to. Telegram, terminal and replay share it.

A message that tells and asks is answered first and stored then, so that no answer rests on the
message that asks for it. Knows neither how replies look nor where memories are kept.
"""

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from bot import words
from bot.parts import as_kind, as_sentences, as_statement, asking, clean, telling, without_asides
from bot.replies import Answered, Reply, Undone
from bot.session import Forgotten, Sessions, Stored
from memnn.errors import StoreError
from memnn.records import (
    Event,
    Kind,
    Memory,
    Message,
    Page,
    Perception,
    Plan,
    Scored,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from memnn.network import Network

MAX_CHARACTERS = 4096  # what Telegram carries in one message; the same everywhere
NEAREST = 3


class Conversation:
    """One conversation a scope, all over one memory network.

    The caller hands in the messages of a scope in order, one at a time; scopes are independent.
    Methods that return a `Reply` never raise for what a user wrote or for a store that fails; the
    others raise `memnn.errors.StoreError`.
    """

    def __init__(self, network: "Network") -> None:
        self._network = network
        self._sessions = Sessions()

    async def handle(self, scope: str, message: Message) -> Reply:
        """Take in one new message: store what it tells, answer what it asks."""
        message = replace(message, text=clean(message.text))
        refusal = _refusal(message)
        if refusal:
            return refusal
        self._sessions.of(scope).last = message
        return await self._act(scope, self._network.perceive(message))

    async def edit(self, scope: str, message: Message) -> Reply:
        """Take in the new text of an earlier message.

        Its memories are rewritten and keep their time; one that had none is treated like new.
        """
        message = replace(message, text=clean(message.text))
        refusal = _refusal(message)
        if refusal:
            return refusal
        perception = self._network.perceive(message)
        asks = perception.kind is Kind.QUESTION
        # What was remembered stays a memory, unless its new text clearly asks.
        rewritten = telling(perception) if asks else as_statement(perception)
        try:
            old = await self._network.edit(scope, rewritten)
        except StoreError as error:
            return _failure(perception, error)
        if not old:
            return await self._act(scope, perception)
        if asks:
            self._forgot(scope, old)
            return replace(await self._act(scope, perception), replaced=old)
        ids = tuple(memory.id for memory in old)
        self._sessions.of(scope).drop(ids)
        return Reply(message.id, Kind.STATEMENT, perception.confidence, stored=ids, replaced=old)

    async def ask(self, scope: str, message: Message | None = None) -> Reply:
        """Take a message for a question, whatever I thinks; without one, the last message.

        What was stored of it is forgotten first.
        """
        taken = self._taken_up(scope, message)
        if isinstance(taken, Reply):
            return taken
        perception = as_kind(Kind.QUESTION, self._network.perceive(taken))
        try:
            old = await self._network.store.edit(scope, Plan(taken.id, ()))
        except StoreError as error:
            return _failure(perception, error)
        self._forgot(scope, old)
        return replace(await self._act(scope, perception), replaced=old)

    async def keep(self, scope: str, message: Message | None = None) -> Reply:
        """Take a message for a statement, whatever I thinks; without one, the last message."""
        taken = self._taken_up(scope, message)
        if isinstance(taken, Reply):
            return taken
        perception = as_kind(Kind.STATEMENT, self._network.perceive(taken))
        try:
            old = await self._network.edit(scope, perception)
            stored = await self._store(scope, perception)
            if not stored:  # known, and all of it forgotten: that was before it was asked for
                again = replace(taken, id=f"{taken.id}+")
                stored = await self._store(scope, replace(perception, message=again))
        except StoreError as error:
            return _failure(perception, error)
        return Reply(taken.id, Kind.STATEMENT, 1.0, stored=stored, replaced=old)

    async def take_in(
        self, scope: str, message: Message, statements: "Sequence[str]"
    ) -> tuple[int, ...]:
        """Store statements that were statements before, as an import does; I is not asked.

        Returns:
            The ids of the message's memories: new ones, or those that it already had.
        """
        perception = self._network.perceive(message)
        told = as_sentences(Kind.STATEMENT, perception, [clean(text) for text in statements])
        return await self._network.remember(scope, told)

    async def forget(self, scope: str, ids: "Collection[int]") -> tuple[Memory, ...]:
        """Forget memories; returns those that were there."""
        gone = await self._network.store.forget(scope, ids)
        self._forgot(scope, gone)
        return gone

    async def forget_all(self, scope: str) -> int:
        """Forget everything of a scope, for good; returns how many memories that were."""
        count = await self._network.store.forget_all(scope)
        self._sessions.close(scope)
        return count

    async def undo(self, scope: str) -> Undone:
        """Take back what was stored last, or put back what was forgotten last."""
        session = self._sessions.of(scope)
        if not session.steps:
            return Undone()
        step = session.steps[-1]
        if isinstance(step, Stored):
            undone = Undone(forgotten=await self._network.store.forget(scope, step.ids))
            session.drop(step.ids)
        else:
            back = set(await self._network.store.restore(scope, step.memories))
            undone = Undone(restored=tuple(m for m in step.memories if m.id in back))
        session.steps.pop()  # only now: a store that failed leaves the step to be tried again
        return undone

    async def memories(self, scope: str, *, before: int | None = None, limit: int = 10) -> Page:
        """Memories, newest first; see `memnn.store.Store.page`."""
        return await self._network.store.page(scope, before=before, limit=limit)

    async def search(self, scope: str, text: str, *, limit: int = 10) -> tuple[Scored, ...]:
        """The memories nearest to a text, best first."""
        return await self._network.search(scope, clean(text)[:MAX_CHARACTERS], limit=limit)

    async def history(self, scope: str, *, limit: int = 50) -> tuple[Event, ...]:
        """What was edited, forgotten, restored or looked at, newest first."""
        return await self._network.store.history(scope, limit=limit)

    def why(self, scope: str, message_id: str | None = None) -> Answered | None:
        """The answer to a message, or the last one, with its trace; None where it is not known."""
        answers = self._sessions.of(scope).answers
        if message_id is None:
            return next(reversed(answers.values()), None)
        return answers.get(message_id)

    async def _act(self, scope: str, perception: Perception) -> Reply:
        answered: Answered | None = None
        stored: tuple[int, ...] = ()
        line = ""
        try:
            answered = await self._answer(scope, asking(perception))
        except StoreError as error:
            line = str(error)
        told = telling(perception)
        if perception.kind is not Kind.QUESTION and answered:
            if answered.answer.text is None:
                answered = None  # "He seems nice?" asks nothing
            else:
                told = without_asides(perception)
        try:
            stored = await self._store(scope, told)
        except StoreError as error:
            line = words.NOT_STORED.format(problem=error)
        failed = bool(line)
        if not (answered or stored or failed):
            known = perception.kind is Kind.STATEMENT
            line = words.KNOWN_ONCE if known else words.friendly(perception.message.text)
        return Reply(
            perception.message.id,
            perception.kind,
            perception.confidence,
            stored=stored,
            answered=answered,
            line=line,
            failed=failed,
        )

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

    def _forgot(self, scope: str, memories: tuple[Memory, ...]) -> None:
        session = self._sessions.of(scope)
        session.drop({memory.id for memory in memories})
        if memories:
            session.did(Forgotten(memories))

    def _taken_up(self, scope: str, message: Message | None) -> Message | Reply:
        if message is None:
            message = self._sessions.of(scope).last
        if message is None:
            return Reply("", None, line=words.NOTHING_SAID, failed=True)
        message = replace(message, text=clean(message.text))
        return _refusal(message) or message


def _refusal(message: Message) -> Reply | None:
    if len(message.text) > MAX_CHARACTERS:
        line = words.TOO_LONG.format(length=len(message.text), limit=MAX_CHARACTERS)
        return Reply(message.id, None, line=line, failed=True)
    if all(unicodedata.category(c)[0] in "CZ" for c in message.text):
        return Reply(message.id, None, line=words.EMPTY)
    return None


def _failure(perception: Perception, error: StoreError) -> Reply:
    return Reply(
        perception.message.id,
        perception.kind,
        perception.confidence,
        line=words.NOT_DONE.format(problem=error),
        failed=True,
    )
