"""The reader: what it says of a group depends on nothing but the group."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memnn.model import Model
from memnn.reading import EXTRAS, MATCHES, Batch, Context, Passage, Read, group, pad
from memnn.text import tokenise
from memnn.vocabulary import Word
from tests import tiny

MODEL = tiny.model(2)
QUESTIONS = ("Where is the spare key?", "When did I move to Lyon?", "", "?")
MEMORIES = (
    "The spare key is under the pot.",
    "I moved to Lyon in March.",
    "Lyon",
    "",
    "We bought apples, pears and plums for 5,000 francs and call them ours.",
)
FAR = -1e3  # below it, a logit is a mask


def words(text: str) -> list[Word]:
    """The words of a text."""
    return MODEL.vocabulary.words(tokenise(text))


def hop(question: str, supports: Sequence[str], memories: Sequence[str]) -> list[Passage]:
    """Supports that were chosen, and memories that compete for one question."""
    extras = np.linspace(-1, 1, EXTRAS, dtype=np.float32)
    return group(
        words(question),
        [Read(words(support), 7 * at % 10) for at, support in enumerate(supports)],
        [
            (Read(words(memory), order * 2 % 5), extras * (order + 1))
            for order, memory in enumerate(memories)
        ],
    )


def said(model: Model, groups: Sequence[Sequence[Passage]]) -> list[dict[str, np.ndarray]]:
    """Everything the reader says, a group at a time, padding cut off."""
    batch = Batch.of(groups)
    with torch.inference_mode():
        reading = model.reader.read(batch, model.scorer.vectors.weight)
        relevance, null = model.reader.hop(batch, reading)
        response = model.reader.respond(batch, reading)
    found = []
    at = 0
    for number, members in enumerate(groups):
        here = slice(at, at + len(members))
        at += len(members)
        shown = batch.passages[here] > 0
        found.append(
            {
                "relevance": relevance[number, : len(members)].numpy(),
                "null": null[number].numpy(),
                "start": response.start[here][shown].numpy(),
                "end": response.end[here][shown].numpy(),
                "tags": response.tags[here][shown].numpy(),
                "form": response.form[number].numpy(),
                "count": response.count[number].numpy(),
            }
        )
    return found


GROUPS = st.lists(
    st.builds(
        hop,
        st.sampled_from(QUESTIONS),
        st.lists(st.sampled_from(MEMORIES), max_size=2),
        st.lists(st.sampled_from(MEMORIES), min_size=1, max_size=4),
    ),
    min_size=2,
    max_size=4,
)


@settings(max_examples=25, deadline=None)
@given(GROUPS)
def test_a_group_is_read_by_itself(groups: list[list[Passage]]) -> None:
    """Other groups in the batch, and the padding they cause, change nothing: up to 1e-5."""
    together = said(MODEL, groups)
    for members, found in zip(groups, together, strict=True):
        (alone,) = said(MODEL, [members])
        for name, value in alone.items():
            np.testing.assert_allclose(found[name], value, rtol=1e-5, atol=1e-5, err_msg=name)


@settings(max_examples=20, deadline=None)
@given(GROUPS)
def test_everything_said_is_a_number(groups: list[list[Passage]]) -> None:
    """No text, no empty context and no empty passage leads to NaN or infinity."""
    for found in said(MODEL, groups):
        assert all(np.isfinite(value).all() for value in found.values())
        assert found["count"] >= 0


def test_the_order_of_a_group_does_not_matter() -> None:
    """Passages compete by what they say and when it was written, not by their place."""
    members = hop(QUESTIONS[0], [], MEMORIES)
    forth, back = said(MODEL, [members])[0], said(MODEL, [members[::-1]])[0]
    np.testing.assert_allclose(forth["relevance"], back["relevance"][::-1], atol=1e-5)
    np.testing.assert_allclose(forth["form"], back["form"], atol=1e-5)
    np.testing.assert_allclose(forth["null"], back["null"], atol=1e-5)


def test_write_order_matters() -> None:
    """The same passages written the other way round are judged differently."""
    members = hop(QUESTIONS[0], [], MEMORIES[:3])
    turned = [replace(p, memory=replace(p.memory, order=-p.memory.order)) for p in members]
    one, other = said(MODEL, [members])[0], said(MODEL, [turned])[0]
    assert not np.allclose(one["relevance"], other["relevance"], atol=1e-4)


def test_the_context_matters() -> None:
    """What was chosen before changes how a passage is read."""
    one, other = (
        said(MODEL, [hop(QUESTIONS[0], supports, MEMORIES[:2])])[0] for supports in ([], ["Lyon"])
    )
    assert not np.allclose(one["relevance"], other["relevance"][1:], atol=1e-4)


def test_a_support_cannot_be_chosen_again() -> None:
    """What was chosen before never wins a hop, however well it fits."""
    found = said(MODEL, [hop(QUESTIONS[0], MEMORIES[:2], MEMORIES[2:])])[0]
    assert (found["relevance"][:2] < FAR).all()
    assert (found["relevance"][2:] > FAR).all()


def test_only_supports_answer() -> None:
    """R reads supports; no word of a candidate can begin or end an answer."""
    batch = Batch.of([hop(QUESTIONS[0], MEMORIES[:1], MEMORIES[1:])])
    response = MODEL.reader.respond(batch, MODEL.reader.read(batch, MODEL.scorer.vectors.weight))
    for logits in (response.start, response.end):
        assert (logits[0] > FAR).any()
        assert (logits[1:] < FAR).all()


def test_the_null_memory_sees_what_the_supports_say() -> None:
    """Whether to stop depends on the supports that were chosen."""
    one, other = (
        said(MODEL, [hop(QUESTIONS[0], [support], MEMORIES[:1])])[0]["null"]
        for support in MEMORIES[1:3]
    )
    assert not np.allclose(one, other, atol=1e-5)


def test_no_word_of_padding_can_win() -> None:
    """Logits of padding and of absent members are far below any other."""
    groups = [hop(QUESTIONS[0], MEMORIES, []), hop(QUESTIONS[1], [], MEMORIES[1:2])]
    batch = Batch.of(groups)
    reading = MODEL.reader.read(batch, MODEL.scorer.vectors.weight)
    relevance, _ = MODEL.reader.hop(batch, reading)
    response = MODEL.reader.respond(batch, reading)
    assert (relevance[1, 1:] < FAR).all()
    assert (relevance[1, :1] > FAR).all()
    for logits in (response.start, response.end):
        read = reading.mask & batch.settled[:, None]
        assert (logits[~read] < FAR).all()
        assert (logits[read] > FAR).all()


def test_matches_by_hand() -> None:
    """A word matches by form, stem, rarity, pair, support, support pair; its memory is newer."""
    question, support = words("Did the trains leave Lyon?"), words("the spare key")
    passage = words("the train left; the spare key")
    batch = Batch.of([[Passage(Read(passage, 2), Context(question, [Read(support, 1)]))]])

    the, train, left, mark, again, spare, key = batch.matches[0].numpy()
    rare = [word.rarity / 10 for word in passage]
    assert batch.matches.shape == (1, 7, MATCHES)
    np.testing.assert_allclose(the, [1, 1, 0, 0, 0, 0, 1, 0], atol=1e-6)
    np.testing.assert_allclose(train, [0, 1, rare[1], 1, 0, 0, 1, 0], rtol=1e-6)
    np.testing.assert_allclose(left, [0, 0, 0, 0, 0, 0, 1, 0])
    np.testing.assert_allclose(mark, [0, 0, 0, 0, 0, 0, 1, 0])
    np.testing.assert_allclose(again, the)
    np.testing.assert_allclose(spare, [0, 0, 0, 0, 1, 1, 1, 0], rtol=1e-6)
    np.testing.assert_allclose(key, [0, 0, 0, 0, 1, 1, 1, 0], rtol=1e-6)


def test_supports_answer_and_candidates_compete() -> None:
    """What R says rests on the supports alone, and no support is chosen again."""
    alone = said(MODEL, [hop(QUESTIONS[0], MEMORIES[:2], [])])[0]
    among = said(MODEL, [hop(QUESTIONS[0], MEMORIES[:2], MEMORIES[2:])])[0]
    length = sum(len(words(text)) for text in MEMORIES[:2])
    for name in ("start", "end", "tags"):
        np.testing.assert_allclose(alone[name], among[name][:length], atol=1e-5, err_msg=name)
    for name in ("form", "count"):
        np.testing.assert_allclose(alone[name], among[name], atol=1e-5, err_msg=name)
    assert (among["start"][length:] < FAR).all()
    assert (among["relevance"][:2] < FAR).all()
    assert (among["relevance"][2:] > FAR).all()


def test_each_support_is_read_in_the_light_of_the_others() -> None:
    """A support's context holds the other supports, a candidate's all of them."""
    members = hop("key", ["Lyon", "sister"], ["March"])
    assert [[read.order for read in p.context.supports] for p in members] == [[7], [0], [0, 7]]
    assert [p.extras is None for p in members] == [True, True, False]


def test_words_of_a_batch_are_numbered_once() -> None:
    """A word has one number in a batch, and number 0 is padding."""
    batch = Batch.of([hop("the key", [], ["key the key", "the"])])
    assert batch.questions.tolist() == [[1, 2]]
    assert batch.passages.tolist() == [[2, 1, 2], [1, 0, 0]]
    assert len(batch.words.bags().offsets) == 3
    assert batch.context_of.tolist() == [0, 0]


def test_padding_of_rows() -> None:
    """Rows become as wide as the longest, at least one wide."""
    assert pad([[1, 2], [], [3]]).tolist() == [[1, 2], [0, 0], [3, 0]]
    assert pad([[]], filler=-1).tolist() == [[-1]]
    assert pad([]).shape == (0, 1)


@pytest.mark.parametrize("layers", [1, 2])
def test_any_number_of_layers(layers: int) -> None:
    """One recurrent layer needs no dropout between layers, and warns of none."""
    sizes = tiny.config()
    values = {**sizes.to_dict(), "reader_layers": layers}
    reader = type(MODEL.reader)(type(sizes).from_dict(values))
    assert reader.gru.num_layers == layers
