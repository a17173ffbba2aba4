"""A numpy array that grows at its end, for what is kept one value, or one line, a row."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

_FIRST_CAPACITY = 16
_GROWTH = 1.25  # what is reserved and never written takes no memory


class Column:
    """Values in the order in which they were appended.

    Args:
        values: The first ones, shape [N] or [N, n]; they give the type, and the width of a line.
    """

    def __init__(self, values: NDArray[Any]) -> None:
        self._held = values
        self._size = len(values)

    def __len__(self) -> int:
        return self._size

    @property
    def values(self) -> NDArray[Any]:
        """The values, shape [N] or [N, n]: a view, which the next append may leave behind."""
        return self._held[: self._size]

    @property
    def nbytes(self) -> int:
        """Bytes of the values."""
        return self.values.nbytes

    def widen(self, width: int) -> None:
        """Begin anew with lines of another width; only while there are no values."""
        self._held = np.empty((0, width), dtype=self._held.dtype)

    def append(self, value: ArrayLike) -> None:
        """Add one value, or one line."""
        if self._size == len(self._held):
            self._reserve(1)
        self._held[self._size] = value
        self._size += 1

    def extend(self, values: ArrayLike, count: int) -> None:
        """Add so many values."""
        self._reserve(count)
        self._held[self._size : self._size + count] = values
        self._size += count

    def insert(self, at: int, value: ArrayLike) -> None:
        """Put a value, or a line, before the one at a place."""
        self.append(value)
        if at == self._size - 1:
            return
        moved = self._held[at : self._size]
        moved[1:] = moved[:-1].copy()
        moved[0] = value

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Drop all but some of the values, which is a mask of shape [N]."""
        self._held = self.values[kept]
        self._size = len(self._held)

    def _reserve(self, count: int) -> None:
        if self._size + count <= len(self._held):
            return
        capacity = max(_FIRST_CAPACITY, self._size + count, int(self._size * _GROWTH))
        grown = np.empty((capacity, *self._held.shape[1:]), dtype=self._held.dtype)
        grown[: self._size] = self.values
        self._held = grown
