"""People's names, places and numbers under other names, a page at a time.

The paper drops words and lets the network tell what an unknown one is by where it stands (section
3.5). Here a name becomes somebody else's: what is learnt by heart of one person's friends and towns
helps nobody else. Words stay words, so that answers stay in place.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from memnn.text import Token, fold, is_content, tokenise
from memnn.training.examples import MEMORY_WORDS, User

_KEPT: Final = 0.4  # share of pages as they are
_NAMELIKE: Final = 0.75  # least share of a name's uses, within a sentence, that have a capital
_SHORTEST: Final = 3  # letters of a name
_DIGITS: Final = 3  # of a number that nobody counts or dates with
_YEAR: Final = 4  # digits
_BEFORE_A_PLACE: Final = frozenset({"in", "at", "from", "to", "near", "around"})
_NO_NAMES: Final = frozenset(  # though they are written with a capital
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december easter christmas mr mrs ms dr prof sir miss
    auntie uncle aunt saint english french german spanish italian god
    """.split()  # noqa: SIM905 -- a list to read
)

_Text = Sequence[Token]


@dataclass(frozen=True, slots=True)
class Aliases:
    """What some words are called on one page, the same throughout.

    Attributes:
        names: New names of folded ones.
        choice: Draws digits; None leaves numbers alone.
        numbers: Those drawn so far.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    choice: random.Random | None = None
    numbers: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.names) or self.choice is not None

    def on(self, tokens: _Text) -> list[Token]:
        """The words under their new names, in their places."""
        return [replace(token, text=self._of(token.text)) for token in tokens]

    def within(self, text: str) -> str:
        """A text with its words under their new names."""
        parts: list[str] = []
        at = 0
        for token in tokenise(text):
            parts += [text[at : token.start], self._of(token.text)]
            at = token.end
        return "".join([*parts, text[at:]])

    def _of(self, word: str) -> str:
        name = self.names.get(fold(word))
        if name is not None:
            return _written_like(word, name)
        if self.choice is None or not _is_arbitrary(word):
            return word
        return self.numbers.setdefault(word, _other_digits(word, self.choice))


@dataclass(frozen=True, slots=True)
class Names:
    """Who and what is named by whom, and how else it could be.

    Attributes:
        of: The folded names that each user uses, and whether each is rather a place's.
        known: Names as they are written, of places (True) and of all else.
    """

    of: Mapping[User, Mapping[str, bool]] = field(default_factory=dict)
    known: Mapping[bool, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def among(cls, users: Iterable[User]) -> "Names":
        """Find names: words that people write with a capital within a sentence.

        Args:
            users: Whose; one may come again, once for each question.
        """
        told = {user: _texts(user) for user in dict.fromkeys(users)}
        names = _namelike(text for texts in told.values() for text in texts)
        of = {user: _placed(texts, names) for user, texts in told.items()}
        known: dict[bool, set[str]] = defaultdict(set)
        for user, texts in told.items():
            for word in {token.text for text in texts for token in text if token.text.istitle()}:
                if fold(word) in of[user]:
                    known[of[user][fold(word)]].add(word)
        return cls(of, {place: sorted(written) for place, written in known.items()})

    def drawn(self, user: User, choice: random.Random) -> Aliases:
        """Aliases for a page of a user's: for none, some or all of the names."""
        used = self.of.get(user, {})
        if choice.random() < _KEPT:
            return Aliases()
        share = choice.random()
        drawn = {
            name: choice.choice(self.known[place])
            for name, place in used.items()
            if choice.random() < share and self.known.get(place)
        }
        names = {name: alias for name, alias in drawn.items() if fold(alias) not in used}
        return Aliases(names, choice if choice.random() < share else None)


def _texts(user: User) -> list[_Text]:
    rows = (user.slots.row(row) for row in range(len(user.memories)))
    return [tokenise(memory.text, MEMORY_WORDS) for memory in rows if memory is not None]


def _namelike(texts: Iterable[_Text]) -> set[str]:
    """Folded words that mostly have a capital where no sentence begins."""
    capital, small = Counter[str](), Counter[str]()
    for text in texts:
        for before, word in _uses(text):
            if word.istitle() and before not in ("", ".", "!", "?", ":"):
                capital[fold(word)] += 1
            elif word.islower():
                small[fold(word)] += 1
    return {name for name, uses in capital.items() if uses / (uses + small[name]) >= _NAMELIKE}


def _placed(texts: Iterable[_Text], names: set[str]) -> dict[str, bool]:
    """The names in somebody's texts, and whether each is rather a place's."""
    votes: dict[str, Counter[bool]] = defaultdict(Counter)
    for text in texts:
        for before, word in _uses(text):
            if fold(word) in names and word[0].isupper():
                votes[fold(word)][before in _BEFORE_A_PLACE] += 1
    return {name: vote.most_common(1)[0][0] for name, vote in votes.items()}


def _uses(text: _Text) -> Iterator[tuple[str, str]]:
    """What may be a name, after the folded word before it; nothing stands before the first."""
    before = ""
    for token in text:
        word, name = token.text, fold(token.text)
        if len(name) >= _SHORTEST and word.isalpha() and is_content(word) and name not in _NO_NAMES:
            yield before, word
        before = name


def _written_like(word: str, name: str) -> str:
    if word.islower():
        return name.lower()
    return name.upper() if word.isupper() else name


def _is_arbitrary(word: str) -> bool:
    """Whether a word is a code or an amount, whose digits might be others."""
    year = len(word) == _YEAR and word[:2] in ("19", "20")
    return sum(c.isdigit() for c in word) >= _DIGITS and ":" not in word and not year


def _other_digits(word: str, choice: random.Random) -> str:
    return "".join(choice.choice("123456789") if c.isdigit() else c for c in word)
