"""Scopes kept hot in this process: their memories as `Slots`, least recently used out first."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.store.crypto import ScopeCipher
from memnn.codec import decode
from memnn.features import FINGERPRINT_BYTES
from memnn.records import Memory
from memnn.slots import Slots
from memnn.store import Featuriser


@dataclass(slots=True)
class Mirror:
    """One scope's memories as they were at a version.

    Attributes:
        wrapped: Wrapped data key of the scope that is mirrored; empty before the first load.
        version: Version of the scope that the slots are at.
        next_id: Ids below were seen.
        slots: The memories.
    """

    wrapped: bytes = b""
    version: int = 0
    next_id: int = 1
    slots: Slots = field(default_factory=Slots)


class Mirrors:
    """The hot scopes, bounded in bytes."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._held: OrderedDict[str, tuple[Mirror, int]] = OrderedDict()

    @property
    def nbytes(self) -> int:
        """About how many bytes all of them take."""
        return self._bytes

    def get(self, scope: str) -> Mirror:
        """The mirror of a scope; a blank one where it is not hot."""
        held = self._held.get(scope)
        return held[0] if held else Mirror()

    def keep(self, scope: str, mirror: Mirror) -> None:
        """Make a scope the hottest, and let the coldest go where it gets too much."""
        self.drop(scope)
        size = mirror.slots.nbytes
        self._held[scope] = (mirror, size)
        self._bytes += size
        while self._bytes > self._max_bytes:
            self._bytes -= self._held.popitem(last=False)[1][1]

    def fits(self, slots: Slots, count: int) -> bool:
        """Whether so many memories like these would fit."""
        return slots.nbytes * count <= self._max_bytes * max(len(slots), 1)

    def drop(self, scope: str) -> None:
        """Let a scope go."""
        _, size = self._held.pop(scope, (None, 0))
        self._bytes -= size


def open_rows(
    cipher: ScopeCipher, rows: Sequence[bytes], featuriser: Featuriser | None = None
) -> list[Memory]:
    """Decrypt the id, record, id, record, … of a script's reply.

    Args:
        cipher: Of the scope.
        rows: As Redis gives them; in any order.
        featuriser: Where given, features of another model are computed anew.

    Returns:
        In write order.
    """
    pairs = zip(map(int, rows[::2]), rows[1::2], strict=True)
    memories = [decode(i, cipher.open_record(i, sealed)) for i, sealed in pairs]
    memories.sort(key=lambda memory: memory.id)
    return memories if featuriser is None else _current(memories, featuriser)


def bring_up(
    mirror: Mirror, cipher: ScopeCipher, rows: list[bytes], model: Featuriser | None
) -> None:
    """Take changes into a mirror: records that are new or other, and ids whose record is gone."""
    for memory_id, sealed in zip(rows[::2], rows[1::2], strict=True):
        if not sealed:
            mirror.slots.remove(int(memory_id))
    held = [part for pair in zip(rows[::2], rows[1::2], strict=True) if pair[1] for part in pair]
    mirror.slots.extend(open_rows(cipher, held, model))


def _current(memories: list[Memory], model: Featuriser) -> list[Memory]:
    """The same memories with the features of this model."""
    stale = [
        index
        for index, memory in enumerate(memories)
        if memory.features[:FINGERPRINT_BYTES] != model.fingerprint
    ]
    if stale:
        fresh = model.features([memories[index].text for index in stale])
        for index, features in zip(stale, fresh, strict=True):
            memories[index] = replace(memories[index], features=features)
    return memories
