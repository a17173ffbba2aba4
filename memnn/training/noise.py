"""How people really type: slips of the finger, no capitals, no marks. For training only."""

import random
import re
import string

_INNER_MARKS = re.compile(r"(?<=\w)['’](?=\w)")
_LAST_MARK = re.compile(r"[?.!…]+\s*$")
_SHORTEST = 4  # letters of a word that a slip may hit


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
