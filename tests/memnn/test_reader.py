"""The reader: what it says of a page depends on nothing but the page."""

import timeit
from collections.abc import Sequence
from dataclasses import fields
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from memnn.encoder import fastest_precision, served_attention, trained_attention
from memnn.reader import COUNTS, LEAST_COUNT, LEAST_SHARE, SHARES, Form, Reading, total
from memnn.reading import MARKS, MATCHES, Batch, Candidate, Page, cut, fitting, pad
from memnn.text import tokenise
from memnn.vocabulary import LOOKS, Word
from tests import tiny

MODEL = tiny.model(2)
QUESTIONS = ("Where is the spare key?", "When did I move to Lyon?", "", "?")
MEMORIES = (
    "The spare key is under the pot.",
    "I moved to Lyon in March.",
    "Lyon",
    "",
    "We bought apples, pears and plums.",
)
FAR = -1e3  # below it, a logit is a mask


def words(text: str) -> list[Word]:
    """The words of a text."""
    return MODEL.vocabulary.words(tokenise(text))


def page(question: str, memories: Sequence[str]) -> Page:
    """A question with memories that differ in their marks too."""
    marks = np.linspace(-1, 1, MARKS, dtype=np.float32)
    told = [Candidate(words(text), marks * (at + 1)) for at, text in enumerate(memories)]
    return Page(words(question), told)


def read(*pages: Page) -> Reading:
    """Pages as read together."""
    return MODEL.reader.read(Batch.of(pages, MODEL.vocabulary))


def chosen(reading: Reading, *places: int) -> Tensor:
    """The same candidates of every page as supports."""
    mask = torch.zeros_like(reading.present)
    mask[:, list(places)] = True
    return mask


@torch.inference_mode()
def said(*pages: Page, supports: Sequence[int] = ()) -> list[dict[str, np.ndarray]]:
    """Everything the reader says, a page at a time, padding cut off."""
    reading = read(*pages)
    mask = chosen(reading, *supports)
    relevance, null = MODEL.reader.hop(reading, mask)
    forms, shares = MODEL.reader.forms(reading, mask), MODEL.reader.shares(reading)
    counts = total(shares, reading.present)
    found = []
    for at, laid in enumerate(pages):
        told = len(laid.candidates)
        shown = reading.owner[at] >= 0
        found.append(
            {
                "relevance": relevance[at, :told].numpy(),
                "null": null[at].numpy(),
                "forms": forms[at].numpy(),
                "shares": shares[at, :told].numpy(),
                "counts": counts[at].numpy(),
                "start": reading.start[at][shown].numpy(),
                "end": reading.end[at][shown].numpy(),
                "item": reading.item[at][shown].numpy(),
            }
        )
    return found


PAGES = st.lists(
    st.builds(
        page,
        st.sampled_from(QUESTIONS),
        st.lists(st.sampled_from(MEMORIES), min_size=1, max_size=4),
    ),
    min_size=2,
    max_size=4,
)


@settings(max_examples=25, deadline=None)
@given(PAGES)
def test_a_page_is_read_by_itself(pages: list[Page]) -> None:
    """Other pages in the batch, and the padding they cause, change nothing: up to 1e-5."""
    for laid, found in zip(pages, said(*pages, supports=[0]), strict=True):
        (alone,) = said(laid, supports=[0])
        for name, value in alone.items():
            np.testing.assert_allclose(found[name], value, rtol=1e-4, atol=1e-5, err_msg=name)


@settings(max_examples=20, deadline=None)
@given(PAGES)
def test_everything_said_is_a_number(pages: list[Page]) -> None:
    """No text and no empty memory leads to NaN or infinity."""
    for found in said(*pages):
        assert all(np.isfinite(value).all() for value in found.values())


def test_what_else_stands_on_the_page_matters() -> None:
    """A memory is read in the light of the others, before it and after it."""
    alone, *others = (
        said(page(QUESTIONS[0], texts))[0]["start"]
        for texts in ([MEMORIES[0]], [MEMORIES[0], MEMORIES[1]], [MEMORIES[0], MEMORIES[4]])
    )
    for other in others:
        assert not np.allclose(alone, other[: len(alone)], atol=1e-4)


def test_marks_matter() -> None:
    """The same memory with other marks, as of its write time, is judged differently."""
    one = page(QUESTIONS[0], MEMORIES[:2])
    other = Page(one.question, [Candidate(c.words, -c.marks) for c in one.candidates])
    assert not np.allclose(said(one)[0]["relevance"], said(other)[0]["relevance"], atol=1e-4)


def test_a_support_cannot_be_chosen_again() -> None:
    """What was chosen never wins a later hop, however well it fits; all else may."""
    found = said(page(QUESTIONS[0], MEMORIES), supports=[1, 3])[0]["relevance"]
    assert (found[[1, 3]] < FAR).all()
    assert (found[[0, 2, 4]] > FAR).all()


def test_the_supports_change_what_comes_next() -> None:
    """Relevance, the null memory and the form depend on what was chosen."""
    one, other = (said(page(QUESTIONS[0], MEMORIES), supports=[at])[0] for at in (0, 1))
    for name in ("null", "forms"):
        assert not np.allclose(one[name], other[name], atol=1e-5)
    assert not np.allclose(one["relevance"][2:], other["relevance"][2:], atol=1e-5)


def test_no_word_of_padding_can_win() -> None:
    """Logits of padding are far below any other."""
    reading = read(page(QUESTIONS[0], MEMORIES), page(QUESTIONS[1], MEMORIES[1:2]))
    relevance, _ = MODEL.reader.hop(reading, chosen(reading))
    assert (relevance[1, 1:] < FAR).all()
    for logits in (reading.start, reading.end, reading.item):
        assert (logits[reading.owner < 0] < FAR).all()
        assert (logits[reading.owner >= 0] > FAR).all()


def test_pages_can_be_taken_again() -> None:
    """A reading's pages can be dealt out to several hops."""
    reading = read(page(QUESTIONS[0], MEMORIES), page(QUESTIONS[1], MEMORIES))
    again = reading.take(torch.tensor([1, 1, 0]))
    for field in fields(Reading):
        found, held = getattr(again, field.name), getattr(reading, field.name)
        assert torch.equal(found[0], held[1])
        assert torch.equal(found[2], held[0])


def test_matches_by_hand() -> None:
    """A word matches by form, by stem, by rarity, with its left neighbour, and but for a slip."""
    told = words("the train left; the sapre key")
    laid = Page(
        words("Did the trains leave the spare lot?"),
        [Candidate(told, np.ones(MARKS, dtype=np.float32))],
    )
    batch = Batch.of([laid], MODEL.vocabulary)
    found = batch.looks[0, batch.first[0], LOOKS:].numpy()
    rare = [word.rarity / 10 for word in told]
    expected: list[list[float]] = [
        [1, 1, 0, 0, 0],
        [0, 1, rare[1], 1, 1],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0],
        [0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0],
    ]
    assert found.shape == (7, MATCHES)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_page_is_one_line_of_pieces() -> None:
    """Begin, the question, end; then an end before each memory, where its marks stand."""
    laid = page("key", ["Lyon", "the pot"])
    batch = Batch.of([laid], MODEL.vocabulary)
    begin, end = MODEL.vocabulary.begin, MODEL.vocabulary.end
    key, lyon, the, pot = ([*w.pieces] for text in ("key", "Lyon", "the pot") for w in words(text))
    assert batch.pieces[0].tolist() == [begin, *key, end, end, *lyon, end, *the, *pot]
    assert batch.heads[0].tolist() == [2 + len(key), 3 + len(key) + len(lyon)]
    assert batch.owner[0].tolist() == [0, 1, 1]
    assert batch.segments[0].sum() == len(batch.pieces[0]) - 2 - len(key)
    assert batch.marks.abs().sum(-1)[0].nonzero().flatten().tolist() == batch.heads[0].tolist()


def test_what_fits_on_a_page() -> None:
    """The most wanted first; what is too long is passed over, and the page is never too long."""
    question, texts = words("key"), [words(text) for text in (MEMORIES[4], "Lyon", MEMORIES[0])]
    sizes = [1 + sum(len(w.pieces) for w in text) for text in texts]
    rest = 2 + len(question[0].pieces)
    assert fitting(question, texts, rest + sum(sizes)) == [0, 1, 2]
    assert fitting(question, texts, rest + sizes[0] + sizes[1]) == [0, 1]
    assert fitting(question, texts, rest + sizes[1]) == [1]
    assert fitting(question, texts, 0) == []


def test_a_text_is_cut_at_whole_words() -> None:
    """No more pieces than asked for, and no half a word."""
    text = words(MEMORIES[4])
    for room in range(12):
        kept = cut(text, room)
        assert kept == text[: len(kept)]
        assert sum(len(w.pieces) for w in kept) <= room


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=4))
def test_counts_add_up(counts: list[int]) -> None:
    """Where every candidate is sure of its share, so is the total."""
    shares = torch.full((1, len(counts), SHARES), -50.0)
    for at, count in enumerate(counts):
        shares[0, at, count - LEAST_SHARE] = 0.0
    found = total(shares.log_softmax(-1), torch.ones(1, len(counts), dtype=torch.bool))
    assert found.shape == (1, COUNTS)
    assert int(found.argmax()) + LEAST_COUNT == sum(counts)


def test_one_fewer() -> None:
    """A share may take something away; the total is a distribution; the absent count nothing."""
    shares = torch.full((1, 3, SHARES), -50.0)
    for at, share in enumerate((2, -1, 5)):
        shares[0, at, share - LEAST_SHARE] = 0.0
    found = total(shares, torch.tensor([[True, True, False]]))
    assert int(found.argmax()) + LEAST_COUNT == 1
    mixed = torch.randn(2, 3, SHARES).log_softmax(-1)
    mass = total(mixed, torch.tensor([[True, False, False], [False, False, False]])).exp().sum(-1)
    np.testing.assert_allclose(mass, 1.0, atol=1e-4)


def test_forms() -> None:
    """There is a form for each kind of answer, and one for none."""
    assert said(page(QUESTIONS[0], MEMORIES))[0]["forms"].shape == (len(Form),)


def test_padding_of_rows() -> None:
    """Rows become as wide as the longest, at least one wide."""
    assert pad([[1, 2], [], [3]]).tolist() == [[1, 2], [0, 0], [3, 0]]
    assert pad([[]], filler=-1).tolist() == [[-1]]
    assert pad([]).shape == (0, 1)


def test_half_precision_is_close() -> None:
    """Layers that compute in half precision say nearly the same."""
    encoder = tiny.model(2).reader.encoder
    batch = Batch.of([page(QUESTIONS[0], MEMORIES)], MODEL.vocabulary)
    single = encoder(batch)
    encoder.precision = torch.bfloat16
    torch.testing.assert_close(encoder(batch), single, atol=0.1, rtol=0.1)
    encoder.settle()
    torch.testing.assert_close(encoder(batch), single, atol=0.1, rtol=0.1)


def test_precision_is_the_quicker_one() -> None:
    """Pages are read in the precision in which this processor multiplies sooner."""
    kinds = (torch.float32, torch.bfloat16)
    squares = {kind: torch.ones(512, 512, dtype=kind) for kind in kinds}
    least = {
        kind: min(timeit.repeat(partial(functional.linear, ones, ones), number=1, repeat=60))
        for kind, ones in squares.items()
    }
    assert least[fastest_precision()] < 1.5 * min(least.values())


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
def test_attention_serves_as_it_was_trained(kind: torch.dtype) -> None:
    """Serving and training see the same, whatever is barred."""
    torch.manual_seed(3)
    queries, keys, values = (3 * torch.randn(3, 2, 4, 7, 8)).to(kind)
    barred = torch.zeros(2, 1, 1, 7).to(kind)
    barred[0, ..., 5:] = -1e4
    trained = trained_attention(queries, keys, values, barred)
    served = served_attention(queries, keys, values, barred)
    close = 1e-4 if kind == torch.float32 else 0.1
    torch.testing.assert_close(served, trained, atol=close, rtol=close)


@pytest.mark.parametrize("size", [1e3, -1e3])
def test_attention_bears_any_logit(size: float) -> None:
    """Logits beyond what the exponential can bear give numbers still."""
    values = torch.randn(1, 1, 5, 4)
    queries, keys = torch.full_like(values, size), torch.full_like(values, abs(size))
    served = served_attention(queries, keys, values, torch.zeros(1, 1, 1, 5))
    torch.testing.assert_close(served, values.mean(2, keepdim=True).expand_as(values))
