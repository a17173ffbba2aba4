"""In which buckets a memory is filed, in each of the generations that its scope is written in.

Generation 0 files nothing: a small scope is read as a whole. Generation 1 files by words alone; it
is what older versions wrote. Every later one has a codebook, and files by words, so that what is
named exactly is always found, and by the clusters of all but the most common words, so that what
means the same meets.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from bot.store.crypto import ScopeCipher
from bot.store.keys import UNFILED, WORDS_ALONE
from memnn.hashing import Codebook

_FIRST_BUCKETS: Final = 1024  # of words, in generation 1


@dataclass(frozen=True, slots=True)
class Filing:
    """Names the buckets of one scope in one generation.

    Attributes:
        cipher: Of the scope: names say nothing without its key.
        generation: The generation.
        codebook: Its codebook; None where it has none, or where that was lost, with which only
            exact words are found.
    """

    cipher: ScopeCipher
    generation: int
    codebook: Codebook | None = None
    _names: dict[int, tuple[bytes, ...]] = field(default_factory=dict)

    def buckets(self, words: Collection[int]) -> bytes:
        """The buckets of a memory with these words, packed, 2 bytes each."""
        return b"".join(self.names(words))

    def names(self, words: Collection[int]) -> set[bytes]:
        """The same, one by one."""
        if self.generation == UNFILED:
            return set()
        if fresh := [word for word in words if word not in self._names]:
            self._names.update(zip(fresh, self._named(fresh), strict=True))
        return {name for word in words for name in self._names[word]}

    def _named(self, words: list[int]) -> list[tuple[bytes, ...]]:
        if self.generation == WORDS_ALONE:
            return [(self.cipher.bucket(word, _FIRST_BUCKETS),) for word in words]
        return [self._of(word) for word in words]

    def _of(self, word: int) -> tuple[bytes, ...]:
        clusters = self.codebook.buckets((word,)) if self.codebook else ()
        return (self.cipher.bucket(word), *map(self.cipher.cluster_bucket, clusters))


@dataclass(frozen=True, slots=True)
class Filings:
    """Both generations that a scope is written in.

    Attributes:
        read: The one that is read.
        built: The one that is being built; of generation `UNFILED` for none.
    """

    read: Filing
    built: Filing

    def buckets(self, words: Collection[int]) -> tuple[bytes, bytes]:
        """The buckets of a memory with these words, packed, in each."""
        return self.read.buckets(words), self.built.buckets(words)
