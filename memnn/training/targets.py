"""What R should answer, worked out from gold answers and gold supports: form, spans, list items.

A question whose answer cannot be found in its supports teaches R nothing and gets no target.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from memnn.reader import Form
from memnn.text import Token, fold, tokenise
from memnn.training.conversations import Turn

NUMBER_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_NUMBERS = {name: value for value, name in enumerate(NUMBER_WORDS)}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a passage: passage number, first and last word, both included."""

    passage: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Target:
    """What R should say.

    Attributes:
        form: The form of the answer.
        spans: Where the answer stands: any of them for `Form.SPAN`, every item for `Form.LIST`.
        count: How many, for `Form.COUNT`; else zero.
    """

    form: Form
    spans: tuple[Span, ...] = ()
    count: int = 0


def target(turn: Turn, supports: Sequence[Sequence[Token]]) -> Target | None:
    """The target of a question, or None where it has none.

    Args:
        turn: The question with its labels.
        supports: The words of its supports, as the reader will get them.
    """
    answers = [tokenise(answer) for answer in turn.answers]
    said = turn.answers[0].casefold() if turn.answers else ""
    if turn.category == "yesno" and said in ("yes", "no"):
        return Target(Form.YES if said == "yes" else Form.NO)
    spans = tuple(s for answer in answers for s in _find(answer, supports))
    if turn.category == "list":
        items = tuple(s for answer in answers for s in _find(answer, supports)[:1])
        return Target(Form.LIST, items) if len(items) == len(answers) else None
    counts = [n for answer in turn.answers if (n := _number(answer)) is not None]
    if turn.category == "count" and counts and (counts[0] == len(supports) > 1 or not spans):
        return Target(Form.COUNT, count=counts[0])  # a number among several may be another's
    return Target(Form.SPAN, spans) if spans else None


def span_target(answer: str, supports: Sequence[Sequence[Token]]) -> Target | None:
    """The target of an answer that stands in its supports, or None where it does not."""
    spans = _find(tokenise(answer), supports)
    return Target(Form.SPAN, tuple(spans)) if spans else None


def _find(answer: Sequence[Token], supports: Sequence[Sequence[Token]]) -> list[Span]:
    wanted = [fold(token.text) for token in answer]
    found: list[Span] = []
    for number, tokens in enumerate(supports):
        words = [fold(token.text) for token in tokens]
        found += [
            Span(number, first, first + len(wanted) - 1)
            for first in range(len(words) - len(wanted) + 1)
            if wanted and words[first : first + len(wanted)] == wanted
        ]
    return found


def _number(answer: str) -> int | None:
    text = answer.strip().casefold()
    return int(text) if text.isdecimal() else _NUMBERS.get(text)
