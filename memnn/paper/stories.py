"""Questions on stories, as words: what the papers' network is asked, and what it is taught."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

Words = tuple[str, ...]
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def words(text: str) -> Words:
    """Words of a sentence, in small letters, without signs."""
    return tuple(_WORD.findall(text.lower()))


@dataclass(frozen=True, slots=True)
class Question:
    """A question on a story.

    Attributes:
        story: The memories in write order, all told before the question.
        text: The question.
        answer: Its words; empty where nobody knows.
        supports: Rows of the memories that support the answer, in the order of the hops.
        of: Number of the story among the stories of its file; questions may share a story.
    """

    story: tuple[Words, ...]
    text: Words
    answer: Words = ()
    supports: tuple[int, ...] = ()
    of: int = 0

    def __post_init__(self) -> None:
        if any(not 0 <= row < len(self.story) for row in self.supports):
            raise ValueError(f"supports {self.supports} of a story of {len(self.story)} memories")


@dataclass(frozen=True, slots=True)
class Encoded:
    """A question in numbers; see `memnn.paper.dictionary`.

    Attributes:
        story: As in `Question`, as the next three are.
        text: The question.
        answer: Empty where a word of it is not known.
        supports: Rows.
        names: The words that fresh symbols stand for.
    """

    story: tuple[tuple[int, ...], ...]
    text: tuple[int, ...]
    answer: tuple[int, ...]
    supports: tuple[int, ...]
    names: dict[int, str]


def texts(question: Question) -> Sequence[Words]:
    """The story and the question, as they were told."""
    return (*question.story, question.text)
