"""A scope's log as Redis holds it, and as events: what happened, and the texts before edits."""

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from bot.store.head import Head
from memnn.records import Event, EventKind

KIND_LETTERS: Final = {
    EventKind.EDITED: b"e",
    EventKind.FORGOTTEN: b"f",
    EventKind.RESTORED: b"r",
    EventKind.INSPECTED: b"i",
    EventKind.CORRECTED: b"c",
}
_KINDS: Final = {letter: kind for kind, letter in KIND_LETTERS.items()}
_OLD = struct.Struct(">II")  # version that the edit made, length of the sealed text


def old_text_entry(version: int, sealed: bytes) -> bytes:
    """What an edit that makes a version appends to a memory's old texts; see `write.lua` too."""
    return _OLD.pack(version, len(sealed)) + sealed


def read_events(
    head: Head, events: Sequence[bytes], old_texts: Sequence[bytes]
) -> tuple[Event, ...]:
    """The events that `history.lua` returns.

    Args:
        head: The scope.
        events: Name, kind, memory id, time in ms, name, …
        old_texts: Memory id, its old texts, memory id, …

    Raises:
        StoreKeyError: An old text does not open.
    """
    texts = {
        int(i): _old_texts(head, int(i), entries)
        for i, entries in zip(old_texts[::2], old_texts[1::2], strict=True)
    }
    return tuple(_event(texts, *events[at : at + 4]) for at in range(0, len(events), 4))


def _old_texts(head: Head, memory_id: int, entries: bytes) -> dict[int, str]:
    """The texts that a memory had before its edits, by the version that the edit made."""
    texts, at = {}, 0
    while at < len(entries):
        version, length = _OLD.unpack_from(entries, at)
        at += _OLD.size
        texts[version] = head.cipher.open_old_text(memory_id, entries[at : at + length])
        at += length
    return texts


def _event(
    texts: dict[int, dict[int, str]], name: bytes, kind: bytes, memory: bytes, time_ms: bytes
) -> Event:
    memory_id, version = int(memory), int(name.partition(b"-")[0])
    return Event(
        _KINDS[kind],
        datetime.fromtimestamp(int(time_ms) / 1000, UTC),
        memory_id,
        texts.get(memory_id, {}).get(version, ""),
    )
