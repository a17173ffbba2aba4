"""Training of the papers' network on questions with labelled supports (sections 3.1 to 3.6).

O and R are trained apart, R on the gold supports. A question is a row for O at each of its hops:
after no support, after one, and so on; after all of them STOP is right, and after a wrong one FAIL.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from memnn.paper.config import Answering, PaperConfig, Ranking
from memnn.paper.dictionary import BEGIN, END, PAD, Dictionary
from memnn.paper.hops import Chosen, Hops, pad
from memnn.paper.network import PaperNetwork, stretches
from memnn.paper.stories import Encoded, Question
from memnn.paper.supports import Supports
from memnn.paper.write_time import FAIL, NEVER, NULLS, STOP, Scores
from memnn.training.losses import margin_ranking
from memnn.training.renaming import Renaming
from memnn.training.trainer import Schedule, fit

_NO_RENAMING = Renaming(1.0, 0.0)
_SORTED = 8  # batches whose questions are sorted by length of story, so that little is padded
_HARD = 0.7  # of the wrong supports: how many share a word with the question
_COMMON = 0.5  # a word in more than this share of the memories tells nothing
_TINY = 1e-9
_WARM_UP = 0.03  # share of the steps
_CLIP = 1.0  # a gradient of more than this loses R in its first epochs


class Part(StrEnum):
    """What is trained by itself."""

    OUTPUT = "O"
    RESPONSE = "R"


@dataclass(frozen=True, slots=True)
class Course:
    """How long and how a network is trained.

    Attributes:
        output_epochs: Epochs of O.
        response_epochs: Epochs of R.
        output_rate: Learning rate of O.
        response_rate: Learning rate of R.
        output_decay: Weight decay of O.
        response_decay: Weight decay of R.
        output_renaming: How much is renamed for O.
        response_renaming: How much is renamed for R.
        batch: Questions a step.
        seed: Of everything drawn by chance.
        work: Folder for checkpoints; None keeps none.
    """

    output_epochs: int = 30
    response_epochs: int = 60
    output_rate: float = 3e-3
    response_rate: float = 3e-3
    output_decay: float = 1e-3
    response_decay: float = 1e-2
    output_renaming: Renaming = _NO_RENAMING
    response_renaming: Renaming = _NO_RENAMING
    batch: int = 32
    seed: int = 1
    work: Path | None = None

    def schedule(self, part: Part) -> Schedule:
        """The schedule of a part."""
        output = part is Part.OUTPUT
        return Schedule(
            epochs=self.output_epochs if output else self.response_epochs,
            rates=(self.output_rate if output else self.response_rate,),
            seed=self.seed,
            weight_decay=self.output_decay if output else self.response_decay,
            warm_up=_WARM_UP,
            clip=_CLIP,
            checkpoint=self.work / f"{part}.safetensors" if self.work else None,
        )


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told how a training goes.

    Attributes:
        tick: After every step: the part, steps done, steps in all, the loss.
        held: After every epoch: the part, and its accuracy on the validation questions, a share.
    """

    tick: Callable[[Part, int, int, float], None] = lambda _part, _done, _all, _loss: None
    held: Callable[[Part, float], None] = lambda _part, _accuracy: None


ORIGINAL_COURSE = Course(output_epochs=40, response_epochs=40)
FULL_COURSE = Course(output_renaming=Renaming(0.5, 0.3), response_renaming=Renaming(0.2, 0.9))
JOINT_COURSE = replace(FULL_COURSE, output_epochs=10, response_epochs=15)


def train(
    config: PaperConfig,
    questions: Sequence[Question],
    held: Sequence[Question],
    course: Course,
    watch: Watch = Watch(),
) -> PaperNetwork:
    """Train a network on some questions; goes on from the checkpoints where there are any.

    Args:
        config: The network's mechanisms.
        questions: With answers and supports.
        held: Others, that tell when enough is learnt; may be none.
        course: How.
        watch: Who is told.

    Raises:
        ValueError: There is nothing to learn from.
        DataError: The checkpoints are another run's.
    """
    dictionary = Dictionary.of(questions)
    taught, asked = (
        [dictionary.encode(q) for q in some if q.supports and q.answer]
        for some in (questions, held)
    )
    if not taught:
        raise ValueError("no question has supports and an answer: nothing to learn from")
    torch.manual_seed(course.seed)
    network = PaperNetwork(config, dictionary)
    _fit(network, Part.OUTPUT, (taught, asked), course, watch)
    if config.answering is not Answering.SUPPORT:
        _fit(network, Part.RESPONSE, (taught, asked), course, watch)
    return network


def _fit(
    network: PaperNetwork,
    part: Part,
    questions: tuple[Sequence[Encoded], Sequence[Encoded]],
    course: Course,
    watch: Watch,
) -> None:
    """Train a part on the first of the questions, watching how it does on the others."""
    taught, held = questions
    right = {Part.OUTPUT: _supported, Part.RESPONSE: _answered}[part]

    def validate() -> float:
        found = [hit for some in stretches(held) for hit in right(network, some)]
        accuracy = sum(found) / max(1, len(found))
        watch.held(part, accuracy)
        return accuracy

    lessons = {Part.OUTPUT: _Output, Part.RESPONSE: _Response}[part](network, course, taught)
    schedule = replace(
        course.schedule(part),
        tick=partial(watch.tick, part),
        validate=validate if held else None,
    )
    fit(
        lessons.module,
        [list(lessons.module.parameters())],
        schedule,
        -(-len(taught) // course.batch),
        lambda choice: list(_batches(taught, course.batch, choice)),
        lessons.loss,
    )


def _supported(network: PaperNetwork, questions: Sequence[Encoded]) -> list[bool]:
    """Whether O finds the gold supports of some questions."""
    found = network.supports(questions)
    return [
        rows == supports_of(q, network.config) for rows, q in zip(found, questions, strict=True)
    ]


def _answered(network: PaperNetwork, questions: Sequence[Encoded]) -> list[bool]:
    """Whether R answers some questions from their gold supports."""
    said = network.say(questions, [supports_of(q, network.config) for q in questions])
    return [words == q.answer for words, q in zip(said, questions, strict=True)]


class _Output:
    """O's loss of a batch."""

    def __init__(self, network: PaperNetwork, course: Course, taught: Sequence[Encoded]) -> None:
        self.network, self.course = network, course
        self.module = network.output
        self.common = _common(taught)

    def loss(self, batch: Sequence[Encoded], choice: random.Random) -> Tensor:
        batch = [self.course.output_renaming.apply(question, choice) for question in batch]
        rows = [
            (i, *row)
            for i, question in enumerate(batch)
            for row in _rows(question, self.network.config, self.common, choice)
        ]
        of, chosen, right = zip(*rows, strict=True)
        scores: Scores = self.module(Hops.of(batch, of, chosen))
        return output_loss(scores, torch.tensor(right), self.network.config)


class _Response:
    """R's loss of a batch."""

    def __init__(self, network: PaperNetwork, course: Course, _taught: Sequence[Encoded]) -> None:
        self.network, self.course = network, course
        self.module = network.response

    def loss(self, batch: Sequence[Encoded], choice: random.Random) -> Tensor:
        config = self.network.config
        batch = [self.course.response_renaming.apply(question, choice) for question in batch]
        answers = pad([_said(question, config) for question in batch])
        chosen = [supports_of(question, config) for question in batch]
        said = torch.cat([torch.full_like(answers[:, :1], BEGIN), answers[:, :-1]], 1)
        words = self.module(Supports.of(batch, chosen, config.hops), said)
        return response_loss(words, answers, config)


def output_loss(scores: Scores, right: Tensor, config: PaperConfig) -> Tensor:
    """O's loss, a scalar.

    Args:
        scores: Of every row.
        right: The right candidate of each, shape [R].
        config: Says which loss.
    """
    if config.ranking is Ranking.LIKELIHOOD:
        return torch.logsumexp(-scores.against_all(right), 1).mean()
    wrong = scores.allowed.scatter(1, right[:, None], 0.0)
    rivals = torch.multinomial(wrong + 1e-12, config.negatives, replacement=True)
    return torch.stack([_duel(scores, right, rival, config.margin) for rival in rivals.T]).mean()


def response_loss(words: Tensor, answers: Tensor, config: PaperConfig) -> Tensor:
    """R's loss, a scalar.

    Args:
        words: Scores, or probabilities of a recurrent R, of every next word, shape [R, A, V].
        answers: The right words, shape [R, A], padded.
        config: Says how R answers.
    """
    right = answers[..., None]
    if config.answering is Answering.RECURRENT:
        log_p = (words.gather(2, right).squeeze(2) + _TINY).log()
        return -(log_p * (answers != PAD)).sum(1).mean()
    told = answers != PAD
    scores = words[told]
    gold = torch.zeros_like(scores, dtype=torch.bool).scatter(1, right[told], value=True)
    allowed = scores > NEVER / 2
    return margin_ranking(scores, gold, allowed, config.margin).mean()


def supports_of(question: Encoded, config: PaperConfig) -> Chosen:
    """The gold supports as the hops should choose them.

    With a fixed number of hops the last support is chosen again where there are fewer.
    """
    rows = question.supports[: config.hops]
    again = 0 if config.adaptive else config.hops - len(rows)
    return (*rows, *rows[-1:] * again)


def _duel(scores: Scores, right: Tensor, rival: Tensor, margin: float) -> Tensor:
    """The mean of max(0, margin - s_Ot(x, m_o, f)) + max(0, margin + s_Ot(x, f, m_o))."""
    won = scores.against_all(right).gather(1, rival[:, None])
    lost = scores.against_all(rival).gather(1, right[:, None])
    return (torch.relu(margin - won) + torch.relu(margin + lost)).mean()


def _rows(
    question: Encoded, config: PaperConfig, common: set[int], choice: random.Random
) -> Iterator[tuple[Chosen, int]]:
    """Supports chosen before a hop, and the candidate that is right."""
    supports = supports_of(question, config)
    for hop, row in enumerate(supports):
        yield supports[:hop], row + NULLS
    if config.adaptive:
        yield supports, STOP
        if (stray := _astray(question, supports, common, choice)) is not None:
            yield stray, FAIL


def _astray(
    question: Encoded, supports: Chosen, common: set[int], choice: random.Random
) -> Chosen | None:
    """Some supports of which the last is wrong; None where there is no other memory."""
    if len(supports) < 2:  # noqa: PLR2004 -- the last hop's mistakes cannot be told from luck
        return None
    hop = choice.randrange(len(supports) - 1)
    right = question.story[supports[hop]]
    wrong = [row for row, told in enumerate(question.story) if told != right]
    if not wrong:
        return None
    known = {*question.text, *(w for row in supports[:hop] for w in question.story[row])} - common
    choice.shuffle(wrong)
    likely = max(wrong, key=lambda row: len(known.intersection(question.story[row])))
    return (*supports[:hop], likely if choice.random() < _HARD else wrong[0])


def _said(question: Encoded, config: PaperConfig) -> tuple[int, ...]:
    """An answer as R should say it: with its end, unless it is one word always."""
    words = question.answer[: config.words]
    return words if config.answering is Answering.WORD else (*words, END)


def _common(taught: Sequence[Encoded]) -> set[int]:
    told = [memory for question in taught for memory in question.story]
    counts = Counter(word for memory in told for word in set(memory))
    return {word for word, count in counts.items() if count > _COMMON * len(told)}


def _batches(
    taught: Sequence[Encoded], size: int, choice: random.Random
) -> Iterator[list[Encoded]]:
    order = choice.sample(list(taught), len(taught))
    found = []
    for start in range(0, len(order), size * _SORTED):
        some = sorted(order[start : start + size * _SORTED], key=lambda q: len(q.story))
        found += [some[at : at + size] for at in range(0, len(some), size)]
    choice.shuffle(found)
    yield from found
