"""What the reader is trained on: every question with its hops, each with the first pass's best.

After no support, after some of them, after all (there the null memory is right), after all and a
stray one, and after a wrong one, from which the hops must find back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from memnn.output_map import best_rows
from memnn.scorer import Candidates, Role, Scorer
from memnn.text import tokenise
from memnn.training.corpora import Fact
from memnn.training.examples import MEMORY_WORDS, QUESTION_WORDS, Asked, User
from memnn.training.first_pass import next_scores
from memnn.training.targets import Target, span_target, target
from memnn.vocabulary import Vocabulary, Word

_RANKED = 16  # candidates kept a hop


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """One hop: the rows chosen before it, and the first pass's best with their scores."""

    chosen: tuple[int, ...]
    rows: tuple[int, ...]
    scores: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One phrasing of a question.

    Attributes:
        user: Whose it is.
        asked: The phrasing.
        first: The first hop.
        partial: Hops after some supports, and further ones are needed.
        complete: Hops after all supports, with and without a stray one, which comes last.
        astray: Hops after a wrong row, alone or beside a right one.
        target: What R should say after a complete hop; None where that is not known.
    """

    user: User
    asked: Asked
    first: Hop
    partial: tuple[Hop, ...]
    complete: tuple[Hop, ...]
    astray: tuple[Hop, ...]
    target: Target | None


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A question about one sentence, with its target: for R alone."""

    question: list[Word]
    sentence: list[Word]
    target: Target


@torch.no_grad()
def examples(scorer: Scorer, users: Sequence[User]) -> list[list[Example]]:
    """Prepare the questions of some users.

    Args:
        scorer: A first pass that was not trained on these users.
        users: Whose questions.

    Returns:
        The phrasings of each question.
    """
    questions: dict[tuple[int, int], list[Example]] = {}
    for user in users:
        for example in _examples(scorer, user):
            questions.setdefault((id(user), example.asked.turn.index), []).append(example)
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


def _examples(scorer: Scorer, user: User) -> Iterator[Example]:
    memories = scorer.embed(user.memory_bags, Role.MEMORY)
    asking = scorer.embed(user.question_bags, Role.QUESTION)
    supports = [asked.support for asked in user.asked]
    scores = scorer.first_hop(asking, Candidates(memories, user.match, user.allowed))
    firsts = [_hop((), *pair) for pair in zip(scores, supports, strict=True)]
    wanted = [
        (index, chosen)
        for index, (asked, first) in enumerate(zip(user.asked, firsts, strict=True))
        for chosen in _prefixes(asked.support, first.rows)
    ]
    later: list[list[Hop]] = [[] for _ in user.asked]
    if wanted:
        asked_at = torch.tensor([index for index, _ in wanted])
        chosen = [rows for _, rows in wanted]
        for (index, rows), line in zip(
            wanted, next_scores(scorer, user, memories, asked_at, chosen), strict=True
        ):
            later[index].append(_hop(rows, line, supports[index]))
    for asked, first, hops in zip(user.asked, firsts, later, strict=True):
        support = set(asked.support)
        complete = tuple(h for h in hops if support and support <= set(h.chosen))
        partial = tuple(h for h in hops if set(h.chosen) < support)
        astray = tuple(h for h in hops if h not in complete and h not in partial)
        yield Example(user, asked, first, partial, complete, astray, _target(user, asked))


def _prefixes(support: Sequence[int], ranked: Sequence[int]) -> list[tuple[int, ...]]:
    """What may have been chosen before a later hop."""
    subsets = [c for size in (1, 2) if size < len(support) for c in combinations(support, size)]
    wrong = next(((row,) for row in ranked if row not in support), None)
    if wrong is None:
        return [*subsets, tuple(support)] if support else []
    if not support:
        return [wrong]
    beside = [(support[0], *wrong)] if len(support) > 1 else []
    return [*subsets, tuple(support), (*support, *wrong), wrong, *beside]


def _hop(chosen: tuple[int, ...], scores: Tensor, support: Sequence[int]) -> Hop:
    """The best rows, and whatever support is wanted still and is not among them."""
    values = scores.numpy()
    rows = best_rows(values, _RANKED)
    rows += [row for row in support if row not in rows and row not in chosen]
    return Hop(chosen, tuple(rows), values[rows])


def _target(user: User, asked: Asked) -> Target | None:
    if not asked.support:
        return None
    held = [user.slots.row(row) for row in asked.support]
    return target(asked.turn, [tokenise(m.text, MEMORY_WORDS) for m in held if m is not None])
