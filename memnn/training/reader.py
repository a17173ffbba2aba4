"""Training of the reader: O's second pass, hop by hop, and R, on the same questions at once.

Every question is asked once an epoch, in a random phrasing: its first hop, one later hop after some
of its gold supports (the null memory is right after all of them, and at once for a question that
nothing answers), and its answer from the gold supports, now and then with a stray one among them.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from memnn.output_map import best_rows, passage_extras
from memnn.reader import Form, Reader
from memnn.reading import Batch, Context, Passage
from memnn.response import passages
from memnn.scorer import Candidates, Role, Scorer
from memnn.text import tokenise
from memnn.training.corpora import Fact
from memnn.training.examples import MEMORY_WORDS, QUESTION_WORDS, Asked, User
from memnn.training.losses import likelihood
from memnn.training.noise import careless, slip
from memnn.training.targets import Span, Target, span_target, target
from memnn.training.trainer import Schedule, fit
from memnn.vocabulary import Vocabulary, Word

_RANKED = 16  # candidates kept a hop
_RIVALS = 10  # of them read in training
_STRAY = 0.25  # share of answers read with a support too many
_NEAT = 0.5  # share of questions read as the data have them
_SLIPS = 0.06  # share of words hit in the others
_QUESTIONS_A_STEP = 32
_LESSONS_A_STEP = 12
RATES = (1e-3,)
_TAG_WEIGHTS = (0.3, 1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class HopExample:
    """One hop: the supports chosen before it, and the first pass's best with their scores."""

    chosen: tuple[int, ...]
    rows: tuple[int, ...]
    scores: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One phrasing of a question with its hops and its target; the first hop comes first."""

    user: User
    asked: Asked
    hops: tuple[HopExample, ...]
    target: Target | None


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A question about one sentence, with its target: for R alone."""

    question: list[Word]
    sentence: list[Word]
    target: Target


@torch.no_grad()
def hop_examples(scorer: Scorer, users: Sequence[User]) -> list[list[Example]]:
    """Rank every hop's candidates by the first pass.

    Args:
        scorer: A first pass that was not trained on these users.
        users: Whose questions to prepare.

    Returns:
        The phrasings of each question.
    """
    questions: dict[tuple[int, int], list[Example]] = {}
    for user in users:
        memories = scorer.embed(user.memory_bags, Role.MEMORY)
        asking = scorer.embed(user.question_bags, Role.QUESTION)
        first = scorer.first_hop(asking, Candidates(memories, user.match, user.allowed))
        supporting = scorer.embed(user.memory_bags, Role.SUPPORT)
        for index, asked in enumerate(user.asked):
            hops = [_ranked((), first[index])]
            for chosen in _prefixes(asked.support):
                allowed = user.allowed[index].clone()
                allowed[list(chosen)] = False
                new = user.matches([user.memories[r] for r in chosen], without=asked.words)
                held = Candidates(memories, user.match[index][None], allowed[None])
                support = supporting[list(chosen)].mean(0, keepdim=True)
                scores = scorer.next_hop(
                    asking[index][None], support, held, torch.from_numpy(new)[None]
                )
                hops.append(_ranked(chosen, scores[0]))
            example = Example(user, asked, tuple(hops), _target(user, asked))
            questions.setdefault((id(user), asked.turn.index), []).append(example)
    return list(questions.values())


def lessons_of(facts: Sequence[Fact], vocabulary: Vocabulary) -> list[Lesson]:
    """Prepare facts; those whose answer is not found again word by word are left out."""
    prepared: list[Lesson] = []
    for fact in facts:
        tokens = tokenise(fact.sentence, MEMORY_WORDS)
        wanted = span_target(fact.answer, [tokens])
        if wanted is not None:
            question = vocabulary.words(tokenise(fact.question, QUESTION_WORDS))
            prepared.append(Lesson(question, vocabulary.words(tokens), wanted))
    return prepared


def train_reader(
    reader: Reader,
    vectors: Tensor,
    vocabulary: Vocabulary,
    questions: Sequence[Sequence[Example]],
    lessons: Sequence[Lesson],
    schedule: Schedule,
) -> None:
    """Train a reader in place; half the questions are typed carelessly, anew every epoch.

    Args:
        reader: What to train.
        vectors: Static vectors of the pieces, shape [pieces, d]; not trained here.
        vocabulary: Looks the words of what was typed up.
        questions: What `hop_examples` made.
        lessons: For R alone, a few a step; may be none.
        schedule: How long and how fast; see `RATES`.
    """

    def batches(choice: random.Random) -> Iterator[list[Example]]:
        order = choice.sample(range(len(questions)), len(questions))
        for at in range(0, len(order), _QUESTIONS_A_STEP):
            step = [choice.choice(questions[i]) for i in order[at : at + _QUESTIONS_A_STEP]]
            yield [_typed(example, vocabulary, choice) for example in step]

    def loss(step: list[Example], choice: random.Random) -> Tensor:
        beside = choice.sample(lessons, min(_LESSONS_A_STEP, len(lessons)))
        hops = _hop_loss(reader, vectors, step, choice)
        return hops + _answer_loss(reader, vectors, step, beside, choice)

    steps = -(-len(questions) // _QUESTIONS_A_STEP)
    fit(reader, [list(reader.parameters())], schedule, steps, batches, loss)


def _typed(example: Example, vocabulary: Vocabulary, choice: random.Random) -> Example:
    """The example as somebody in a hurry would have typed it, every other time."""
    if choice.random() < _NEAT:
        return example
    text = slip(careless(example.asked.text, choice), choice, _SLIPS)
    words = vocabulary.words(tokenise(text, QUESTION_WORDS))
    return replace(example, asked=replace(example.asked, words=words))


def _hop_loss(
    reader: Reader, vectors: Tensor, step: Sequence[Example], choice: random.Random
) -> Tensor:
    groups, golds = [], []
    for example in step:
        later = example.hops[1:]
        for hop in (example.hops[0], *([choice.choice(later)] if later else [])):
            group, gold = _hop_group(example, hop, choice)
            groups.append(group)
            golds.append(gold)
    batch = Batch.of(groups)
    relevance, null = reader.hop(batch, reader.read(batch, vectors))
    scores = torch.cat([null[:, None], relevance], 1)
    right = torch.zeros(scores.shape, dtype=torch.bool)
    for line, gold in zip(right, golds, strict=True):
        line[gold] = True
    return likelihood(scores, right).mean()


def _hop_group(
    example: Example, hop: HopExample, choice: random.Random
) -> tuple[list[Passage], list[int]]:
    """The passages of one hop, and which of [null, *passages] are right."""
    wanted = set(example.asked.support) - set(hop.chosen)
    ranked = list(range(len(hop.rows)))
    rivals = ranked[: _RIVALS // 2] + choice.sample(
        ranked[_RIVALS // 2 :], min(_RIVALS // 2, len(ranked[_RIVALS // 2 :]))
    )
    kept = sorted({*rivals, *(i for i in ranked if hop.rows[i] in wanted)})
    extras = passage_extras(hop.rows, hop.scores, example.asked.earlier, hop.chosen)
    memories = example.user.memories
    context = Context(example.asked.words, [memories[row] for row in hop.chosen])
    group = [Passage(memories[hop.rows[i]], context, hop.rows[i], extras[i]) for i in kept]
    right = [1 + at for at, i in enumerate(kept) if hop.rows[i] in wanted]
    return group, right or [0]


def _answer_loss(
    reader: Reader,
    vectors: Tensor,
    step: Sequence[Example],
    lessons: Sequence[Lesson],
    choice: random.Random,
) -> Tensor:
    answered = [(example, example.target) for example in step if example.target is not None]
    groups = [_answer_group(example, choice) for example, _ in answered]
    groups += [passages(lesson.question, [lesson.sentence], [0]) for lesson in lessons]
    targets = [*(target for _, target in answered), *(lesson.target for lesson in lessons)]
    if not groups:
        return torch.zeros(())
    batch = Batch.of(groups)
    response = reader.respond(batch, reader.read(batch, vectors))
    forms = torch.tensor([t.form for t in targets])
    loss = functional.cross_entropy(response.form, forms)
    begins = np.cumsum([0, *(len(group) for group in groups)]).tolist()
    for number, (wanted, begin) in enumerate(zip(targets, begins, strict=False)):
        passage = slice(begin, begins[number + 1])
        if wanted.form is Form.SPAN:
            part = _span_loss(response.start[passage], response.end[passage], wanted.spans)
        elif wanted.form is Form.LIST:
            part = _tag_loss(response.tags[passage], batch.passages[passage] > 0, wanted.spans)
        elif wanted.form is Form.COUNT:
            part = functional.smooth_l1_loss(
                response.count[number], torch.tensor(float(wanted.count))
            )
        else:
            continue
        loss = loss + part / len(groups)
    return loss


def _answer_group(example: Example, choice: random.Random) -> list[Passage]:
    rows = list(example.asked.support)
    first = example.hops[0].rows
    strays = [row for row in first[:3] if row not in rows]
    if strays and choice.random() < _STRAY:
        rows.append(strays[0])
    return passages(example.asked.words, [example.user.memories[r] for r in rows], rows)


def _span_loss(start: Tensor, end: Tensor, spans: Sequence[Span]) -> Tensor:
    """Of any of the spans, among all words of all passages together."""
    log_start = start.flatten().log_softmax(0).view_as(start)
    log_end = end.flatten().log_softmax(0).view_as(end)
    passage = torch.tensor([s.passage for s in spans])
    first = log_start[passage, torch.tensor([s.first for s in spans])]
    last = log_end[passage, torch.tensor([s.last for s in spans])]
    return -torch.logsumexp(first + last, 0)


def _tag_loss(tags: Tensor, mask: Tensor, spans: Sequence[Span]) -> Tensor:
    wanted = torch.zeros(mask.shape, dtype=torch.long)
    for span in spans:
        wanted[span.passage, span.first + 1 : span.last + 1] = 2
        wanted[span.passage, span.first] = 1
    return functional.cross_entropy(tags[mask], wanted[mask], weight=torch.tensor(_TAG_WEIGHTS))


def _prefixes(support: Sequence[int]) -> list[tuple[int, ...]]:
    """Sets of supports after which a further hop is trained: singles, pairs, all of them."""
    sizes = sorted({1, 2, len(support)} & set(range(1, len(support) + 1)))
    return [chosen for size in sizes for chosen in combinations(support, size)]


def _ranked(chosen: tuple[int, ...], scores: Tensor) -> HopExample:
    values = scores.numpy()
    rows = best_rows(values, _RANKED)
    return HopExample(chosen, tuple(rows), values[rows])


def _target(user: User, asked: Asked) -> Target | None:
    if not asked.support:
        return None
    held = [user.slots.row(row) for row in asked.support]
    return target(asked.turn, [tokenise(m.text, MEMORY_WORDS) for m in held if m is not None])
