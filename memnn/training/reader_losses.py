"""What the reader is told of its pages: the losses of O's hops and of R's answers.

From a page O is asked several times: with nothing chosen; with all supports, where the null memory
is right; with some of them; and with a wrong choice among them.
"""

import itertools
import random
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from memnn.reader import LEAST_COUNT, LEAST_SHARE, Form, Reader, Reading, total
from memnn.training.drawing import Exercise
from memnn.training.losses import likelihood

_STRAY, _ASTRAY = 0.5, 0.35  # share of questions with a hop after a stray choice, a wrong one
_STRAY_FORM = 0.3  # share of forms told from the supports and a stray one
_ITEM_WEIGHT = 3.0  # of a word at an item's edge; most are at none
_TYPICAL_ITEMS = 3.0  # of a list
_NOTHING, _EACH = 0.3, 0.5  # weights of what a stranger, and a support, should add to a count

Choice = tuple[int, tuple[int, ...], tuple[int, ...]]  # page, chosen, right; -1 is the null memory


def choices(step: Sequence[Exercise], choice: random.Random) -> list[Choice]:
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


def hop_loss(reader: Reader, reading: Reading, asked: Sequence[Choice]) -> Tensor:
    """Of O's choices, the mean over the hops."""
    if not asked:
        return torch.zeros(())
    pages = torch.tensor([page for page, _, _ in asked])
    chosen = _mask([places for _, places, _ in asked], reading.present.shape[1])
    right = _mask([[at + 1 for at in r] for _, _, r in asked], reading.present.shape[1] + 1)
    relevance, null = reader.hop(reading.take(pages), chosen)
    return likelihood(torch.cat([null[:, None], relevance], 1), right).mean()


def form_loss(
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


def answer_loss(reader: Reader, reading: Reading, step: Sequence[Exercise]) -> Tensor:
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
