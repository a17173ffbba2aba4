"""Records of bytes by row, end to end in one stretch of memory; what was cleared is overwritten."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from memnn.columns import Column


class Packed:
    """A record for each row, shape [N]; a cleared row's is empty."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._starts = Column(np.empty(0, np.int64))
        self._sizes = Column(np.empty(0, np.int32))
        self._wasted = 0  # bytes that belong to no row any more

    def __getitem__(self, row: int) -> bytes:
        start, size = int(self._starts.values[row]), int(self._sizes.values[row])
        return bytes(self._bytes[start : start + size])

    @property
    def nbytes(self) -> int:
        """Bytes of the records and of where they are."""
        return len(self._bytes) + self._starts.nbytes + self._sizes.nbytes

    def extend(self, records: Sequence[bytes]) -> None:
        """Add records at the end."""
        sizes = np.array([len(record) for record in records])
        self._starts.extend(len(self._bytes) + np.cumsum(sizes) - sizes, len(records))
        self._sizes.extend(sizes, len(records))
        self._bytes += b"".join(records)

    def set(self, row: int, record: bytes) -> None:
        """Write the record of a cleared row."""
        self._starts.values[row], self._sizes.values[row] = len(self._bytes), len(record)
        self._bytes += record

    def insert(self, row: int, record: bytes) -> None:
        """Make a row before the one at a place."""
        self._starts.insert(row, len(self._bytes))
        self._sizes.insert(row, len(record))
        self._bytes += record

    def clear(self, row: int) -> None:
        """Leave nothing of a row's record."""
        start, size = int(self._starts.values[row]), int(self._sizes.values[row])
        self._bytes[start : start + size] = bytes(size)
        self._sizes.values[row] = 0
        self._wasted += size

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Drop cleared rows.

        Args:
            kept: Which rows stay, shape [N].
        """
        self._starts.keep(kept)
        self._sizes.keep(kept)

    def tidy(self) -> None:
        """Close the gaps, where they are more than what is held."""
        if self._wasted * 2 <= len(self._bytes):
            return
        starts, sizes = self._starts.values, self._sizes.values
        held = memoryview(self._bytes)
        self._bytes = bytearray().join(
            held[start : start + size] for start, size in zip(starts, sizes, strict=True)
        )
        starts[:] = np.cumsum(sizes, dtype=np.int64) - sizes
        self._wasted = 0
