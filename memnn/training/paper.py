"""Training of the papers' network on questions with labelled supports; O and R apart."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import torch

from memnn.mechanisms import Answering, Hashing, Mechanisms
from memnn.paper.dictionary import Dictionary
from memnn.paper.network import PaperNetwork, stretches
from memnn.paper.stories import Encoded, Question
from memnn.training.courses import NOBODY, Course, Part, Watch
from memnn.training.lessons import OutputLessons, ResponseLessons
from memnn.training.trainer import fit

_SORTED = 8  # batches whose questions are sorted by length of story, so that little is padded


def train(
    config: Mechanisms,
    questions: Sequence[Question],
    held: Sequence[Question],
    course: Course,
    watch: Watch = NOBODY,
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
    _fit(Part.OUTPUT, OutputLessons(network, course, taught), asked, watch)
    if config.hashing is not Hashing.NONE:
        network.file(question.story for question in taught)
    if config.answering is not Answering.SUPPORT:
        _fit(Part.RESPONSE, ResponseLessons(network, course, taught), asked, watch)
    return network


def _fit(
    part: Part, lessons: OutputLessons | ResponseLessons, held: Sequence[Encoded], watch: Watch
) -> None:
    """Train a part, watching how it does on questions that are held out."""

    def validate() -> float:
        found = [hit for some in stretches(held) for hit in lessons.right(some)]
        accuracy = sum(found) / len(found)
        watch.held(part, accuracy)
        return accuracy

    course, taught = lessons.course, lessons.taught
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
