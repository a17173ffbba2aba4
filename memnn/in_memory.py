"""The in-process store: memories in arrays of this process, gone with it.

For replay, tests and experiments; the reference that the Redis store is held against.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from memnn.records import Event, EventKind, Memory, Page, Plan, Slot
from memnn.slots import Slots


@dataclass(slots=True)
class _Scope:
    slots: Slots = field(default_factory=Slots)
    messages: dict[str, tuple[int, ...]] = field(default_factory=dict)
    log: list[Event] = field(default_factory=list)
    next_id: int = 1


class InMemoryStore:
    """A `memnn.store.Store` over plain Python objects."""

    def __init__(self) -> None:
        self._scopes: dict[str, _Scope] = {}

    async def add(self, scope: str, plan: Plan) -> tuple[int, ...]:
        """See `Store.add`."""
        held = self._scopes.setdefault(scope, _Scope())
        if plan.message_id not in held.messages:
            ids = tuple(range(held.next_id, held.next_id + len(plan.slots)))
            for memory_id, slot in zip(ids, plan.slots, strict=True):
                held.slots.put(_memory(memory_id, plan.message_id, slot))
            held.next_id += len(ids)
            held.messages[plan.message_id] = ids
        return held.messages[plan.message_id]

    async def edit(self, scope: str, plan: Plan) -> tuple[Memory, ...]:
        """See `Store.edit`."""
        held = self._scopes.get(scope) or _Scope()
        ids = held.messages.get(plan.message_id, ())
        old = tuple(m for i in ids if (m := held.slots.get(i)) is not None)
        if not old or [m.text for m in old] == [s.text for s in plan.slots]:
            return old
        kept = [m.id for m in old][: len(plan.slots)]
        fresh = range(held.next_id, held.next_id + len(plan.slots) - len(kept))
        held.next_id += len(fresh)
        for memory in old[len(kept) :]:
            self._drop(held, memory.id)
        for memory_id, slot in zip([*kept, *fresh], plan.slots, strict=True):
            held.slots.put(_memory(memory_id, plan.message_id, replace(slot, time=old[0].time)))
        held.messages[plan.message_id] = (*kept, *fresh)
        for memory in old[: len(kept)]:
            held.log.append(Event(EventKind.EDITED, _now(), memory.id, memory.text))
        return old

    async def forget(self, scope: str, ids: Collection[int]) -> tuple[Memory, ...]:
        """See `Store.forget`."""
        held = self._scopes.get(scope) or _Scope()
        gone = [self._drop(held, i) for i in sorted(set(ids)) if i in held.slots]
        for memory in gone:
            rest = tuple(i for i in held.messages[memory.message_id] if i != memory.id)
            held.messages[memory.message_id] = rest
        return tuple(gone)

    async def restore(self, scope: str, memories: Sequence[Memory]) -> tuple[int, ...]:
        """See `Store.restore`."""
        held = self._scopes.setdefault(scope, _Scope())
        back = [m for m in memories if m.id not in held.slots]
        for memory in back:
            held.slots.put(memory)
            ids = held.messages.get(memory.message_id, ())
            held.messages[memory.message_id] = tuple(sorted({*ids, memory.id}))
            held.next_id = max(held.next_id, memory.id + 1)
            held.log.append(Event(EventKind.RESTORED, _now(), memory.id))
        return tuple(m.id for m in back)

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
        return Page(tuple(older[::-1][:limit]), len(slots))

    async def history(self, scope: str, *, limit: int = 50) -> tuple[Event, ...]:
        """See `Store.history`."""
        return tuple((self._scopes.get(scope) or _Scope()).log[::-1][:limit])

    async def close(self) -> None:
        """See `Store.close`; here there is nothing to let go of."""

    @staticmethod
    def _drop(held: _Scope, memory_id: int) -> Memory:
        memory = held.slots.remove(memory_id)
        if memory is None:
            raise KeyError(memory_id)
        held.log[:] = [e for e in held.log if e.memory_id != memory_id]  # old texts go with it
        held.log.append(Event(EventKind.FORGOTTEN, _now(), memory_id))
        return memory


def _memory(memory_id: int, message_id: str, slot: Slot) -> Memory:
    return Memory(
        memory_id, message_id, slot.text, slot.time, slot.speaker, slot.features, slot.words
    )


def _now() -> datetime:
    return datetime.now(UTC)
