"""One change of a scope as the arguments of `write.lua`. Pure: everything is encrypted here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count, zip_longest
from typing import Final

from bot.store.filing import Filings
from bot.store.head import Head
from bot.store.history import KIND_LETTERS, old_text_entry
from bot.store.keys import LAYOUT_VERSION
from memnn.codec import encode
from memnn.errors import StoreError
from memnn.records import EventKind, Memory, Plan, Slot

Argument = bytes | str | int

_MAX_ID: Final = 2**32 - 1


@dataclass(slots=True)
class Change:
    """What one write does; see `write.lua` for the lists.

    Attributes:
        head: The scope as the change was planned for.
        filings: Name its buckets.
        unless: Messages; the whole change is void where one of them is known.
        next_id: Id that the next memory gets, once this is carried out.
    """

    head: Head
    filings: Filings
    unless: tuple[str, ...] = ()
    next_id: int = 0
    _removals: list[Argument] = field(default_factory=list)
    _puts: list[Argument] = field(default_factory=list)
    _old_texts: list[Argument] = field(default_factory=list)
    _events: list[Argument] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.next_id = self.head.next_id

    @property
    def removes(self) -> bool:
        """Whether this removes memories."""
        return bool(self._removals)

    @property
    def frees(self) -> bool:
        """Whether this stores no memory, which a full server may still do."""
        return not self._puts

    def remove(self, memory: Memory) -> None:
        """Forget a memory, its old texts too."""
        name = self.head.cipher.message(memory.message_id)
        self._removals += [memory.id, name, *self.filings.buckets(memory.words)]
        self._events += [KIND_LETTERS[EventKind.FORGOTTEN], memory.id]

    def put(self, memory: Memory) -> None:
        """Store a memory under an id that is free."""
        self._put(memory, ())

    def append(self, plan: Plan) -> tuple[int, ...]:
        """Store the slots of a plan under the next ids; returns those."""
        ids = tuple(range(self.next_id, self.next_id + len(plan.slots)))
        for memory_id, slot in zip(ids, plan.slots, strict=True):
            self.put(memory_of(memory_id, plan.message_id, slot))
        return ids

    def replace(self, old: Memory, new: Memory) -> None:
        """Store another memory under the id of an old one, whose text goes to the log."""
        sealed = self.head.cipher.seal_old_text(old.id, old.text)
        self._put(new, old.words)
        self._old_texts += [old.id, old_text_entry(self.head.version + 1, sealed)]
        self._events += [KIND_LETTERS[EventKind.EDITED], old.id]

    def restore(self, memory: Memory) -> None:
        """Put a forgotten memory back under its id."""
        self._put(memory, ())
        self._events += [KIND_LETTERS[EventKind.RESTORED], memory.id]

    def note(self, kind: EventKind, memory_id: int) -> None:
        """Only write to the log."""
        self._events += [KIND_LETTERS[kind], memory_id]

    def arguments(self, token: bytes) -> Iterable[Argument]:
        """The arguments of `write.lua`.

        Args:
            token: Recognises a repeat of this very change.
        """
        head = self.head
        now_ms = int(datetime.now(UTC).timestamp() * 1000)
        yield from (head.wrapped, head.version, token, now_ms)
        yield from (self.next_id, head.generation, LAYOUT_VERSION)
        yield len(self.unless)
        yield from map(head.cipher.message, self.unless)
        for values, width in (
            (self._removals, 4),
            (self._puts, 7),
            (self._old_texts, 2),
            (self._events, 2),
        ):
            yield len(values) // width
            yield from values

    def _put(self, memory: Memory, stale_words: Sequence[int]) -> None:
        if not 0 < memory.id <= _MAX_ID:
            raise StoreError(f"memory id {memory.id} is outside 1 to {_MAX_ID}")
        cipher = self.head.cipher
        read, built = self.filings.buckets(memory.words)
        stale_read, stale_built = self.filings.buckets(stale_words)
        self._puts += [
            memory.id,
            cipher.message(memory.message_id),
            cipher.seal_record(memory.id, encode(memory)),
            *(read, stale_read, built, stale_built),
        ]
        self.next_id = max(self.next_id, memory.id + 1)


def edited(head: Head, filings: Filings, old: Sequence[Memory], plan: Plan) -> Change:
    """The change that `Store.edit` describes, for a message whose memories were these."""
    change = Change(head, filings)
    for memory in old[len(plan.slots) :]:
        change.remove(memory)
    fresh = count(head.next_id)
    for before, slot in zip_longest(old[: len(plan.slots)], plan.slots):
        if before is None:
            memory = memory_of(next(fresh), plan.message_id, slot)
            change.put(replace(memory, time=old[-1].time))
        elif before.text != slot.text:
            memory = memory_of(before.id, plan.message_id, slot)
            change.replace(before, replace(memory, time=before.time))
    return change


def memory_of(memory_id: int, message_id: str, slot: Slot) -> Memory:
    """A slot under an id."""
    return Memory(
        memory_id, message_id, slot.text, slot.time, slot.speaker, slot.features, slot.words
    )
