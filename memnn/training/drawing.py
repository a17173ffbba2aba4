"""Laying out pages: a question with memories around it, and what is right there.

Every time a question is asked, the page is laid out anew: another phrasing, other rivals and names,
typed carelessly or not, some words hidden; now and then without what would answer it, or with
somebody else's question.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from memnn.config import ModelConfig
from memnn.reader import COUNTS, LEAST_COUNT, Form
from memnn.reading import MARKS, Candidate, Page, cut, fitting
from memnn.shortlist import Shortlist, candidate_marks
from memnn.text import tokenise
from memnn.training.examples import CHAINED, MEMORY_WORDS, QUESTION_WORDS, Asked, User
from memnn.training.names import Aliases, Names
from memnn.training.noise import SLIPS, Noise, careless, hidden, slip
from memnn.training.pages import Example, Lesson
from memnn.training.targets import Span, Target
from memnn.vocabulary import Vocabulary, Word

_RIVALS = (3, 9)  # fewest and most candidates beside the supports
_FOREIGN, _ROBBED = 0.06, 0.15  # share of questions of somebody else's, without their support
_ROBBABLE = frozenset({"single", "unseen", "other_person", "paraphrase", "yesno", "temporal"})
_NEAT = 0.4  # share of questions read as the data have them; the others have slips
_STRAYS = (1, 4)  # sentences beside the one that a lesson is about
_MISSED = -10.0  # first-pass score of a support that the first pass did not list


@dataclass(frozen=True, slots=True, eq=False)
class Exercise:
    """A page with what is right there.

    Attributes:
        page: The page.
        gold: Places of the supports among the candidates.
        first: Of them, those that may be chosen first.
        hops: Whether O is asked; where there is no support, it should stop at once.
        form: The form of the answer; None where R is not asked.
        spans: Where the answer stands, or the items of a list; passages are candidates.
        count: How many, for a count.
    """

    page: Page
    gold: tuple[int, ...]
    first: tuple[int, ...]
    hops: bool
    form: Form | None
    spans: tuple[Span, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lays out pages by chance.

    Attributes:
        vocabulary: Looks up the words of what was typed.
        questions: All questions, for those of somebody else.
        lessons: For R; may be none.
        config: How much a page may hold.
        names: Of the users whose pages are laid out; those of nobody else change.
    """

    vocabulary: Vocabulary
    questions: Sequence[Sequence[Example]]
    lessons: Sequence[Lesson]
    config: ModelConfig
    names: Names = field(default_factory=Names)

    def exercise(self, phrasings: Sequence[Example], choice: random.Random) -> Exercise:
        """Ask a question once."""
        example = choice.choice(phrasings)
        chance = choice.random()
        if chance < _FOREIGN:
            other = choice.choice(choice.choice(self.questions))
            if other.user is not example.user:
                return self._laid(_unanswerable(example, other.asked), choice)
        support = example.asked.support
        robbed = example.asked.turn.category in _ROBBABLE and len(support) == 1
        if robbed and _FOREIGN <= chance < _FOREIGN + _ROBBED and len(example.listed.rows) > 2:  # noqa: PLR2004 -- something must stay
            return self._laid(_robbed(example), choice)
        return self._laid(example, choice)

    def lesson(self, choice: random.Random) -> Exercise:
        """Ask about a sentence from elsewhere, beside a few others."""
        lesson = choice.choice(self.lessons)
        others = [choice.choice(self.lessons).sentence for _ in range(choice.randint(*_STRAYS))]
        texts = [lesson.sentence, *others]
        order = choice.sample(range(len(texts)), len(texts))
        kept = sorted(fitting(lesson.question, texts, self.config.page_pieces), key=order.index)
        blank = np.zeros(MARKS, dtype=np.float32)
        page = Page(lesson.question, [Candidate(texts[at], blank) for at in kept])
        gold = (kept.index(0),) if 0 in kept else ()
        spans = tuple(Span(gold[0], s.first, s.last) for s in lesson.target.spans if gold)
        return Exercise(page, gold, gold, bool(gold), Form.SPAN if gold else None, spans)

    def _laid(self, example: Example, choice: random.Random) -> Exercise:
        asked = example.asked
        gold = (*asked.support, *(() if example.newer is None else (example.newer,)))
        aliases = self.names.drawn(example.user, choice)
        words = cut(self._typed(asked, aliases, choice), self.config.text_pieces)
        noise = Noise.drawn(choice)
        rows = sorted(_drawn(example, gold, choice), key=lambda row: row not in gold)
        texts = [self._told(example.user, row, aliases, noise, choice) for row in rows]
        fit = fitting(words, texts, self.config.page_pieces)  # supports first
        told = sorted(((rows[at], texts[at]) for at in fit), key=lambda pair: pair[0])
        marks = _marks(example, [row for row, _ in told])
        page = Page(words, [Candidate(t, m) for (_, t), m in zip(told, marks, strict=True)])
        return _judged(example, page, [row for row, _ in told], gold)

    def _typed(self, asked: Asked, aliases: Aliases, choice: random.Random) -> list[Word]:
        """The question as somebody in a hurry would have typed it, every other time."""
        text = aliases.within(asked.text)
        if choice.random() >= _NEAT:
            text = slip(careless(text, choice), choice, choice.choice(SLIPS))
        return self.vocabulary.words(tokenise(text, QUESTION_WORDS))

    def _told(
        self, user: User, row: int, aliases: Aliases, noise: Noise, choice: random.Random
    ) -> list[Word]:
        """A memory's words as they were read: under other names, mistyped, some of them hidden."""
        words = cut(user.memories[row], self.config.text_pieces)
        memory = user.slots.row(row)
        if memory is not None and (aliases or noise):
            tokens = aliases.on(tokenise(memory.text, MEMORY_WORDS)[: len(words)])
            words = self.vocabulary.words(noise.on(tokens, choice))
        return hidden(cut(words, self.config.text_pieces), self.vocabulary.mask, choice)


def _unanswerable(example: Example, asked: Asked) -> Example:
    """Somebody else's question on this page."""
    nobody = replace(asked, support=(), earlier=example.asked.earlier)
    nobody = replace(nobody, turn=replace(asked.turn, answers=()))
    return replace(example, asked=nobody, target=None, newer=None)


def _robbed(example: Example) -> Example:
    """The question without the memory that answers it."""
    listed, support = example.listed, example.asked.support
    kept = [at for at, row in enumerate(listed.rows) if row not in support]
    rows = tuple(listed.rows[at] for at in kept)
    left = Shortlist(rows, listed.first[kept], listed.later[kept])
    turn = replace(example.asked.turn, answers=())
    asked = replace(example.asked, support=(), turn=turn)
    return replace(example, listed=left, asked=asked, target=None)


def _drawn(example: Example, gold: Sequence[int], choice: random.Random) -> list[int]:
    """The supports, the best rivals, and others by chance."""
    rivals = [row for row in example.listed.rows if row not in gold]
    count = choice.randint(*_RIVALS)
    best, rest = rivals[: count // 2 + 1], rivals[count // 2 + 1 :]
    return [*gold, *best, *choice.sample(rest, min(len(rest), max(0, count - len(best))))]


def _marks(example: Example, told: Sequence[int]) -> list[NDArray[np.float32]]:
    """The marks of rows; a support that the first pass missed is marked as far down."""
    listed = example.listed
    missed = [row for row in told if row not in listed.rows]
    far = np.full(len(missed), _MISSED, dtype=np.float32)
    rows = (*listed.rows, *missed)
    first, later = np.concatenate([listed.first, far]), np.concatenate([listed.later, far])
    marks = candidate_marks(Shortlist(rows, first, later), example.asked.earlier, told)
    return [marks[rows.index(row)] for row in told]


def _judged(example: Example, page: Page, told: Sequence[int], gold: Sequence[int]) -> Exercise:
    asked, wanted = example.asked, example.target
    places = tuple(told.index(row) for row in gold if row in told)
    first = places if asked.turn.category in CHAINED else places[-1:]
    if not asked.turn.answers:
        return Exercise(page, (), (), hops=True, form=Form.NONE)
    spans = _moved(wanted, asked.support, page, told) if wanted else None
    if wanted is None or spans is None or not LEAST_COUNT <= wanted.count < LEAST_COUNT + COUNTS:
        return Exercise(page, places, first, hops=bool(places), form=None)
    return Exercise(page, places, first, bool(places), wanted.form, spans, wanted.count)


def _moved(
    wanted: Target, support: Sequence[int], page: Page, told: Sequence[int]
) -> tuple[Span, ...] | None:
    """The spans by their place on the page; None where one does not stand there whole."""
    spans: list[Span] = []
    for span in wanted.spans:
        if support[span.passage] not in told:
            return None
        place = told.index(support[span.passage])
        if span.last >= len(page.candidates[place].words):
            return None
        spans.append(Span(place, span.first, span.last))
    return tuple(spans)
