"""What was meant by a mistyped word: the most likely common word that is a slip away.

A noisy channel (Kernighan, Church and Gale 1990): of the words that one edit leads to, the one that
is most frequent, each edit weighed by how often fingers make it. Only a word that nobody knows is
looked at. Where that is a name, it is always read as the same word, and answers are given as typed.
"""

import string
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memnn.text import fold

# Words in a billion, natural logarithm: as common a word must be to have been meant. A capital is
# rather that of a name; three letters are a slip away from too much.
_COMMON: Final = 7.1
_COMMON_FOR_A_NAME: Final = 11.0
_COMMON_FOR_A_SHORT_ONE: Final = 10.3
_SHORTEST: Final = 3  # letters that were typed
_SHORTEST_MEANT: Final = 4
# Two letters swapped, one doubled or one left out happen about as often; a wrong one, or one too
# many, is each of 26 at that rate.
_LIKELY: Final = 0.0
_UNLIKELY: Final = 3.0  # log 26, about


class Spelling:
    """Words of the language with how common they are.

    Args:
        words: CRC-32 of folded words, ascending, shape [W].
        common: How many in a billion words each is, natural logarithm, shape [W].
    """

    def __init__(self, words: NDArray[np.uint32], common: NDArray[np.float16]) -> None:
        self.words = words
        self.common = common

    @classmethod
    def of(cls, common: Mapping[str, float]) -> "Spelling":
        """Make it of folded words, each with how many in a billion words it is, as a logarithm."""
        named = {zlib.crc32(word.encode()): value for word, value in common.items()}
        words = np.array(sorted(named), np.uint32)
        return cls(words, np.array([named[int(word)] for word in words], np.float16))

    def knows(self, folded: str) -> bool:
        """Whether a folded word is one of the language."""
        return bool(len(self.words)) and bool(self._common([folded])[0] > -np.inf)

    def meant(self, typed: str) -> str:
        """The word that was meant by one that nobody knows; itself where none is likely."""
        folded = fold(typed)
        if not _may_be_mistyped(folded) or not len(self.words):
            return typed
        edits = {word: cost for word, cost in _edits(folded) if len(word) >= _SHORTEST_MEANT}
        common = self._common(list(edits))
        likely = np.where(common >= _least(typed), common, -np.inf) - np.array(list(edits.values()))
        best = int(likely.argmax())
        return list(edits)[best] if likely[best] > -np.inf else typed

    def _common(self, words: Sequence[str]) -> NDArray[np.float32]:
        """How common words are; less than anything for one that the language lacks."""
        names = np.array([zlib.crc32(word.encode()) for word in words], np.uint32)
        at = np.minimum(np.searchsorted(self.words, names), len(self.words) - 1)
        found = self.common[at].astype(np.float32)
        return np.where(self.words[at] == names, found, np.float32(-np.inf))


def _may_be_mistyped(folded: str) -> bool:
    """Whether a folded word is long and plain enough to tell what was meant by it."""
    return len(folded) >= _SHORTEST and folded.isascii() and folded.isalpha()


def _least(typed: str) -> float:
    """How common a word must be to have been meant."""
    if typed[:1].isupper() and not typed.isupper():
        return _COMMON_FOR_A_NAME
    return _COMMON_FOR_A_SHORT_ONE if len(typed) == _SHORTEST else _COMMON


def _edits(typed: str) -> Iterator[tuple[str, float]]:
    """What one slip may have made this of, with its cost; of two ways the later one counts.

    The first letter is taken to be right, and the last but for a swap, or a "g" left out: "goin".
    """
    last = len(typed) - 1
    for at in range(1, last):
        head, tail = typed[:at], typed[at + 1 :]
        for letter in string.ascii_lowercase:
            yield head + letter + tail, _UNLIKELY
    for at in range(1, last + 1):
        head, tail, doubled = typed[:at], typed[at:], typed[at] == typed[at - 1]
        if doubled or at < last:
            yield head + tail[1:], _LIKELY if doubled else _UNLIKELY
        for letter in string.ascii_lowercase:
            yield head + letter + tail, _LIKELY
        yield head + tail[1:2] + tail[0] + tail[2:], _LIKELY
    yield f"{typed}g", _LIKELY
