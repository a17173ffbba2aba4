"""Words that were read before: what a reader sees of a word is worked out once, then looked up."""

from collections.abc import Callable
from itertools import islice

from torch import Tensor

from memnn.reading import Seen, Words
from memnn.scorer import Bags

_MOST = 1 << 14  # words; about 9 MB
_FIRST_ROOM = 1 << 10


class Lexicon(Words):
    """Numbers words for as long as it lives, and keeps what a reader saw of them.

    For one reader, whose weights stay as they are.
    """

    def __init__(self) -> None:
        super().__init__()
        self._tables: list[Tensor] = []
        self._rows = 1  # that are filled; the first is padding

    def trim(self) -> None:
        """Start anew where there are too many words; only between two questions."""
        if len(self.number) > _MOST:
            self.number.clear()
            self._rows = 1

    def seen(self, see: Callable[[Bags, Tensor], Seen]) -> Seen:
        """See `Words.seen`; only words that are new are looked at."""
        new = Words(dict.fromkeys(islice(self.number, self._rows - 1, None), 0))
        if new.number or not self._tables:
            found = see(new.bags(), new.looks())
            self._keep([found.projected, found.keys, found.looks])
        return Seen(*self._tables)

    def _keep(self, found: list[Tensor]) -> None:
        """Put rows behind those that are there; the padding, which comes first, is there."""
        if not self._tables:
            self._tables = [rows[:1] for rows in found]
        end = self._rows + len(found[0]) - 1
        self._tables = [_with_room(table, end) for table in self._tables]
        for table, rows in zip(self._tables, found, strict=True):
            table[self._rows : end] = rows[1:]
        self._rows = end


def _with_room(table: Tensor, rows: int) -> Tensor:
    """The table with room for at least so many rows."""
    if len(table) >= rows:
        return table
    larger = table.new_zeros(max(rows, _FIRST_ROOM, 2 * len(table)), table.shape[1])
    larger[: len(table)] = table
    return larger
