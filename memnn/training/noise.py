"""How people really type: slips of the finger, no capitals, no marks; and words not seen at all.

For training only.
"""

import random
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from memnn.text import Token
from memnn.vocabulary import Word

_INNER_MARKS = re.compile(r"(?<=\w)['’](?=\w)")
_LAST_MARK = re.compile(r"[?.!…]+\s*$")
_SHORTEST = 4  # letters of a word that a slip may hit
SLIPS: Final = (0.05, 0.1, 0.2)  # shares of words hit in a careless text, as likely as each other
_LOWER: Final = 0.25  # share of pages whose memories lose their capitals
_SLIPPED: Final = (0.15, 0.6)  # which of them have slips: some that do, and some that do not
_WHOLE, _HIDDEN = 0.5, 0.15  # share of memories of which every word is seen; of words, elsewhere


def careless(text: str, choice: random.Random) -> str:
    """Drop the closing mark, capitals or apostrophes, each now and then."""
    if choice.random() < 0.5:  # noqa: PLR2004 -- as likely as not
        text = _LAST_MARK.sub("", text)
    if choice.random() < 0.4:  # noqa: PLR2004 -- of the people who text
        text = text.lower()
    if choice.random() < 0.3:  # noqa: PLR2004 -- likewise
        text = _INNER_MARKS.sub("", text)
    return text or "?"


def slip(text: str, choice: random.Random, rate: float) -> str:
    """Hit a share of the words with one edit each: a letter swapped, dropped, doubled or wrong."""
    return " ".join(
        _slip(word, choice) if choice.random() < rate else word for word in text.split(" ")
    )


def hidden(words: Sequence[Word], mask: int, choice: random.Random) -> list[Word]:
    """Of every other text some words that cannot be read; what matches them is known still.

    Args:
        words: Of a text.
        mask: The piece in place of those of a hidden word.
        choice: Draws which.
    """
    share = 0.0 if choice.random() < _WHOLE else _HIDDEN
    return [replace(word, pieces=(mask,)) if choice.random() < share else word for word in words]


@dataclass(frozen=True, slots=True)
class Noise:
    """How the memories of a page were typed; words stay words, so that answers stay in place.

    Attributes:
        lower: Whether without capitals.
        slips: Share of words with a slip.
    """

    lower: bool
    slips: float

    @classmethod
    def drawn(cls, choice: random.Random) -> "Noise":
        """Neat, without capitals, with slips, or both."""
        chance = choice.random()
        slipped = _SLIPPED[0] < chance < _SLIPPED[1]
        return cls(chance < _LOWER, choice.choice(SLIPS) if slipped else 0.0)

    def __bool__(self) -> bool:
        return self.lower or self.slips > 0

    def on(self, tokens: Sequence[Token], choice: random.Random) -> list[Token]:
        """The words as they were typed, in their places."""
        typed = [token.text.lower() if self.lower else token.text for token in tokens]
        return [
            Token(slip(text, choice, self.slips), token.start, token.end)
            for text, token in zip(typed, tokens, strict=True)
        ]


def _slip(word: str, choice: random.Random) -> str:
    if len(word) < _SHORTEST or not word.isalpha():
        return word
    at = choice.randrange(1, len(word) - 1)
    edit = choice.randrange(4)
    if edit == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if edit == 1:
        return word[:at] + word[at + 1 :]
    if edit == 2:  # noqa: PLR2004 -- the third of four
        return word[:at] + word[at] + word[at:]
    return word[:at] + choice.choice(string.ascii_lowercase) + word[at + 1 :]
