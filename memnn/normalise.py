"""When two answers count as the same: for scoring, and for fitting R's confidence.

Case, punctuation, articles, white space, the shape of apostrophes and dashes, thousands separators
and the signs of currencies do not matter; a plus, a minus and a point, comma or colon within a
number do: 1.75 is not 175, -1 is not 1, and A+ is not A-.
"""

import re
import unicodedata

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_KEPT = re.compile(r"(?<=\d)[.:,](?=\d)|(?<![^\s(])-(?=[.\d])|(?<=[^\W\d_])-(?![\w\s]*\w)")
_ARTICLES = frozenset({"a", "an", "the"})


def normalise(answer: str) -> str:
    """The form in which answers are compared.

    >>> normalise("The  Botanical Garden!"), normalise("£410,000"), normalise("twenty-two")
    ('botanical garden', '410000', 'twenty two')
    """
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", answer).casefold())
    text = _THOUSANDS.sub("", text)
    kept = {match.start() for match in _KEPT.finditer(text)}
    plain = "".join(char if index in kept else _plain(char) for index, char in enumerate(text))
    words = plain.split()
    return " ".join([w for w in words if w not in _ARTICLES] or words)


def _plain(char: str) -> str:
    if char in "-/":
        return " "
    category = unicodedata.category(char)
    return "" if category.startswith("P") or category == "Sc" or char in "`^" else char
