"""What the reader is trained on: a question on a page, and what is right there.

Every time a question is asked, the page is laid out anew: another phrasing, other rivals, typed
carelessly or not; now and then without what would answer it, or with somebody else's question.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from memnn.config import ModelConfig
from memnn.ranking import Ranking
from memnn.reader import COUNTS, LEAST_COUNT, Form
from memnn.reading import MARKS, Candidate, Page, cut, fitting
from memnn.scorer import Candidates, Role, Scorer
from memnn.shortlist import Shortlist, candidate_marks, shortlist
from memnn.slips import forgiving
from memnn.text import Token, tokenise
from memnn.training.corpora import Fact
from memnn.training.examples import CHAINED, MEMORY_WORDS, QUESTION_WORDS, Asked, User
from memnn.training.first_pass import next_scores
from memnn.training.noise import careless, slip
from memnn.training.targets import Span, Target, span_target, target
from memnn.vocabulary import Vocabulary, Word

_SPRUNG = 2
_RIVALS = (3, 9)  # fewest and most candidates beside the supports
_FOREIGN, _ROBBED = 0.06, 0.15  # share of questions of somebody else's, without their support
_ROBBABLE = frozenset({"single", "unseen", "other_person", "paraphrase", "yesno", "temporal"})
_NEAT = 0.4  # share of questions read as the data have them
_SLIPS = (0.05, 0.1, 0.2)  # shares of words hit in the others, as likely as each other
_LOWER, _SLIPPED = 0.25, (0.15, 0.6)  # which memories lose their capitals; which have slips
_STRAYS = (1, 4)  # sentences beside the one that a lesson is about
_MISSED = -10.0  # first-pass score of a support that the first pass did not list
_ALIKE = 15.0  # rarity that an old and a newer statement must share to be of one thing


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One phrasing of a question.

    Attributes:
        user: Whose it is.
        asked: The phrasing.
        listed: What the first pass would put on the page.
        target: What R should say; None where that is not known.
        newer: For a question about what was before, the row that took its place; else None.
    """

    user: User
    asked: Asked
    listed: Shortlist
    target: Target | None
    newer: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A fact from elsewhere: a question, its sentence, and where the answer stands."""

    question: list[Word]
    sentence: list[Word]
    target: Target


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


def examples(scorer: Scorer, users: Sequence[User], config: ModelConfig) -> list[list[Example]]:
    """Prepare the questions of some users: the phrasings of each.

    Args:
        scorer: A first pass that was not trained on these users.
        users: Whose questions.
        config: How much a page may hold.
    """
    questions: dict[tuple[int, int], list[Example]] = {}
    for user in users:
        replaced = _replaced(user)
        for example in _examples(scorer, user, config):
            turn = example.asked.turn
            held = replace(example, newer=replaced.get(turn.index))
            questions.setdefault((id(user), turn.index), []).append(held)
    return list(questions.values())


def lessons(facts: Sequence[Fact], vocabulary: Vocabulary) -> list[Lesson]:
    """Prepare facts; those whose answer is not found again word by word are left out."""
    prepared: list[Lesson] = []
    for fact in facts:
        tokens = tokenise(fact.sentence, MEMORY_WORDS)
        wanted = span_target(fact.answer, [tokens])
        if wanted is not None:
            question = vocabulary.words(tokenise(fact.question, QUESTION_WORDS))
            prepared.append(Lesson(question, vocabulary.words(tokens), wanted))
    return prepared


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lays out pages by chance.

    Attributes:
        vocabulary: Looks up the words of what was typed.
        questions: All questions, for those of somebody else.
        lessons: For R; may be none.
        config: How much a page may hold.
    """

    vocabulary: Vocabulary
    questions: Sequence[Sequence[Example]]
    lessons: Sequence[Lesson]
    config: ModelConfig

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
        words = cut(self._typed(asked, choice), self.config.text_pieces)
        noise = _Noise.drawn(choice)
        rows = sorted(_drawn(example, gold, choice), key=lambda row: row not in gold)
        texts = [self._told(example.user, row, noise, choice) for row in rows]
        fit = fitting(words, texts, self.config.page_pieces)  # supports first
        told = sorted(((rows[at], texts[at]) for at in fit), key=lambda pair: pair[0])
        marks = _marks(example, [row for row, _ in told])
        page = Page(words, [Candidate(t, m) for (_, t), m in zip(told, marks, strict=True)])
        return _judged(example, page, [row for row, _ in told], gold)

    def _typed(self, asked: Asked, choice: random.Random) -> list[Word]:
        """The question as somebody in a hurry would have typed it, every other time."""
        if choice.random() < _NEAT:
            return asked.words
        text = slip(careless(asked.text, choice), choice, choice.choice(_SLIPS))
        return self.vocabulary.words(tokenise(text, QUESTION_WORDS))

    def _told(self, user: User, row: int, noise: "_Noise", choice: random.Random) -> list[Word]:
        """A memory's words as they were read, some of them mistyped."""
        words = cut(user.memories[row], self.config.text_pieces)
        memory = user.slots.row(row)
        if memory is None or not (noise.lower or noise.slips):
            return words
        tokens = tokenise(memory.text, MEMORY_WORDS)[: len(words)]
        return cut(self.vocabulary.words(noise.on(tokens, choice)), self.config.text_pieces)


@dataclass(frozen=True, slots=True)
class _Noise:
    """How the memories of a page were typed; words stay words, so that answers stay in place."""

    lower: bool
    slips: float

    @classmethod
    def drawn(cls, choice: random.Random) -> "_Noise":
        chance = choice.random()
        slipped = _SLIPPED[0] < chance < _SLIPPED[1]
        return cls(chance < _LOWER, choice.choice(_SLIPS) if slipped else 0.0)

    def on(self, tokens: Sequence[Token], choice: random.Random) -> list[Token]:
        typed = [token.text.lower() if self.lower else token.text for token in tokens]
        return [
            Token(slip(text, choice, self.slips), token.start, token.end)
            for text, token in zip(typed, tokens, strict=True)
        ]


def _examples(scorer: Scorer, user: User, config: ModelConfig) -> Iterator[Example]:
    with torch.no_grad():
        memories = scorer.embed(user.memory_bags, Role.MEMORY)
        asking = scorer.embed(user.question_bags, Role.QUESTION)
        scores = scorer.first_hop(asking, Candidates(memories, user.match, user.allowed)).numpy()
        firsts = [
            forgiving(
                scorer, asked.words, user.slots, Ranking.of_all(line), user.memories.__getitem__
            )
            for asked, line in zip(user.asked, scores, strict=True)
        ]
        sprung = [(at, row) for at, first in enumerate(firsts) for row in first.best(_SPRUNG)]
        places = torch.tensor([at for at, _ in sprung])
        onward = next_scores(scorer, user, memories, places, [(row,) for _, row in sprung]).numpy()
    later: list[list[Ranking]] = [[] for _ in user.asked]
    for (at, _), line in zip(sprung, onward, strict=True):
        later[at].append(Ranking.of_all(line))
    for asked, first, lines in zip(user.asked, firsts, later, strict=True):
        listed = shortlist(first, lines, config.second_pass)
        yield Example(user, asked, listed, _target(user, asked))


def _target(user: User, asked: Asked) -> Target | None:
    if not asked.support:
        return None
    held = [user.slots.row(row) for row in asked.support]
    return target(asked.turn, [tokenise(m.text, MEMORY_WORDS) for m in held if m is not None])


def _replaced(user: User) -> dict[int, int]:
    """For questions about what was before: the row that took its place, where it can be told.

    People's data name the old statement only; the newer one is that of the likeliest question about
    what is now.
    """
    turns = {asked.turn.index: asked for asked in reversed(user.asked)}
    newest = [a for a in turns.values() if a.turn.category == "update" and a.support]
    found: dict[int, int] = {}
    for asked in turns.values():
        if asked.turn.category != "history" or len(asked.support) != 1:
            continue
        about = _content(asked.words) | _content(user.memories[asked.support[0]])
        rivals = [
            (_shared(about, now.words, user.memories[now.support[-1]]), now.support[-1])
            for now in newest
            if asked.support[0] < now.support[-1] < asked.earlier
        ]
        if rivals and max(rivals)[0] > _ALIKE:
            found[asked.turn.index] = max(rivals)[1]
    return found


def _content(words: Sequence[Word]) -> set[int]:
    return {word.hash for word in words if word.content}


def _shared(about: set[int], *texts: Sequence[Word]) -> float:
    """Rarity that texts share with what a question is about."""
    each = [{word.hash: word.rarity for word in text if word.content} for text in texts]
    return sum(rarity for text in each for name, rarity in text.items() if name in about)


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
