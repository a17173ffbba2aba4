"""I's judgement of texts."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memnn.classifier import KINDS
from memnn.text import tokenise
from memnn.vocabulary import Word
from tests import tiny

MODEL = tiny.model(4)
VECTORS = MODEL.scorer.vectors.weight


def words(text: str) -> list[Word]:
    """The words of a text."""
    return MODEL.vocabulary.words(tokenise(text))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([*tiny.TEXTS, "", "?", "Ω \ud800"]), min_size=2, max_size=6))
def test_a_text_is_judged_by_itself(texts: list[str]) -> None:
    """What else is judged beside a text, and the padding it causes, change nothing."""
    together = MODEL.classifier([words(text) for text in texts], VECTORS)
    assert together.shape == (len(texts), KINDS)
    assert torch.isfinite(together).all()
    for text, row in zip(texts, together, strict=True):
        alone = MODEL.classifier([words(text)], VECTORS)[0]
        torch.testing.assert_close(row, alone, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("text", ["key Lyon", "Lyon key"])
def test_word_order_is_seen(text: str) -> None:
    """The votes are of n-grams, and the other reader is recurrent."""
    turned = " ".join(text.split()[::-1])
    one, other = MODEL.classifier([words(text), words(turned)], VECTORS)
    assert not torch.allclose(one, other, atol=1e-3)


def test_the_votes_alone_can_decide() -> None:
    """A vote on one n-gram counts, divided by the root of how many n-grams there are."""
    classifier = tiny.model(4).classifier
    classifier.judge.weight.zero_()
    classifier.judge.bias.zero_()
    classifier.votes.weight.fill_(1.0)
    (row,) = classifier([words("who is it")], VECTORS)
    assert row.tolist() == pytest.approx([12 / 12**0.5] * KINDS)  # 5 unigrams, 4 pairs, 3 triples
