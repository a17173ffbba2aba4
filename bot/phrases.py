"""Small pieces of text that every edge makes: a statement on one line, a number of things. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from memnn.records import EventKind, Memory

QUOTE_CHARACTERS: Final = 240
HAPPENED: Final = {
    EventKind.EDITED: "edited",
    EventKind.FORGOTTEN: "forgotten",
    EventKind.RESTORED: "put back",
    EventKind.INSPECTED: "looked at by an administrator",
    EventKind.CORRECTED: "picked as the right one",
}
_BIDI_CONTROLS: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_NOTHING: Final = "…"
_NUMBERS: Final = re.compile(r"#?(\d{1,9})(?:-#?(\d{1,9}))?", re.ASCII)
_MOST_AT_ONCE: Final = 1000


def visible(text: str) -> str:
    """A text on one line, without the signs that could turn the direction of what follows."""
    return " ".join(text.translate(_BIDI_CONTROLS).split())


def clipped(text: str, limit: int = QUOTE_CHARACTERS) -> str:
    """A text on one line of at most ``limit`` characters."""
    whole = visible(text)
    return whole if len(whole) <= limit else whole[: limit - 1].rstrip() + "…"


def blank(text: str) -> bool:
    """Whether a text shows nothing: it is empty, or all blanks and invisible signs."""
    return all(unicodedata.category(c)[0] in "CZ" for c in text)


def seen(text: str) -> str:
    """A text, or a sign in its place where it shows nothing."""
    return _NOTHING if blank(text) else text


def many(count: int, one: str = "memory", several: str = "memories") -> str:
    """A number of things: "1 memory", "2,000 memories"."""
    return f"{count:,} {one if count == 1 else several}"


def sentence(text: str) -> str:
    """A text that begins and ends as a sentence does."""
    end = "" if text.endswith((".", "?", "!")) or not text else "."
    return f"{text[:1].upper()}{text[1:]}{end}"


def said(memory: Memory, limit: int = QUOTE_CHARACTERS) -> str:
    """A statement on one line, with who said it where that is not the owner of the memories."""
    text = seen(clipped(memory.text, limit))
    return f"{visible(memory.speaker)}: {text}" if memory.speaker else text


def closest(name: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant: one that begins so, or the most similar."""
    known = list(names)
    begun = [other for other in known if other.startswith(name)]
    close = begun or get_close_matches(name, known, n=1)
    return close[0] if close else None


def numbers(text: str) -> frozenset[int]:
    """The numbers and ranges of a line, as "3 5-8"; none where it holds anything else."""
    found: set[int] = set()
    for part in text.replace(",", " ").split():
        match = _NUMBERS.fullmatch(part)
        if match is None:
            return frozenset()
        first, last = int(match[1]), int(match[2] or match[1])
        if not first <= last < first + _MOST_AT_ONCE:
            return frozenset()
        found.update(range(first, last + 1))
    return frozenset(found)
