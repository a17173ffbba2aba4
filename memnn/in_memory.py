"""The in-process store: memories in arrays of this process, gone with it.

For replay, tests and experiments; the reference that the Redis store is held against.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import zip_longest

from memnn.records import Event, EventKind, Memory, Page, Plan, Slot
from memnn.slots import Slots


@dataclass(slots=True)
class _Scope:
    slots: Slots = field(default_factory=Slots)
    messages: dict[str, tuple[int, ...]] = field(default_factory=dict)
    log: list[Event] = field(default_factory=list)
    next_id: int = 1

    def append(self, message_id: str, slot: Slot) -> None:
        self.slots.put(_memory(self.next_id, message_id, slot))
        self.messages[message_id] = (*self.messages.get(message_id, ()), self.next_id)
        self.next_id += 1

    def drop(self, memory_id: int) -> Memory:
        memory = self.slots.remove(memory_id)
        if memory is None:
            raise KeyError(memory_id)
        rest = (i for i in self.messages[memory.message_id] if i != memory_id)
        self.messages[memory.message_id] = tuple(rest)
        # Old texts go with the memory; that there were edits stays in the log.
        self.log[:] = [replace(e, old_text="") if e.memory_id == memory_id else e for e in self.log]
        self.log.append(Event(EventKind.FORGOTTEN, _now(), memory_id))
        return memory


class InMemoryStore:
    """A `memnn.store.Store` over plain Python objects."""

    def __init__(self) -> None:
        self._scopes: dict[str, _Scope] = {}

    async def add(self, scope: str, plan: Plan) -> tuple[int, ...]:
        """See `Store.add`."""
        held = self._scopes.setdefault(scope, _Scope())
        if plan.message_id not in held.messages:
            held.messages[plan.message_id] = ()
            for slot in plan.slots:
                held.append(plan.message_id, slot)
        return held.messages[plan.message_id]

    async def add_all(self, scope: str, plans: Sequence[Plan]) -> tuple[tuple[int, ...], ...]:
        """See `Store.add_all`."""
        return tuple([await self.add(scope, plan) for plan in plans])

    async def edit(self, scope: str, plan: Plan) -> tuple[Memory, ...]:
        """See `Store.edit`."""
        held = self._scopes.get(scope) or _Scope()
        old = tuple(m for i in held.messages.get(plan.message_id, ()) if (m := held.slots.get(i)))
        if not old or [m.text for m in old] == [s.text for s in plan.slots]:
            return old
        for memory in old[len(plan.slots) :]:
            held.drop(memory.id)
        for before, slot in zip_longest(old[: len(plan.slots)], plan.slots):
            if before is None:
                held.append(plan.message_id, replace(slot, time=old[-1].time))
            elif before.text != slot.text:
                new = _memory(before.id, plan.message_id, replace(slot, time=before.time))
                held.slots.put(new)
                held.log.append(Event(EventKind.EDITED, _now(), before.id, before.text))
        return old

    async def forget(self, scope: str, ids: Collection[int]) -> tuple[Memory, ...]:
        """See `Store.forget`."""
        held = self._scopes.get(scope) or _Scope()
        return tuple(held.drop(i) for i in sorted(set(ids)) if i in held.slots)

    async def restore(self, scope: str, memories: Sequence[Memory]) -> tuple[int, ...]:
        """See `Store.restore`."""
        wanted = {memory.id: memory for memory in memories}
        if not wanted:
            return ()
        held = self._scopes.setdefault(scope, _Scope())
        back = [wanted[i] for i in sorted(wanted) if i not in held.slots]
        for memory in back:
            held.slots.put(memory)
            ids = held.messages.get(memory.message_id, ())
            held.messages[memory.message_id] = tuple(sorted({*ids, memory.id}))
            held.next_id = max(held.next_id, memory.id + 1)
            held.log.append(Event(EventKind.RESTORED, _now(), memory.id))
        return tuple(memory.id for memory in back)

    async def forget_all(self, scope: str) -> int:
        """See `Store.forget_all`."""
        held = self._scopes.pop(scope, None)
        return len(held.slots) if held else 0

    async def candidates(self, scope: str, words: Collection[int]) -> Slots:  # noqa: ARG002 -- scores all
        """See `Store.candidates`; here always everything."""
        return (self._scopes.get(scope) or _Scope()).slots

    async def page(self, scope: str, *, before: int | None = None, limit: int = 10) -> Page:
        """See `Store.page`."""
        slots = (self._scopes.get(scope) or _Scope()).slots
        older = [m for m in slots if before is None or m.id < before]
        return Page(tuple(older[::-1][: max(limit, 0)]), len(slots))

    async def history(self, scope: str, *, limit: int = 50) -> tuple[Event, ...]:
        """See `Store.history`."""
        return tuple((self._scopes.get(scope) or _Scope()).log[::-1][: max(limit, 0)])

    async def note(self, scope: str, kind: EventKind, memory_id: int = 0) -> None:
        """See `Store.note`."""
        if scope in self._scopes:
            self._scopes[scope].log.append(Event(kind, _now(), memory_id))

    async def close(self) -> None:
        """See `Store.close`; here there is nothing to let go of."""


def _memory(memory_id: int, message_id: str, slot: Slot) -> Memory:
    return Memory(
        memory_id, message_id, slot.text, slot.time, slot.speaker, slot.features, slot.words
    )


def _now() -> datetime:
    return datetime.now(UTC)
