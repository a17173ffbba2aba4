"""What can be done with what is remembered: look, forget, put back, correct.

The ground of `bot.conversation`. Every method raises `memnn.errors.StoreError` and nothing else.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.paging import leaf
from bot.parts import clean
from bot.replies import Answered, Undone
from bot.session import Forgotten, Session, Sessions, Step, Stored, quoted
from memnn.records import Event, EventKind, Memory, Message, Page, Plan, Scored

if TYPE_CHECKING:
    from memnn.network import Network

MAX_CHARACTERS: Final = 4096  # what Telegram carries in one message; the same everywhere
_MOST_NAMES: Final = 4
_EVENTS: Final = 10_000  # of a log, that are looked through for what an undo would put back


class Memories:
    """The memories of every scope, with what was done last and can be undone."""

    def __init__(self, network: "Network") -> None:
        self._network = network
        self._sessions = Sessions()

    async def forget(self, scope: str, ids: Collection[int]) -> tuple[Memory, ...]:
        """Forget memories; returns those that were there."""
        gone = await self._network.store.forget(scope, ids)
        self._forgot(scope, gone)
        return gone

    async def forget_said(self, scope: str, message_id: str) -> tuple[Memory, ...]:
        """Forget all memories of a message; returns those that were there."""
        for name in _names(message_id):  # at most one of them holds memories
            if gone := await self._network.store.edit(scope, Plan(name, ())):
                self._forgot(scope, gone)
                return gone
        return ()

    async def forget_all(self, scope: str) -> int:
        """Forget everything of a scope, for good; returns how many memories that were."""
        count = await self._network.store.forget_all(scope)
        self._sessions.close(scope)
        return count

    async def undo(self, scope: str, forgotten: int | None = None) -> Undone:
        """Take back what was stored last, or put back what was forgotten last.

        Args:
            scope: Whose.
            forgotten: Put back this memory and what was forgotten with it, and nothing else.
        """
        session = self._sessions.of(scope)
        step = _last(session, forgotten)
        if step is None:
            return Undone()
        if isinstance(step, Stored):
            undone = Undone(forgotten=await self._network.store.forget(scope, step.ids))
            session.drop(step.ids)
        else:
            undone = Undone(restored=await self._put_back(scope, step.memories))
        session.steps.remove(step)  # only now: a store that failed leaves it to be tried again
        return undone

    async def memories(self, scope: str, *, before: int | None = None, limit: int = 10) -> Page:
        """Memories, newest first; see `memnn.store.Store.page`."""
        return await self._network.store.page(scope, before=before, limit=limit)

    async def leaf(self, scope: str, number: int, size: int) -> Page:
        """The n-th page of so many memories, from 1, newest first; empty beyond the last."""
        return await leaf(self._network.store, scope, number, size)

    async def named(self, scope: str, ids: Collection[int]) -> tuple[Memory, ...]:
        """The memories with these ids, in this order; unknown ones are passed over."""
        found = [
            memory
            for i in ids
            for memory in (await self.memories(scope, before=i + 1, limit=1)).memories
            if memory.id == i
        ]
        return tuple(found)

    async def search(self, scope: str, text: str, *, limit: int = 10) -> tuple[Scored, ...]:
        """The memories nearest to a text, best first."""
        return await self._network.search(scope, clean(text)[:MAX_CHARACTERS], limit=limit)

    async def history(self, scope: str, *, limit: int = 50) -> tuple[Event, ...]:
        """What was edited, forgotten, restored, corrected or looked at, newest first."""
        return await self._network.store.history(scope, limit=limit)

    def why(self, scope: str, message_id: str | None = None) -> Answered | None:
        """The answer to a message, or the last one, with its trace; None where it is not known."""
        answers = self._sessions.of(scope).answers
        if message_id is None:
            return next(reversed(answers.values()), None)
        return answers.get(message_id)

    async def correct(self, scope: str, message_id: str, memory_id: int) -> Answered | None:
        """Note in the scope's log that an answer should have rested on another memory.

        Returns:
            The answer that was wrong; None where it is not known any more, or where its trace does
            not show that memory, in which case nothing was noted.
        """
        answered = self.why(scope, message_id)
        if answered is None or memory_id not in quoted(answered):
            return None
        await self._network.store.note(scope, EventKind.CORRECTED, memory_id)
        return answered

    async def _put_back(self, scope: str, gone: tuple[Memory, ...]) -> tuple[Memory, ...]:
        """Put back what is still only forgotten; returns that.

        What another process forgot for good since is not in the log any more either.
        """
        log = await self._network.store.history(scope, limit=_EVENTS)
        known = {event.memory_id for event in log if event.kind is EventKind.FORGOTTEN}
        wanted = [memory for memory in gone if memory.id in known]
        back = set(await self._network.store.restore(scope, wanted))
        return tuple(memory for memory in wanted if memory.id in back)

    def _forgot(self, scope: str, memories: tuple[Memory, ...]) -> None:
        session = self._sessions.of(scope)
        session.drop({memory.id for memory in memories})
        if memories:
            session.did(Forgotten(memories))


def _names(message_id: str) -> Iterator[str]:
    """The names that a message may have in the store.

    What was forgotten stays known there, so that it does not come back by itself; remembered again
    on purpose, it needs another name.
    """
    yield from (message_id + "+" * again for again in range(_MOST_NAMES))


def as_named(message: Message) -> Iterator[Message]:
    """A message under each of its names."""
    yield from (replace(message, id=name) for name in _names(message.id))


def _last(session: Session, forgotten: int | None) -> Step | None:
    """The step to take back: the last one, or the last that forgot this memory."""
    if forgotten is None:
        return session.steps[-1] if session.steps else None
    fits = (
        step
        for step in reversed(session.steps)
        if isinstance(step, Forgotten) and forgotten in {m.id for m in step.memories}
    )
    return next(fits, None)
