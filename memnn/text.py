"""The ground that I stands on: words with their places, folded forms, stems, sentences.

Knows nothing of vocabularies or vectors. Every function takes any text at all.
"""

import re
import unicodedata
import zlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import Stemmer

# A word keeps what joins it inside ("36-8-22", "9:15", "5,000", "don't", "a@b.c"); a possessive 's
# stands alone, so that "Théo's" answers as "Théo". Any other visible sign is a word of its own.
# An accent typed as a character of its own stays with its letter.
_LETTERS = r"\w[\w\u0300-\u036f]*"
_WORD = re.compile(
    rf"{_LETTERS}(?:(?:[-.@+&]|(?<=\d)[,:/](?=\d)){_LETTERS}|['’](?!s\b){_LETTERS})*"
    r"|['’]s\b|[^\w\s]"
)
_SENTENCE_END = re.compile(r"(?<=[.!?…])([\"'”’)]*)\s+(?=\S)|\n+")
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr st prof sr jr mme no vs etc approx dept fr rev hon capt sgt lt".split()  # noqa: SIM905 -- a list to read
)
_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc", "'''")  # as telephones type it
_CACHED_WORDS = 1 << 14
_LONGEST_NAME = 64  # characters

# Words too common to carry what a message is about: they file nowhere and match nothing.
STOP_WORDS = frozenset(
    """
    a about after again ago all also am an and any are as at be been before but by can could did
    do does doing done dont for from get got had has have he her here him his how i if im in into is
    it its ive just like ll m me mine my no not now of off on one only or our out over own please re
    remind s she so some t tell that the their them then there they this to too up us ve was we were
    what whats when where which who whom whos whose why will with would you your
    """.split()  # noqa: SIM905 -- a list to read
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a sign of a text, with its place.

    Attributes:
        text: As written.
        start: Offset of its first character in the text.
        end: Offset after its last character.
    """

    text: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """The word as it is looked up: cut, so that no cache of words grows without bounds."""
        return self.text[:_LONGEST_NAME]


def tokenise(text: str, limit: int | None = None) -> list[Token]:
    """Split a text into words and signs, in order, at most ``limit`` of them."""
    found = islice(_WORD.finditer(text), limit)
    return [Token(m.group(), m.start(), m.end()) for m in found]


def fold(word: str) -> str:
    """A word without case and accents, its apostrophe a plain one: "Inès" and "INES" are "ines"."""
    decomposed = unicodedata.normalize("NFKD", word).translate(_APOSTROPHES)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return plain.encode("utf-8", "replace").decode()  # half a character counts as a "?"


def stem(word: str) -> str:
    """The English stem of a folded word; a name, number or foreign word mostly keeps its form."""
    folded = fold(word)
    return folded if any(c.isdigit() for c in folded) else str(_stemmer().stemWord(folded))


@lru_cache(_CACHED_WORDS)
def word_hash(word: str) -> int:
    """A 32-bit name of a word's stem: what matching and the word buckets compare."""
    return zlib.crc32(stem(word).encode())


@lru_cache(_CACHED_WORDS)
def is_content(word: str) -> bool:
    """Whether a word says what a text is about: neither a stop word nor a sign."""
    folded = fold(word)
    return any(c.isalnum() for c in folded) and folded.replace("'", "") not in STOP_WORDS


def content_words(tokens: list[Token]) -> tuple[int, ...]:
    """Hashes of the content words, in order of first appearance, without repeats."""
    return tuple(dict.fromkeys(word_hash(t.name) for t in tokens if is_content(t.name)))


def sentences(text: str) -> list[str]:
    """Split a text at sentence ends and line breaks; never after "Dr." or an initial."""
    parts: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        before = text[start : match.end(1) if match.group(1) else match.start()]
        last = before.rsplit(maxsplit=1)[-1].strip(".\"'()”’").casefold() if before.strip() else ""
        abbreviated = before.endswith(".") and (last in _ABBREVIATIONS or len(last) == 1)
        if abbreviated and "\n" not in match.group():
            continue
        parts.append(before)
        start = match.end()
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


@lru_cache(1)
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")
