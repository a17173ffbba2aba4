"""Training of the reader: O's hops and R's answers, on the same pages.

Every question is asked once an epoch. From its page O is asked several times: with nothing chosen;
with all supports, where the null memory is right; with some of them; and with a wrong choice among
them. Beside the conversations stand made-up stories, for what few people happened to ask, and
lessons on single sentences.
"""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from memnn.encoder import fastest_precision
from memnn.reader import LEAST_COUNT, LEAST_SHARE, Form, Reader, Reading, total
from memnn.reading import Batch
from memnn.training.losses import likelihood
from memnn.training.pages import Drawing, Example, Exercise, Lesson
from memnn.training.telling import tells_scenes
from memnn.training.trainer import Schedule, fit
from memnn.vocabulary import Vocabulary

RATES = (8e-5, 6e-4)  # of an encoder's layers that were pre-trained, of the rest
FRESH_RATES = (2e-3, 2e-3)  # where none was
WEIGHT_DECAY = 0.01
_STORIES, _LESSONS = 0.5, 0.2  # a question of people
_WEIGHTS = {  # of a story's question, by its category: more of what is hard; else 1
    "list": 4.0,
    "count": 4.0,
    "two_hop": 1.5,
    "three_hop": 1.5,
    "history": 1.5,
    "abstain": 0.6,
    "yesno": 0.5,
    "single": 0.4,
}
_GATHERED = frozenset({"list", "count"})  # people's with several supports, asked twice an epoch
_PAGES_A_STEP = 18
_SORTED = 12  # batches that are drawn at once and dealt out by length
_STRAY, _ASTRAY = 0.5, 0.35  # share of questions with a hop after a stray choice, a wrong one
_STRAY_FORM = 0.3  # share of forms told from the supports and a stray one
_ITEM_WEIGHT = 3.0  # of a word at an item's edge; most are at none
_TYPICAL_ITEMS = 3.0  # of a list
_NOTHING, _EACH = 0.3, 0.5  # weights of what a stranger, and a support, should add to a count

Choice = tuple[int, tuple[int, ...], tuple[int, ...]]  # page, chosen, right; -1 is the null memory


@dataclass(frozen=True, slots=True)
class Material:
    """What a reader is trained on.

    Attributes:
        questions: What `memnn.training.pages.examples` made of conversations.
        stories: And of made-up stories; may be none.
        lessons: For R; may be none.
    """

    questions: Sequence[Sequence[Example]]
    stories: Sequence[Sequence[Example]]
    lessons: Sequence[Lesson]


def train_reader(
    reader: Reader,
    vocabulary: Vocabulary,
    material: Material,
    schedule: Schedule,
    *,
    pretrained: bool,
) -> None:
    """Train a reader in place.

    Args:
        reader: What to train.
        vocabulary: Looks up the words of what was typed.
        material: What to train on.
        schedule: How long and how fast; see `RATES` and `FRESH_RATES`.
        pretrained: Whether the encoder was; then its embeddings of pieces and places stay as they
            are.
    """
    reader.encoder.precision = fastest_precision()
    stories, lessons = material.stories, material.lessons
    drawing = Drawing(vocabulary, material.questions, lessons, reader.config)
    people = [each for each in material.questions if not tells_scenes(each[0].user.name)]
    scenes = [each for each in material.questions if tells_scenes(each[0].user.name)]
    people += filter(_gathers, people[:])
    weights = [_WEIGHTS.get(story[0].asked.turn.category, 1.0) for story in stories]
    told = round(_STORIES * len(people)) if stories else 0
    taught = round(_LESSONS * len(people)) if lessons else 0
    steps = -(-(len(people) + len(scenes) + told + taught) // _PAGES_A_STEP)

    def batches(choice: random.Random) -> Iterator[list[Exercise]]:
        asked: list[Sequence[Example] | None] = [*people, *scenes, *[None] * taught]
        asked += choice.choices(stories, weights, k=told) if told else []
        choice.shuffle(asked)
        size = _PAGES_A_STEP * _SORTED
        for at in range(0, len(asked), size):
            drawn = [_exercise(drawing, each, choice) for each in asked[at : at + size]]
            yield from _dealt(drawn, choice)

    def loss(step: list[Exercise], choice: random.Random) -> Tensor:
        reading = reader.read(Batch.of([exercise.page for exercise in step], vocabulary))
        return (
            _hop_loss(reader, reading, _choices(step, choice))
            + _form_loss(reader, reading, step, choice)
            + _answer_loss(reader, reading, step)
        )

    fit(reader, _groups(reader, pretrained=pretrained), schedule, steps, batches, loss)
    reader.encoder.precision = torch.float32


def _gathers(phrasings: Sequence[Example]) -> bool:
    """Whether the answer is gathered from several supports."""
    asked = phrasings[0].asked
    return asked.turn.category in _GATHERED and len(asked.support) > 1


def _exercise(
    drawing: Drawing, phrasings: Sequence[Example] | None, choice: random.Random
) -> Exercise:
    return drawing.lesson(choice) if phrasings is None else drawing.exercise(phrasings, choice)


def _dealt(drawn: Sequence[Exercise], choice: random.Random) -> list[list[Exercise]]:
    """Steps of pages that are about as long."""
    ranked = sorted(drawn, key=_length)
    steps = [ranked[at : at + _PAGES_A_STEP] for at in range(0, len(ranked), _PAGES_A_STEP)]
    choice.shuffle(steps)
    return steps


def _length(exercise: Exercise) -> int:
    return sum(len(w.pieces) for c in exercise.page.candidates for w in c.words)


def _groups(
    reader: Reader, *, pretrained: bool
) -> tuple[list[torch.nn.Parameter], list[torch.nn.Parameter]]:
    """Parameters of what may be pre-trained, and the rest."""
    encoder = reader.encoder
    for learnt in (encoder.pieces, encoder.places):
        learnt.requires_grad_(requires_grad=not pretrained)
    known = [*encoder.layers.parameters(), *encoder.norm.parameters()]
    known += encoder.segments.parameters()
    numbers = {id(parameter) for parameter in known}
    rest = [p for p in reader.parameters() if p.requires_grad and id(p) not in numbers]
    return known, rest


def _choices(step: Sequence[Exercise], choice: random.Random) -> list[Choice]:
    """What O is asked, on each page: given what was chosen, which are right."""
    asked: list[Choice] = []
    for page, exercise in enumerate(step):
        if not exercise.hops:
            continue
        gold, first = exercise.gold, exercise.first
        others = [at for at in range(len(exercise.page.candidates)) if at not in gold]
        if not gold:  # nothing here answers: stop at once, and after a wrong choice
            asked.append((page, (), (-1,)))
            if others and choice.random() < _STRAY:
                asked.append((page, (choice.choice(others),), (-1,)))
            continue
        asked += [(page, (), first), (page, gold, (-1,))]
        if len(gold) > 1:
            some = tuple(choice.sample(gold, choice.randint(1, len(gold) - 1)))
            asked.append((page, some, tuple(at for at in gold if at not in some)))
        if others and choice.random() < _STRAY:
            asked.append((page, (*gold, choice.choice(others)), (-1,)))
        if others and choice.random() < _ASTRAY:
            asked.append((page, (choice.choice(others),), first))
    return asked


def _hop_loss(reader: Reader, reading: Reading, asked: Sequence[Choice]) -> Tensor:
    """Of O's choices, the mean over the hops."""
    if not asked:
        return torch.zeros(())
    pages = torch.tensor([page for page, _, _ in asked])
    chosen = _mask([places for _, places, _ in asked], reading.present.shape[1])
    right = _mask([[at + 1 for at in r] for _, _, r in asked], reading.present.shape[1] + 1)
    relevance, null = reader.hop(reading.take(pages), chosen)
    return likelihood(torch.cat([null[:, None], relevance], 1), right).mean()


def _form_loss(
    reader: Reader, reading: Reading, step: Sequence[Exercise], choice: random.Random
) -> Tensor:
    """Of the form of the answers, the mean over the pages that have one."""
    judged = [page for page, exercise in enumerate(step) if exercise.form is not None]
    if not judged:
        return torch.zeros(())
    held = [_held(step[page], choice) for page in judged]
    chosen = _mask(held, reading.present.shape[1])
    forms = reader.forms(reading.take(torch.tensor(judged)), chosen)
    wanted = torch.tensor([step[page].form or 0 for page in judged])
    return functional.cross_entropy(forms, wanted)


def _held(exercise: Exercise, choice: random.Random) -> tuple[int, ...]:
    """The supports that R gets: the gold ones, now and then with a stray one."""
    others = [at for at in range(len(exercise.page.candidates)) if at not in exercise.gold]
    strays = bool(others) and (not exercise.gold or choice.random() < _STRAY_FORM)
    return (*exercise.gold, choice.choice(others)) if strays else exercise.gold


def _answer_loss(reader: Reader, reading: Reading, step: Sequence[Exercise]) -> Tensor:
    """Of spans, items and counts, a page of the step."""
    loss = torch.zeros(())
    for page, exercise in enumerate(step):
        owner = reading.owner[page]
        if exercise.form is Form.SPAN:
            bounds = reading.start[page], reading.end[page]
            loss = loss + _span_loss(*bounds, _words(exercise))
        elif exercise.form is Form.LIST:
            loss = loss + _item_loss(reading.item[page], owner, exercise)
    counted = [page for page, exercise in enumerate(step) if exercise.form is Form.COUNT]
    if counted:
        loss = loss + _count_loss(reader, reading, step, counted)
    return loss / len(step)


def _words(exercise: Exercise) -> list[tuple[int, int]]:
    """First and last word of the spans, as words of the page."""
    lengths = (len(candidate.words) for candidate in exercise.page.candidates)
    starts = list(itertools.accumulate(lengths, initial=0))
    return [(starts[s.passage] + s.first, starts[s.passage] + s.last) for s in exercise.spans]


def _span_loss(starts: Tensor, ends: Tensor, spans: Sequence[tuple[int, int]]) -> Tensor:
    """Of any of the spans, among all words whose logits are given."""
    first, last = torch.tensor(spans).unbind(1)
    return -torch.logsumexp(starts.log_softmax(0)[first] + ends.log_softmax(0)[last], 0)


def _item_loss(logits: Tensor, owner: Tensor, exercise: Exercise) -> Tensor:
    """Of every word to begin an item, and to end one."""
    wanted = torch.zeros_like(logits)
    for first, last in _words(exercise):
        wanted[first, 0] = wanted[last, 1] = 1.0
    weight = (1.0 + (_ITEM_WEIGHT - 1.0) * wanted) * (owner >= 0)[:, None]
    losses = functional.binary_cross_entropy_with_logits(logits, wanted, weight, reduction="sum")
    return losses / _TYPICAL_ITEMS


def _count_loss(
    reader: Reader, reading: Reading, step: Sequence[Exercise], counted: Sequence[int]
) -> Tensor:
    """Of the totals, and of the shares where they are known.

    What is no support adds nothing; where supports are as many as what was counted, each adds one.
    """
    some = reading.take(torch.tensor(counted))
    shares = reader.shares(some)
    wanted = torch.tensor([step[page].count - LEAST_COUNT for page in counted])
    totals = functional.nll_loss(total(shares, some.present), wanted, reduction="sum")
    gold = _mask([step[page].gold for page in counted], some.present.shape[1])
    nothing = shares[..., -LEAST_SHARE] * (some.present & ~gold)
    even = torch.tensor([step[page].count == len(step[page].gold) for page in counted])
    one = shares[..., 1 - LEAST_SHARE] * (gold & even[:, None])
    return totals - _NOTHING * nothing.sum() - _EACH * one.sum()


def _mask(places: Sequence[Sequence[int]], width: int) -> Tensor:
    mask = np.zeros((len(places), width), dtype=np.bool_)
    for line, marked in zip(mask, places, strict=True):
        line[list(marked)] = True
    return torch.as_tensor(mask)
