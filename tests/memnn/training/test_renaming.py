"""Words under other names, the same ones all through a story."""

import random

from hypothesis import given
from hypothesis import strategies as st

from memnn.paper.dictionary import FIRST_WORD, FRESH_SYMBOLS, Dictionary
from memnn.paper.stories import Question
from memnn.training.renaming import Renaming

TOLD = Question(
    (("mary", "took", "the", "milk"), ("mary", "went", "to", "the", "office"), ("john", "left")),
    ("where", "is", "the", "milk"),
    ("office",),
    (0, 1),
)
QUESTION = Dictionary.of([TOLD]).encode(TOLD)
ALL = Renaming(kept=0.0, most=1.0)


@given(st.integers())
def test_a_word_has_one_name_in_a_story(seed: int) -> None:
    """Equal words stay equal, others stay others; supports stay what they are."""
    renamed = ALL.apply(QUESTION, random.Random(seed))  # noqa: S311 -- no secret
    pairs = {
        pair
        for old, new in zip(
            (*QUESTION.story, QUESTION.text, QUESTION.answer),
            (*renamed.story, renamed.text, renamed.answer),
            strict=True,
        )
        for pair in zip(old, new, strict=True)
    }
    assert len(pairs) == len({old for old, _ in pairs}) == len({new for _, new in pairs})
    assert all(new == old or new in FRESH_SYMBOLS for old, new in pairs)
    assert renamed.supports == QUESTION.supports


@given(st.integers())
def test_an_answer_nobody_told_keeps_its_name(seed: int) -> None:
    """Neither "yes" can be renamed, nor a word that stands in no support."""
    asked = Question(TOLD.story, ("is", "mary", "there"), ("john",), (0,))
    encoded = Dictionary.of([TOLD, asked]).encode(asked)
    renamed = ALL.apply(encoded, random.Random(seed))  # noqa: S311 -- no secret
    assert renamed.answer == encoded.answer
    assert renamed.answer[0] >= FIRST_WORD


def test_shares() -> None:
    """Some stories are kept as they are; of the rest no more than a share is renamed."""
    choice = random.Random(1)  # noqa: S311 -- no secret
    assert Renaming(1.0, 1.0).apply(QUESTION, choice) is QUESTION
    some = [Renaming(0.5, 0.3).apply(QUESTION, choice) for _ in range(400)]
    assert 150 < sum(one is QUESTION for one in some) < 250
    new = [sum(w in FRESH_SYMBOLS for t in one.story for w in t) for one in some]
    assert 0 < sum(new) / (400 * 11) < 0.15
