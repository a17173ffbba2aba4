"""Training of the papers' networks: they learn, the same under a seed, also when cut off."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from memnn.mechanisms import FULL, ORIGINAL, Answering, Features, Match, Mechanisms
from memnn.paper.network import PaperNetwork
from memnn.paper.stories import Question
from memnn.training.courses import FULL_COURSE, WORLD_COURSE, Course, Part, Watch
from memnn.training.paper import train
from memnn.training.world import UNSEEN, World

WORLD = World(difficulty=5, objects=False, statements=8, questions=4)
TAUGHT, TESTS = WORLD.stories(60, 1), WORLD.stories(10, 2)
SMALL: dict[str, Any] = {"output_size": 12, "answer_size": 12}
SHORT = replace(WORLD_COURSE, output_epochs=2, response_epochs=2)
VARIETY = {
    "original": ORIGINAL,
    "full": FULL,
    "n-grams": replace(ORIGINAL, features=Features.NGRAMS),
    "multilinear": replace(ORIGINAL, features=Features.MULTILINEAR),
    "nonlinear": replace(ORIGINAL, nonlinear=True),
    "match": replace(ORIGINAL, match=Match.SCORE),
    "unseen words": replace(ORIGINAL, match=Match.FEATURES, contexts=True),
    "adaptive, several words": replace(
        ORIGINAL, adaptive=True, hops=10, answering=Answering.WORDS, words=3
    ),
    "first support": replace(ORIGINAL, answering=Answering.SUPPORT),
    "recurrent": replace(ORIGINAL, answering=Answering.RECURRENT, words=3),
}


def accuracy(network: PaperNetwork, questions: list[Question]) -> float:
    """Share of right answers."""
    answers = network.answer(questions)
    return sum(a.words == q.answer for a, q in zip(answers, questions, strict=True)) / len(answers)


@pytest.mark.parametrize("mechanisms", VARIETY.values(), ids=VARIETY)
def test_every_mechanism_trains_and_answers(mechanisms: Mechanisms) -> None:
    """The loss falls within an epoch, and answers rest on memories of the story."""
    losses: dict[Part, list[float]] = {part: [] for part in Part}
    watch = Watch(tick=lambda part, _done, _all, loss: losses[part].append(loss))
    network = train(replace(mechanisms, **SMALL), TAUGHT, TESTS, SHORT, watch)
    for seen in losses.values():
        assert not seen or sum(seen[-4:]) < sum(seen[:4])
    for answered, question in zip(network.answer(TESTS), TESTS, strict=True):
        assert all(0 <= row < len(question.story) for row in answered.supports)
        assert len(answered.supports) <= network.config.hops


def test_two_hops_and_time_solve_the_world() -> None:
    """The original network on a small world (section 5.2)."""
    course = replace(WORLD_COURSE, output_epochs=30, response_epochs=10)
    network = train(replace(ORIGINAL, negatives=5), WORLD.stories(100, 1), TESTS, course)
    assert accuracy(network, TESTS) > 0.9


def test_names_that_were_never_seen() -> None:
    """Trained under other names now and then, the full network answers about unseen ones."""
    course = replace(FULL_COURSE, output_epochs=12, response_epochs=12)
    network = train(replace(FULL, beam=1), TAUGHT, TESTS, course)
    tests = replace(WORLD, names=UNSEEN).stories(10, 3)
    assert accuracy(network, tests) > 0.9


def test_the_seed_decides_and_a_cut_changes_nothing(tmp_path: Path) -> None:
    """The same seed gives the same weights, cut off between or not; another seed others."""
    config = replace(FULL, **SMALL)

    def weights(course: Course) -> dict[str, torch.Tensor]:
        return train(config, TAUGHT[:40], TESTS[:8], course).state_dict()

    def cut(part: Part, done: int, _all: int, _loss: float) -> None:
        if part is Part.RESPONSE and done == 3:
            raise KeyboardInterrupt

    whole = weights(SHORT)
    resumable = replace(SHORT, work=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        train(config, TAUGHT[:40], TESTS[:8], resumable, Watch(tick=cut))
    resumed = weights(resumable)
    assert all(torch.equal(resumed[name], value) for name, value in whole.items())
    other = weights(replace(SHORT, seed=2))
    assert not all(torch.equal(other[name], value) for name, value in whole.items())


def test_validation_is_told(tmp_path: Path) -> None:
    """After every epoch of a part the accuracy on the held-out questions is known."""
    told: list[tuple[Part, float]] = []
    course = replace(SHORT, work=tmp_path)
    watch = Watch(held=lambda part, share: told.append((part, share)))
    train(replace(ORIGINAL, **SMALL), TAUGHT[:40], TESTS[:8], course, watch)
    assert [part for part, _ in told] == [Part.OUTPUT] * 2 + [Part.RESPONSE] * 2
    assert all(0 <= share <= 1 for _, share in told)


def test_nothing_to_learn_from_is_said() -> None:
    """Questions without supports or answers teach nothing."""
    bare = [replace(question, supports=()) for question in TAUGHT[:4]]
    with pytest.raises(ValueError, match="nothing to learn from"):
        train(ORIGINAL, bare, [], SHORT)
