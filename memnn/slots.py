"""The memory array m of the paper as packed arrays: what O scores, and what stores keep hot.

Rows are in write order. A removed memory leaves a dead row until a quarter of the rows are dead, so
that removing costs no rebuild; its text, features and words are dropped at once. Knows nothing of
storage. Letters: N rows, n embedding size.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from memnn.features import unpack, unpack_all
from memnn.records import Memory

_GROWTH = 2
_FIRST_CAPACITY = 16
_BYTES_PER_OBJECT = 850  # measured: a Memory with its strings, and its entries in the postings
_BYTES_PER_DERIVED = 400  # measured: the words of a memory, which share their values
_SAMPLE = 100

T = TypeVar("T")


class Slots:
    """Memories of one scope, in write order, with their features as arrays."""

    def __init__(self, memories: Iterable[Memory] = ()) -> None:
        self._rows: list[Memory | None]
        self._ids: list[int]
        self._vectors: NDArray[np.float32]
        self._lengths: NDArray[np.float32]
        self._alive: NDArray[np.bool_]
        self._postings: dict[int, list[int]]
        self._derived: dict[int, Any]
        self._dead: int
        self._load({memory.id: memory for memory in memories})

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
    def lengths(self) -> NDArray[np.float32]:
        """Content words of each memory, shape [N]; 0 for dead ones."""
        return self._lengths[: len(self._rows)]

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Which rows hold a memory, shape [N]."""
        return self._alive[: len(self._rows)]

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
        sample = [memory for memory in self._rows[-_SAMPLE:] if memory is not None]
        mean = sum(len(m.text) + len(m.features) for m in sample) / max(1, len(sample))
        objects = len(self._rows) * (_BYTES_PER_OBJECT + mean)
        derived = len(self._derived) * _BYTES_PER_DERIVED
        return int(self._vectors.nbytes + objects + derived)

    def row(self, index: int) -> Memory | None:
        """The memory in a row, or None where it was removed."""
        return self._rows[index]

    def held(self, index: int) -> Memory:
        """The memory in a row that holds one.

        Raises:
            LookupError: The row holds no memory.
        """
        memory = self._rows[index]
        if memory is None:
            raise LookupError(f"row {index} holds no memory")
        return memory

    def derived(self, index: int, derive: Callable[[str], T]) -> T:
        """What a reader makes of the text in a row, worked out once and dropped with the memory.

        Args:
            index: A row that holds a memory.
            derive: Always the same function.

        Raises:
            LookupError: The row holds no memory.
        """
        if index not in self._derived:
            self._derived[index] = derive(self.held(index).text)
        held: T = self._derived[index]
        return held

    def get(self, memory_id: int) -> Memory | None:
        """The memory with this id, or None."""
        index = self._index(memory_id)
        return None if index is None else self._rows[index]

    def postings(self, word: int) -> list[int]:
        """Rows of the memories that hold a word, ascending."""
        return self._postings.get(word, [])

    def put(self, memory: Memory) -> None:
        """Append a memory, or replace the one with its id. Out of order costs a rebuild."""
        if not self._ids or memory.id > self._ids[-1]:
            self._append(memory)
        elif (index := self._index(memory.id)) is not None:
            self._set(index, memory)
        else:
            self._load({m.id: m for m in (*self, memory)})

    def remove(self, memory_id: int) -> Memory | None:
        """Remove a memory and return it; None where there is none with this id."""
        index = self._index(memory_id)
        memory = None if index is None else self._rows[index]
        if index is None or memory is None:
            return None
        self._clear(index, memory)
        if self._dead * 4 > len(self._rows):
            self._load({m.id: m for m in self})
        return memory

    def _index(self, memory_id: int) -> int | None:
        index = bisect_left(self._ids, memory_id)
        found = index < len(self._ids) and self._ids[index] == memory_id
        return index if found else None

    def _append(self, memory: Memory) -> None:
        index = len(self._rows)
        vector = unpack(memory.features)
        if index == len(self._vectors):
            self._grow(len(vector))
        self._rows.append(memory)
        self._ids.append(memory.id)
        self._fill(index, memory, vector)

    def _set(self, index: int, memory: Memory) -> None:
        vector = unpack(memory.features)  # first, so that features of no use change nothing
        before = self._rows[index]
        if before is not None:
            self._clear(index, before)
        self._dead -= 1
        self._rows[index] = memory
        self._fill(index, memory, vector)

    def _fill(self, index: int, memory: Memory, vector: NDArray[np.float32]) -> None:
        self._vectors[index] = vector
        self._lengths[index] = len(memory.words)
        self._alive[index] = True
        for word in memory.words:
            insort(self._postings.setdefault(word, []), index)

    def _clear(self, index: int, memory: Memory) -> None:
        self._derived.pop(index, None)
        self._rows[index] = None
        self._vectors[index] = 0.0
        self._lengths[index] = 0.0
        self._alive[index] = False
        self._dead += 1
        for word in memory.words:
            rows = self._postings[word]
            del rows[bisect_left(rows, index)]
            if not rows:
                del self._postings[word]

    def _grow(self, width: int) -> None:
        rows, capacity = len(self._rows), max(_FIRST_CAPACITY, _GROWTH * len(self._vectors))
        vectors = np.zeros((capacity, width), dtype=np.float32)
        if rows:
            vectors[:rows] = self._vectors
        self._vectors = vectors
        self._lengths = np.concatenate([self._lengths, np.zeros(capacity - rows, np.float32)])
        self._alive = np.concatenate([self._alive, np.zeros(capacity - rows, np.bool_)])

    def _load(self, memories: dict[int, Memory]) -> None:
        """Start anew with these memories; arrays are built in one go, which is quick."""
        held = [memories[memory_id] for memory_id in sorted(memories)]
        self._rows = list(held)
        self._ids = [memory.id for memory in held]
        self._dead = 0
        self._derived = {}
        self._vectors = unpack_all([memory.features for memory in held])
        self._lengths = np.array([len(memory.words) for memory in held], dtype=np.float32)
        self._alive = np.ones(len(held), dtype=np.bool_)
        self._postings = {}
        for index, memory in enumerate(held):
            for word in memory.words:
                self._postings.setdefault(word, []).append(index)
