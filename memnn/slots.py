"""The memory array m of the paper as packed arrays: what O scores, and what stores keep hot.

Rows are in write order. A removed memory leaves a dead row until a quarter of the rows are dead, so
that removing costs no rebuild; its text, features and words are overwritten at once. Knows nothing
of storage. Letters: N rows, n embedding size.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from memnn.codec import decode, decode_text, encode
from memnn.columns import Column
from memnn.features import HEADER_BYTES, scale_of
from memnn.hashing import Hashing
from memnn.packed import Packed
from memnn.postings import Postings
from memnn.records import Memory

_HASHING: Final = Hashing()
_BYTES_PER_SCOPE: Final = 3_000  # measured: empty slots
_MOST_WORDS: Final = 0xFFFF  # that a length tells apart
_AT_ONCE: Final = 1024  # memories that are put in one step

Rows = NDArray[np.int64]


class Slots:
    """Memories of one scope, in write order, with their features as arrays.

    Args:
        memories: The first ones.
        hashing: How they are narrowed down to candidates where they are many.

    Attributes:
        hashing: See above; a store may change it.
    """

    def __init__(self, memories: Iterable[Memory] = (), *, hashing: Hashing = _HASHING) -> None:
        self.hashing = hashing
        self._ids = Column(np.empty(0, np.int64))
        self._vectors = Column(np.empty((0, 0), np.int8))
        self._scales = Column(np.empty(0, np.float32))
        self._lengths = Column(np.empty(0, np.uint16))
        self._alive = Column(np.empty(0, np.bool_))
        self._columns = (
            self._ids,
            self._vectors,
            self._scales,
            self._lengths,
            self._alive,
        )
        self._records = Packed()  # encoded memories, their vectors left out
        self._postings = Postings()
        self._dead = 0
        self.extend(memories)

    def __len__(self) -> int:
        return self.rows - self._dead

    def __iter__(self) -> Iterator[Memory]:
        return (self.held(int(row)) for row in np.flatnonzero(self.alive))

    def __contains__(self, memory_id: int) -> bool:
        return self.get(memory_id) is not None

    @property
    def lengths(self) -> NDArray[np.uint16]:
        """Content words of each memory, shape [N]; 0 for dead ones."""
        return self._lengths.values

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Which rows hold a memory, shape [N]."""
        return self._alive.values

    @property
    def rows(self) -> int:
        """N, dead rows included."""
        return len(self._ids)

    @property
    def dead(self) -> int:
        """How many rows hold no memory."""
        return self._dead

    @property
    def nbytes(self) -> int:
        """About how many bytes this takes, for a bounded cache."""
        columns = _BYTES_PER_SCOPE + sum(column.nbytes for column in self._columns)
        return columns + self._records.nbytes + self._postings.nbytes

    def vectors(self, rows: Rows | slice = slice(None)) -> NDArray[np.float32]:
        """Embeddings of the memories in some rows, shape [rows, n]; zero for dead ones."""
        held = self._vectors.values
        # numpy's take copies lines more than twice as quickly as indexing does.
        taken = held[rows] if isinstance(rows, slice) else np.take(held, rows, axis=0)
        found: NDArray[np.float32] = taken.astype(np.float32)
        found *= self._scales.values[rows, None]
        return found

    def row(self, index: int) -> Memory | None:
        """The memory in a row, or None where it was removed."""
        if not self.alive[index]:
            return None
        vector = self._vectors.values[index].tobytes()
        return decode(int(self._ids.values[index]), self._records[index], vector)

    def held(self, index: int) -> Memory:
        """The memory in a row that holds one.

        Raises:
            LookupError: The row holds no memory.
        """
        memory = self.row(index)
        if memory is None:
            raise LookupError(f"row {index} holds no memory")
        return memory

    def text(self, index: int) -> str:
        """The text of the memory in a row that holds one; quicker than all of it.

        Raises:
            LookupError: The row holds no memory.
        """
        if not self.alive[index]:
            raise LookupError(f"row {index} holds no memory")
        return decode_text(self._records[index])

    def get(self, memory_id: int) -> Memory | None:
        """The memory with this id, or None."""
        index = self._index(memory_id)
        return self.row(index) if self._found(index, memory_id) else None

    def postings(self, word: int) -> NDArray[np.uint32]:
        """Rows of the memories that hold a word, ascending."""
        return self._postings.rows(word)

    def count(self, word: int) -> int:
        """About how many memories hold a word."""
        return self._postings.count(word)

    def put(self, memory: Memory) -> None:
        """Append a memory, or replace the one with its id.

        Raises:
            ValueError: Its features are none, or of another length than those held; nothing has
                changed.
            StoreError: Its time has no zone; nothing has changed.
        """
        index = self._index(memory.id)
        if index == self.rows:
            self._append([memory])
        else:
            self._open(index, memory)
        self._tidy()

    def extend(self, memories: Iterable[Memory]) -> None:
        """Put many: several times quicker, where they follow all that are held, in order.

        Raises:
            ValueError: Like `put`; earlier ones are put.
            StoreError: Like `put`.
        """
        waiting = iter(memories)
        while some := list(islice(waiting, _AT_ONCE)):
            if self._follow(some):
                self._append(some)
                self._tidy()
            else:
                for memory in some:
                    self.put(memory)

    def remove(self, memory_id: int) -> Memory | None:
        """Remove a memory and return it; None where there is none with this id."""
        memory = self.get(memory_id)
        if memory is not None:
            self._clear(self._index(memory_id))
            self._tidy()
        return memory

    def _follow(self, memories: Sequence[Memory]) -> bool:
        """Whether these come after all that are held, in order, with embeddings of one length."""
        ids = [memory.id for memory in memories]
        rising = all(one < other for one, other in pairwise(ids))
        alike = len({len(memory.features) for memory in memories}) == 1
        return rising and alike and self._index(ids[0]) == self.rows

    def _lines(self, memories: Sequence[Memory]) -> tuple[NDArray[Any], ...]:
        """What goes into the columns, in their order."""
        scales = [scale_of(memory.features) for memory in memories]
        vectors = np.frombuffer(b"".join(m.features[HEADER_BYTES:] for m in memories), np.int8)
        vectors = vectors.reshape(len(memories), -1)
        if not self.rows:
            self._vectors.widen(vectors.shape[1])
        if vectors.shape[1] != self._vectors.values.shape[1]:
            raise ValueError(
                f"an embedding of {vectors.shape[1]} numbers among those of "
                f"{self._vectors.values.shape[1]}"
            )
        ids = np.array([memory.id for memory in memories])
        lengths = np.array([min(len(memory.words), _MOST_WORDS) for memory in memories])
        return ids, vectors, np.array(scales), lengths, np.ones(len(memories), np.bool_)

    def _append(self, memories: Sequence[Memory]) -> None:
        """Make rows at the end."""
        first, lines, records = self.rows, self._lines(memories), _records(memories)
        for column, values in zip(self._columns, lines, strict=True):
            column.extend(values, len(memories))
        self._records.extend(records)
        self._postings.extend([memory.words for memory in memories], first)

    def _index(self, memory_id: int) -> int:
        """The row of a memory, or that before which it belongs."""
        ids = self._ids.values
        if not len(ids) or memory_id > ids[-1]:
            return len(ids)
        return int(np.searchsorted(ids, memory_id))

    def _found(self, index: int, memory_id: int) -> bool:
        return index < self.rows and bool(self._ids.values[index] == memory_id)

    def _open(self, index: int, memory: Memory) -> None:
        """Put a memory into the row of its id, or make one in the middle."""
        line, (record,) = [values[0] for values in self._lines([memory])], _records([memory])
        if self._found(index, memory.id):
            self._clear(index)
            self._dead -= 1
            for column, value in zip(self._columns, line, strict=True):
                column.values[index] = value
            self._records.set(index, record)
        else:
            self._postings.shift(index)
            for column, value in zip(self._columns, line, strict=True):
                column.insert(index, value)
            self._records.insert(index, record)
        self._postings.extend([memory.words], index)

    def _clear(self, index: int) -> None:
        """Leave nothing of the memory in a row, where there still is one."""
        if not self.alive[index]:
            return
        self._records.clear(index)
        for column in self._columns[1:]:
            column.values[index] = 0
        self._postings.drop(index)
        self._dead += 1

    def _tidy(self) -> None:
        """Drop dead rows, and records that nobody looks at, where they are many."""
        if self._dead * 4 > self.rows:
            kept = self.alive.copy()
            self._postings.keep(kept)
            for column in self._columns:
                column.keep(kept)
            self._records.keep(kept)
            self._dead = 0
        self._records.tidy()


def _records(memories: Sequence[Memory]) -> list[bytes]:
    """The memories encoded, without their vectors."""
    return [encode(memory, memory.features[:HEADER_BYTES]) for memory in memories]
