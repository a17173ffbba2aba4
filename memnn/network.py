"""The memory network: I, G, O and R joined to a store; the only place here that awaits."""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from memnn.model import Model
from memnn.parts import Parts
from memnn.records import Answer, Kind, Memory, Message, Perception, Scored, Trace
from memnn.served import parts_of
from memnn.store import Store

_READERS: Final = min(4, os.cpu_count() or 1)  # threads; the interpreter bears no more of them


class Network:
    """Remembers statements and answers questions from them.

    Args:
        model: The learned parts: the served model, or any other.
        store: Where the memories are; its features must come from the same model.
    """

    def __init__(self, model: Model | Parts, store: Store) -> None:
        self.model = model
        self.store = store
        self._parts = parts_of(model)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="reader")

    def perceive(self, message: Message) -> Perception:
        """I(x): what a message is."""
        return self._parts.perceive(message)

    async def remember(
        self, scope: str, perception: Perception, *, everything: bool = False
    ) -> tuple[int, ...]:
        """Store a message's statements; repeated for the same message it changes nothing.

        Args:
            scope: Whose memory.
            perception: The message as I sees it.
            everything: Store all of it, whatever its kind.

        Returns:
            Ids of the message's memories; empty where it states nothing.

        Raises:
            StoreError: Nothing was stored.
        """
        plan = self._parts.plan(perception, everything=everything)
        return await self.store.add(scope, plan) if plan.slots else ()

    async def remember_all(self, scope: str, perceptions: Sequence[Perception]) -> None:
        """Store the statements of many messages in one step; see `remember`.

        Raises:
            StoreError: Nothing was stored.
        """
        plans = [plan for plan in self._parts.plans(perceptions) if plan.slots]
        await self.store.add_all(scope, plans)

    async def edit(self, scope: str, perception: Perception) -> tuple[Memory, ...]:
        """Rewrite the memories of a message that was edited; see `Store.edit`.

        Raises:
            StoreError: Nothing was changed.
        """
        return await self.store.edit(scope, self._parts.plan(perception))

    async def answer(self, scope: str, perception: Perception) -> Answer:
        """R(O(I(x), m)): answer a question from what was stored before it.

        Raises:
            StoreError: The memories could not be read.
        """
        text, asker = _asked(perception), perception.message.speaker
        slots = await self.store.candidates(scope, self._parts.words(text, asker))
        if not len(slots):
            return Answer(None, (), (), 0.0, Trace())
        rest = self._parts.take_up(text, slots, asker)
        return await asyncio.get_running_loop().run_in_executor(self._readers, rest)

    async def search(self, scope: str, text: str, *, limit: int = 10) -> tuple[Scored, ...]:
        """The memories nearest to a text by the first pass, best first.

        Raises:
            StoreError: The memories could not be read.
        """
        slots = await self.store.candidates(scope, self._parts.words(text))
        if not len(slots):
            return ()
        ranking = self._parts.rank(text, slots)
        rows = ranking.best(limit)
        scores = ranking.at(rows).tolist()
        return tuple(map(Scored, map(slots.held, rows), scores))


def _asked(perception: Perception) -> str:
    """The question in a message: its questioning sentences, or all of it where none is one."""
    asked = [s.text for s in perception.sentences if s.kind is Kind.QUESTION]
    return " ".join(asked) or perception.message.text
