"""What the reader is trained on: questions with what the first pass would list, and lessons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import torch

from memnn.config import ModelConfig
from memnn.ranking import Ranking
from memnn.scorer import Candidates, Role, Scorer
from memnn.shortlist import SPRUNG, Shortlist, shortlist
from memnn.slips import forgiving
from memnn.text import tokenise
from memnn.training.corpora import Fact
from memnn.training.examples import MEMORY_WORDS, QUESTION_WORDS, Asked, User
from memnn.training.first_pass import next_scores
from memnn.training.targets import Target, span_target, target
from memnn.vocabulary import Vocabulary, Word

_ALIKE: Final = 15.0  # rarity that an old and a newer statement must share to be of one thing


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
        sprung = [(at, row) for at, first in enumerate(firsts) for row in first.best(SPRUNG)]
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
