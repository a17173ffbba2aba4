"""Which rows hold a word: the inverted file behind exact matches and word hashing.

Most entries are packed by word; what came lately stands in a short tail, which is searched whole
and packed with the rest when it has grown. Letters: P packed entries, T entries of the tail, W
words.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from memnn.columns import Column

_LEAST_TAIL = 2048  # entries; a search through so many takes a few microseconds
_TAIL_SHARE = 16  # of the packed entries, one in so many
_MOST_TAIL = 1 << 19  # entries; a search through so many takes 0.2 ms
_LEAST_VOID = 256  # rows


class Postings:
    """Rows by word; the rows are those of `memnn.slots.Slots`."""

    def __init__(self) -> None:
        self._words: NDArray[np.uint32] = np.empty(0, np.uint32)  # ascending, shape [W]
        self._ends: NDArray[np.int64] = np.zeros(1, np.int64)  # of a word's rows, shape [W + 1]
        self._rows: NDArray[np.uint32] = np.empty(0, np.uint32)  # by word, ascending, shape [P]
        self._tail_words = Column(np.empty(0, np.uint32))  # shape [T]
        self._tail_rows = Column(np.empty(0, np.uint32))  # shape [T]
        self._void: set[int] = set()  # rows whose packed entries hold no longer

    def __len__(self) -> int:
        return len(self._rows) + len(self._tail_rows)

    @property
    def nbytes(self) -> int:
        """Bytes of the entries."""
        packed = self._words.nbytes + self._ends.nbytes + self._rows.nbytes
        return packed + self._tail_words.nbytes + self._tail_rows.nbytes

    def extend(self, words: Sequence[Sequence[int]], first: int) -> None:
        """File rows under words that they are not filed under.

        Args:
            words: Those of each row.
            first: The first of the rows, which follow each other.
        """
        counts = [len(some) for some in words]
        rows = np.arange(first, first + len(words), dtype=np.uint32).repeat(counts)
        self._tail_words.extend(list(chain.from_iterable(words)), len(rows))
        self._tail_rows.extend(rows, len(rows))
        if len(self._tail_rows) > self._most_late():
            self._pack()

    def drop(self, row: int) -> None:
        """File a row under nothing."""
        kept = self._tail_rows.values != row
        if not kept.all():
            self._tail_words.keep(kept)
            self._tail_rows.keep(kept)
        self._void.add(row)
        if len(self._void) > max(_LEAST_VOID, self._most_late() // 8):
            self._pack()

    def count(self, word: int) -> int:
        """About how many rows hold a word: those dropped since the last packing are counted too."""
        return len(self._packed(word)) + int((self._tail_words.values == word).sum())

    def rows(self, word: int) -> NDArray[np.uint32]:
        """Rows that hold a word, ascending."""
        packed, late = self._packed(word), self._tail_rows.values[self._tail_words.values == word]
        if self._void:
            packed = packed[~np.isin(packed, list(self._void))]
        if not len(late):
            return packed
        found = np.concatenate([packed, late])
        return found if (found[:-1] < found[1:]).all() else np.sort(found)

    def shift(self, row: int) -> None:
        """Make room for a row: it and all after it are one further on."""
        for rows in (self._rows, self._tail_rows.values):
            rows[rows >= row] += 1
        self._void = {other + (other >= row) for other in self._void}

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Drop rows and number the others anew.

        Args:
            kept: Which rows stay, shape [N]; the others are filed under nothing.
        """
        self._pack()
        self._rows = (np.cumsum(kept, dtype=np.uint32) - 1)[self._rows]

    def _packed(self, word: int) -> NDArray[np.uint32]:
        at = int(np.searchsorted(self._words, word))
        if at == len(self._words) or self._words[at] != word:
            return self._rows[:0]
        return self._rows[self._ends[at] : self._ends[at + 1]]

    def _most_late(self) -> int:
        """How long the tail may be: packing costs as much as there is to pack."""
        return min(max(_LEAST_TAIL, len(self._rows) // _TAIL_SHARE), _MOST_TAIL)

    def _pack(self) -> None:
        """Pack all entries, by word, then by row."""
        if self._void:
            self._clear()
        late = np.lexsort((self._tail_rows.values, self._tail_words.values))
        words, rows = self._tail_words.values[late], self._tail_rows.values[late]
        self._rows = np.insert(self._rows, self._places(words, rows), rows)
        fresh, counts = np.unique(words, return_counts=True)
        known, before = self._words, np.diff(self._ends)
        self._words = np.union1d(known, fresh)
        sizes = np.zeros(len(self._words), np.int64)
        sizes[np.searchsorted(self._words, known)] += before
        sizes[np.searchsorted(self._words, fresh)] += counts
        self._ends = np.concatenate([[0], sizes.cumsum()])
        self._tail_words, self._tail_rows = Column(words[:0].copy()), Column(rows[:0].copy())

    def _clear(self) -> None:
        """Take out the packed entries of void rows."""
        kept = ~np.isin(self._rows, list(self._void))
        self._ends = np.concatenate([[0], kept.cumsum()])[self._ends]
        self._rows = self._rows[kept]
        self._void = set()

    def _places(self, words: NDArray[np.uint32], rows: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Where entries go among the packed ones: nearly always at the end of their word's."""
        at = np.searchsorted(self._words, words)
        known = np.append(self._words, 0)[at] == words
        places = np.where(known, self._ends[np.minimum(at + 1, len(self._words))], self._ends[at])
        amid = known & (np.append(self._rows, 0)[places - 1] > rows)
        for late in np.flatnonzero(amid):  # rows that changed
            first = self._ends[at[late]]
            places[late] = first + np.searchsorted(self._rows[first : places[late]], rows[late])
        return places
