"""The dictionary W: words as numbers, with fresh symbols for words that were never seen.

An unseen word gets a fresh symbol, the same one all through a story, so that it still matches
itself; training gives known words fresh symbols too (`memnn.training.renaming`), so the network
knows what to do with them. No word is ever dropped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from memnn.paper.stories import Encoded, Question, Words, texts

PAD, BEGIN, END = range(3)
FRESH = 30  # symbols without a meaning
FIRST_FRESH = 3
FIRST_WORD = FIRST_FRESH + FRESH
FRESH_SYMBOLS = range(FIRST_FRESH, FIRST_WORD)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Numbers the words of some questions.

    Attributes:
        words: The words, in order; the first one's number is `FIRST_WORD`.
    """

    words: tuple[str, ...]
    numbers: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        numbers = {word: FIRST_WORD + place for place, word in enumerate(self.words)}
        object.__setattr__(self, "numbers", numbers)

    @classmethod
    def of(cls, questions: Iterable[Question]) -> "Dictionary":
        """All words of some questions with their stories and answers."""
        found = {
            word: None
            for question in questions
            for text in (*texts(question), question.answer)
            for word in text
        }
        return cls(tuple(found))

    def __len__(self) -> int:
        return FIRST_WORD + len(self.words)

    def encode(self, question: Question) -> Encoded:
        """A question in numbers; see the module for words that are not known."""
        unseen = [w for text in texts(question) for w in text if w not in self.numbers]
        # with more unseen words than symbols some share one, which is better than to be dropped
        fresh = {w: FIRST_FRESH + at % FRESH for at, w in enumerate(dict.fromkeys(unseen))}
        known = {**fresh, **self.numbers}
        answer = [known.get(word, PAD) for word in question.answer]
        return Encoded(
            story=tuple(_numbers(known, text) for text in question.story),
            text=_numbers(known, question.text),
            answer=() if PAD in answer else tuple(answer),
            supports=question.supports,
            names={symbol: word for word, symbol in reversed(fresh.items())},
        )

    def decode(self, numbers: Sequence[int], names: dict[int, str]) -> Words:
        """Numbers as words; fresh symbols as what they stand for."""
        return tuple(
            self.words[number - FIRST_WORD] if number >= FIRST_WORD else names.get(number, "")
            for number in numbers
        )


def _numbers(known: dict[str, int], text: Words) -> tuple[int, ...]:
    return tuple(known[word] for word in text)
