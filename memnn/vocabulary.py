"""The dictionary W: word pieces for the vectors, and how rare each word is for exact matches.

A word is the mean of its pieces' vectors, so a rare name still has one. A mistyped word is read as
the one that was meant (`memnn.spelling`); only its looks are as typed. Everything that depends on a
word alone is worked out once and cached, and so are the texts that were read last.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from memnn.spelling import Spelling
from memnn.text import Token, fold, is_content, tokenise, word_hash

LOOKS = 10  # numbers that describe a word by itself, see `_looks`
SHAPES = 8  # the first of them: the word as written
_MOST_PIECES = 8
_SHORTEST_NEAR = 4  # letters
_CACHED_WORDS = 1 << 14  # about 12 MB
_CACHED_TEXTS = 1 << 12  # a question looks at some thirty memories


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """What is known of a word by itself.

    Attributes:
        pieces: Ids of its word pieces, at least one.
        hash: See `memnn.text.word_hash`.
        form: Hash of the folded word, before stemming.
        content: See `memnn.text.is_content`.
        rarity: Inverse document frequency, natural logarithm; the most for a word never seen.
        near: Names that it shares with every word a slip away, as typed and as meant; see `_near`.
        looks: The word as written in numbers, shape [LOOKS]; see `_looks`.
    """

    pieces: tuple[int, ...]
    hash: int
    form: int
    content: bool
    rarity: float
    near: tuple[int, ...]
    looks: NDArray[np.float32]


class Vocabulary:
    """Looks words up; see the module.

    Args:
        tokenizer: Splits a word into pieces of a fixed inventory.
        rarity: Inverse document frequency by word hash.
        spelling: Says what was meant by a word that nobody knows.
    """

    def __init__(
        self, tokenizer: Tokenizer, rarity: Mapping[int, float], spelling: Spelling
    ) -> None:
        self.tokenizer = tokenizer
        self.rarity = dict(rarity)
        self.spelling = spelling
        self._rarest = max(self.rarity.values(), default=1.0)
        self._unknown = tokenizer.token_to_id("[UNK]") or 0
        self.begin = tokenizer.token_to_id("[CLS]") or self._unknown  # of a page
        self.end = tokenizer.token_to_id("[SEP]") or self._unknown  # of the question; of a memory
        self.mask = tokenizer.token_to_id("[MASK]") or self._unknown  # of what is not to be read
        self._word = lru_cache(_CACHED_WORDS)(self._learn)
        self.read = lru_cache(_CACHED_TEXTS)(self._read)

    def words(self, tokens: Sequence[Token]) -> list[Word]:
        """Look up the words of a text."""
        return [self._word(token.name) for token in tokens]

    def _read(self, text: str, most: int) -> tuple[Word, ...]:
        """The first words of a text."""
        return tuple(self.words(tokenise(text, most)))

    def rarity_of(self, word: int) -> float:
        """Inverse document frequency of a word, by its hash."""
        return self.rarity.get(word, self._rarest)

    def _learn(self, typed: str) -> Word:
        text = typed if self._knows(typed) else self.spelling.meant(typed)
        name, content = word_hash(text), is_content(text)
        rarity = self.rarity_of(name) if content else 0.0
        pieces = tuple(self._pieces(text)[:_MOST_PIECES]) or (self._unknown,)
        looks = _looks(typed, rarity, content=content)
        near = {near for word in (typed, text) if is_content(word) for near in _near(fold(word))}
        return Word(pieces, name, form_hash(text), content, rarity, tuple(near), looks)

    def _knows(self, text: str) -> bool:
        """Whether a word is one of the language, of what people tell, or a piece by itself."""
        return (
            not is_content(text)
            or word_hash(text) in self.rarity
            or self.spelling.knows(fold(text))
            or len(self._pieces(text)) == 1
        )

    def _pieces(self, text: str) -> list[int]:
        return list(self.tokenizer.encode(fold(text), add_special_tokens=False).ids)


def filed(words: Iterable[Word]) -> tuple[int, ...]:
    """What words are filed under: hashes of the content words, mistyped ones as they were meant."""
    return tuple(dict.fromkeys(word.hash for word in words if word.content))


def form_hash(text: str) -> int:
    """Hash of a folded word, before stemming: "train" and "trains" differ."""
    return zlib.crc32(fold(text).encode())


def _near(folded: str) -> tuple[int, ...]:
    """Hashes of a word and of what is left of it without any one letter.

    Words that are one edit apart, or two swapped letters, have one of them in common (Garbe's
    symmetric deletion). Short words and numbers have none: they would be near to too much.
    """
    if len(folded) < _SHORTEST_NEAR or not folded.isalpha():
        return ()
    lesser = (folded[:at] + folded[at + 1 :] for at in range(len(folded)))
    return tuple({zlib.crc32(name.encode()) for name in (folded, *lesser)})


def _looks(text: str, rarity: float, *, content: bool) -> NDArray[np.float32]:
    """Capitalised, all capitals, a digit, all digits, a sign, mixed, length, a question mark,
    rarity, content.
    """  # noqa: D205 -- one list
    letters = [c for c in text if c.isalpha()]
    digits = sum(c.isdigit() for c in text)
    values = (
        text[:1].isupper(),
        len(letters) > 1 and all(c.isupper() for c in letters),
        digits > 0,
        text.isdigit(),
        not any(c.isalnum() for c in text),
        bool(letters) and digits > 0,
        min(len(text), 20) / 10,
        text == "?",
        rarity / 10,
        content,
    )
    return np.array(values, dtype=np.float32)
