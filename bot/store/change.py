"""One change of a scope as the arguments of `write.lua`. Pure: everything is encrypted here."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from bot.store.codec import encode
from bot.store.head import Head
from bot.store.keys import LAYOUT_VERSION
from memnn.errors import StoreError
from memnn.records import EventKind, Memory

Argument = bytes | str | int

KIND_LETTERS: Final = {
    EventKind.EDITED: b"e",
    EventKind.FORGOTTEN: b"f",
    EventKind.RESTORED: b"r",
    EventKind.INSPECTED: b"i",
    EventKind.CORRECTED: b"c",
}
_MAX_ID: Final = 2**32 - 1
_OLD = struct.Struct(">II")  # version that the edit made, length of the sealed text


@dataclass(slots=True)
class Change:
    """What one write does; see `write.lua` for the lists.

    Attributes:
        head: The scope as the change was planned for.
        unless: Message that makes the whole change void where it is known.
        next_id: Id that the next memory gets, once this is carried out.
    """

    head: Head
    unless: str | None = None
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
        """Whether this only removes, which a full server may still do."""
        return not self._puts

    def remove(self, memory: Memory) -> None:
        """Forget a memory, its old texts too."""
        name = self.head.cipher.message(memory.message_id)
        self._removals += [memory.id, name, self._buckets(memory.words)]
        self._events += [KIND_LETTERS[EventKind.FORGOTTEN], memory.id]

    def put(self, memory: Memory) -> None:
        """Store a memory under an id that is free."""
        self._put(memory, ())

    def replace(self, old: Memory, new: Memory) -> None:
        """Store another memory under the id of an old one, whose text goes to the log."""
        sealed = self.head.cipher.seal_old_text(old.id, old.text)
        self._put(new, old.words)
        self._old_texts += [old.id, _OLD.pack(self.head.version + 1, len(sealed)) + sealed]
        self._events += [KIND_LETTERS[EventKind.EDITED], old.id]

    def restore(self, memory: Memory) -> None:
        """Put a forgotten memory back under its id."""
        self._put(memory, ())
        self._events += [KIND_LETTERS[EventKind.RESTORED], memory.id]

    def arguments(self, token: bytes) -> Iterable[Argument]:
        """The arguments of `write.lua`.

        Args:
            token: Recognises a repeat of this very change.
        """
        head = self.head
        now_ms = int(datetime.now(UTC).timestamp() * 1000)
        yield from (head.wrapped, head.version, token, now_ms)
        yield from (self.next_id, head.generation, LAYOUT_VERSION)
        yield b"" if self.unless is None else head.cipher.message(self.unless)
        for values, width in (
            (self._removals, 3),
            (self._puts, 5),
            (self._old_texts, 2),
            (self._events, 2),
        ):
            yield len(values) // width
            yield from values

    def _put(self, memory: Memory, stale_words: Sequence[int]) -> None:
        if not 0 < memory.id <= _MAX_ID:
            raise StoreError(f"memory id {memory.id} is outside 1 to {_MAX_ID}")
        cipher = self.head.cipher
        self._puts += [
            memory.id,
            cipher.message(memory.message_id),
            cipher.seal_record(memory.id, encode(memory)),
            self._buckets(memory.words),
            self._buckets(stale_words),
        ]
        self.next_id = max(self.next_id, memory.id + 1)

    def _buckets(self, words: Sequence[int]) -> bytes:
        return b"".join({self.head.cipher.bucket(word) for word in words})


def old_texts(head: Head, memory_id: int, sealed: bytes) -> dict[int, str]:
    """The texts that a memory had before its edits, by the version that the edit made."""
    texts, at = {}, 0
    while at < len(sealed):
        version, length = _OLD.unpack_from(sealed, at)
        at += _OLD.size
        texts[version] = head.cipher.open_old_text(memory_id, sealed[at : at + length])
        at += length
    return texts
