"""Training of the reader: O's second pass, hop by hop, and R, on the same readings.

Every question is asked once an epoch, in a random phrasing: its first hop; the hop after all its
supports, in which the null memory is right and R answers; for several supports one hop between; and
now and then one after a wrong choice. Beside them R answers further questions from their supports.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from memnn.output_map import passage_extras
from memnn.reader import Form, Reader, Response
from memnn.reading import Batch, Passage, Read, group
from memnn.text import tokenise
from memnn.training.examples import QUESTION_WORDS
from memnn.training.hops import Example, Hop, Lesson
from memnn.training.losses import likelihood
from memnn.training.noise import careless, slip
from memnn.training.targets import Span, Target
from memnn.training.trainer import Schedule, fit
from memnn.vocabulary import Vocabulary

RATES = (1e-3,)
_FIRST_RIVALS, _LATER_RIVALS = 8, 4  # candidates read in a hop
_STRAY = 0.5  # share of answers read with a support too many
_ASTRAY = 0.35  # share of questions with a hop after a wrong choice
_NEAT = 0.5  # share of questions read as the data have them
_SLIPS = 0.06  # share of words hit in the others
_QUESTIONS_A_STEP = 32
_ANSWERS_A_STEP, _LESSONS_A_STEP = 64, 32  # for R alone: cheap, and R needs many
_TAG_WEIGHTS = (0.3, 1.0)  # most words are in no item


@dataclass(frozen=True, slots=True)
class _Task:
    """A group to read.

    Attributes:
        passages: The group; supports first.
        right: Which of [null, *passages] O should choose; empty for a lesson.
        enough: Candidates of a first hop, and whether each would be support enough.
        target: What R should say; None where it is not asked.
    """

    passages: list[Passage]
    right: tuple[int, ...]
    enough: tuple[tuple[int, bool], ...] = ()
    target: Target | None = None


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
        vocabulary: Looks up the words of what was typed.
        questions: What `memnn.training.hops.examples` made.
        lessons: For R alone, a few a step; may be none.
        schedule: How long and how fast; see `RATES`.
    """
    answerable = [q for q in questions if q[0].complete and q[0].target is not None]

    def batches(choice: random.Random) -> Iterator[list[_Task]]:
        order = choice.sample(range(len(questions)), len(questions))
        for at in range(0, len(order), _QUESTIONS_A_STEP):
            step = [choice.choice(questions[i]) for i in order[at : at + _QUESTIONS_A_STEP]]
            answered = [choice.choice(answerable[i]) for i in _some(answerable, choice)]
            beside = choice.sample(lessons, min(_LESSONS_A_STEP, len(lessons)))
            tasks = [t for e in step for t in _tasks(_typed(e, vocabulary, choice), choice)]
            tasks += [_answer(_typed(e, vocabulary, choice), choice) for e in answered]
            yield [*tasks, *map(_lesson, beside)]

    def loss(tasks: list[_Task], _: random.Random) -> Tensor:
        batch = Batch.of([task.passages for task in tasks])
        reading = reader.read(batch, vectors)
        relevance, null = reader.hop(batch, reading)
        chosen = _choice_loss(torch.cat([null[:, None], relevance], 1), tasks)
        enough = _enough_loss(reader.suffices(reading), batch, tasks)
        return chosen + enough + _answer_loss(reader.respond(batch, reading), batch, tasks)

    steps = -(-len(questions) // _QUESTIONS_A_STEP)
    fit(reader, [list(reader.parameters())], schedule, steps, batches, loss)


def _typed(example: Example, vocabulary: Vocabulary, choice: random.Random) -> Example:
    """The example as somebody in a hurry would have typed it, every other time."""
    if choice.random() < _NEAT:
        return example
    text = slip(careless(example.asked.text, choice), choice, _SLIPS)
    words = vocabulary.words(tokenise(text, QUESTION_WORDS))
    return replace(example, asked=replace(example.asked, words=words))


def _tasks(example: Example, choice: random.Random) -> Iterator[_Task]:
    first = _task(example, example.first, _FIRST_RIVALS, choice)
    yield replace(first, enough=_enough(example, first))
    if example.complete:
        task = _task(example, _complete(example, choice), _LATER_RIVALS, choice)
        yield replace(task, target=example.target)
    if example.partial:
        yield _task(example, choice.choice(example.partial), _LATER_RIVALS, choice)
    if example.astray and choice.random() < _ASTRAY:
        yield _task(example, choice.choice(example.astray), _LATER_RIVALS, choice)


def _some(items: Sequence[object], choice: random.Random) -> list[int]:
    return choice.sample(range(len(items)), min(_ANSWERS_A_STEP, len(items)))


def _complete(example: Example, choice: random.Random) -> Hop:
    """All supports were chosen, every other time with a stray one."""
    strayed = len(example.complete) > 1 and choice.random() < _STRAY
    return example.complete[1 if strayed else 0]


def _answer(example: Example, choice: random.Random) -> _Task:
    """All supports without a candidate: for R alone."""
    chosen = _complete(example, choice).chosen
    supports = [Read(example.user.memories[row], row) for row in chosen]
    return _Task(group(example.asked.words, supports), (), target=example.target)


def _task(example: Example, hop: Hop, rivals: int, choice: random.Random) -> _Task:
    """One hop: the best half of the rivals, others by chance, and every support still wanted."""
    wanted = set(example.asked.support) - set(hop.chosen)
    ranked = range(len(hop.rows))
    best, rest = ranked[: rivals // 2], ranked[rivals // 2 :]
    drawn = choice.sample(rest, min(rivals - len(best), len(rest)))
    kept = sorted({*best, *drawn, *(i for i in ranked if hop.rows[i] in wanted)})
    memories = example.user.memories
    extras = passage_extras(hop.rows, hop.scores, example.asked.earlier, hop.chosen)
    passages = group(
        example.asked.words,
        [Read(memories[row], row) for row in hop.chosen],
        [(Read(memories[hop.rows[i]], hop.rows[i]), extras[i]) for i in kept],
    )
    first = 1 + len(hop.chosen)
    right = tuple(first + at for at, i in enumerate(kept) if hop.rows[i] in wanted)
    return _Task(passages, right or (0,))


def _enough(example: Example, first: _Task) -> tuple[tuple[int, bool], ...]:
    """Of the first hop's candidates: the supports, and the best of those that are none."""
    support = example.asked.support
    if not support:
        return ()
    orders = [passage.memory.order for passage in first.passages]
    wrong = [(at, False) for at, order in enumerate(orders) if order not in support]
    right = [(at, len(support) == 1) for at, order in enumerate(orders) if order in support]
    return (*right, *wrong[:1])


def _lesson(lesson: Lesson) -> _Task:
    passages = group(lesson.question, [Read(lesson.sentence, 0)])
    return _Task(passages, (), target=lesson.target)


def _choice_loss(scores: Tensor, tasks: Sequence[_Task]) -> Tensor:
    """Of O's choices, the mean over the hops; scores of [null, *passages] a group."""
    hops = [number for number, task in enumerate(tasks) if task.right]
    right = torch.zeros(scores.shape, dtype=torch.bool)
    for number in hops:
        right[number, list(tasks[number].right)] = True
    return likelihood(scores[hops], right[hops]).mean()


def _enough_loss(logits: Tensor, batch: Batch, tasks: Sequence[_Task]) -> Tensor:
    """Of whether a first support suffices, the mean over the candidates that are judged."""
    judged = [
        (int(batch.members[number, at]), float(enough))
        for number, task in enumerate(tasks)
        for at, enough in task.enough
    ]
    if not judged:
        return torch.zeros(())
    passages, wanted = zip(*judged, strict=True)
    return functional.binary_cross_entropy_with_logits(logits[list(passages)], torch.tensor(wanted))


def _answer_loss(response: Response, batch: Batch, tasks: Sequence[_Task]) -> Tensor:
    """Of R's answers, the mean over the groups that have a target."""
    asked = [(number, task.target) for number, task in enumerate(tasks) if task.target is not None]
    if not asked:
        return torch.zeros(())
    forms = torch.tensor([target.form for _, target in asked])
    loss = functional.cross_entropy(response.form[[number for number, _ in asked]], forms)
    for number, target in asked:
        passages = batch.members[number]
        settled = passages[(passages >= 0) & batch.settled[passages]]
        if target.form is Form.SPAN:
            part = _span_loss(response.start[settled], response.end[settled], target.spans)
        elif target.form is Form.LIST:
            part = _tag_loss(response.tags[settled], batch.passages[settled] > 0, target.spans)
        elif target.form is Form.COUNT:
            wanted = torch.tensor(float(target.count))
            part = functional.smooth_l1_loss(response.count[number], wanted)
        else:
            continue
        loss = loss + part / len(asked)
    return loss


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
        wanted[span.passage, span.first : span.last + 1] = 1
    return functional.cross_entropy(tags[mask], wanted[mask], weight=torch.tensor(_TAG_WEIGHTS))
