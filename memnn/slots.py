"""The memory array m of the paper as packed arrays: what O scores, and what stores keep hot.

Rows are in write order. A removed memory leaves a dead row until a quarter of the rows are dead, so
that removing costs no rebuild; its text and features are dropped at once. Knows nothing of storage.
Letters: N rows, n embedding size.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from memnn.features import unpack
from memnn.records import Memory

_GROWTH = 2
_FIRST_CAPACITY = 16
_BYTES_PER_OBJECT = 700  # measured: a Memory with its strings, and its entries in the postings


class Slots:
    """Memories of one scope, in write order, with their features as arrays."""

    def __init__(self, memories: Iterable[Memory] = ()) -> None:
        self._rows: list[Memory | None] = []
        self._ids: list[int] = []
        self._vectors: NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)
        self._postings: dict[int, list[int]] = {}
        self._dead = 0
        for memory in memories:
            self.put(memory)

    def __len__(self) -> int:
        return len(self._rows) - self._dead

    def __iter__(self) -> Iterator[Memory]:
        return (memory for memory in self._rows if memory is not None)

    def __contains__(self, memory_id: int) -> bool:
        return self.get(memory_id) is not None

    @property
    def vectors(self) -> NDArray[np.float32]:
        """Embeddings of the memories, shape [N, n]; rows of dead memories are zero."""
        return self._vectors[: len(self._rows)]

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Which rows hold a memory, shape [N]."""
        return np.fromiter((m is not None for m in self._rows), dtype=np.bool_, count=self.rows)

    @property
    def rows(self) -> int:
        """N, dead rows included."""
        return len(self._rows)

    @property
    def dead(self) -> int:
        """How many rows hold no memory."""
        return self._dead

    @property
    def nbytes(self) -> int:
        """About how many bytes this takes, for a bounded cache."""
        texts = sum(len(m.text) for m in self._rows[-100:] if m is not None)
        mean_text = texts / max(1, min(100, len(self._rows)))
        return int(self._vectors.nbytes + len(self._rows) * (_BYTES_PER_OBJECT + mean_text))

    def row(self, index: int) -> Memory | None:
        """The memory in a row, or None where it was removed."""
        return self._rows[index]

    def get(self, memory_id: int) -> Memory | None:
        """The memory with this id, or None."""
        index = bisect_left(self._ids, memory_id)
        found = index < len(self._ids) and self._ids[index] == memory_id
        return self._rows[index] if found else None

    def postings(self, word: int) -> list[int]:
        """Rows of the memories that hold a word, ascending; dead rows are possible."""
        return self._postings.get(word, [])

    def put(self, memory: Memory) -> None:
        """Append a memory, or replace the one with its id. Out of order costs a rebuild."""
        if self._ids and memory.id <= self._ids[-1]:
            others = [m for m in self if m.id != memory.id]
            self._rebuild(sorted([*others, memory], key=lambda m: m.id))
        else:
            self._append(memory)

    def remove(self, memory_id: int) -> Memory | None:
        """Remove a memory and return it; None where there is none with this id."""
        memory = self.get(memory_id)
        if memory is None:
            return None
        index = bisect_left(self._ids, memory_id)
        self._rows[index] = None
        self._vectors[index] = 0.0
        self._dead += 1
        if self._dead * 4 > len(self._rows):
            self._rebuild(list(self))
        return memory

    def _append(self, memory: Memory) -> None:
        vector = unpack(memory.features)
        index = len(self._rows)
        if index == len(self._vectors):
            self._grow(len(vector))
        self._vectors[index] = vector
        self._rows.append(memory)
        self._ids.append(memory.id)
        for word in memory.words:
            self._postings.setdefault(word, []).append(index)

    def _grow(self, width: int) -> None:
        capacity = max(_FIRST_CAPACITY, _GROWTH * len(self._vectors))
        grown = np.zeros((capacity, width), dtype=np.float32)
        if len(self._vectors):
            grown[: len(self._vectors)] = self._vectors
        self._vectors = grown

    def _rebuild(self, memories: list[Memory]) -> None:
        self._rows, self._ids, self._postings, self._dead = [], [], {}, 0
        self._vectors = np.zeros((0, 0), dtype=np.float32)
        for memory in memories:
            self._append(memory)
