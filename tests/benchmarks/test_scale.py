"""Statements by the million are what the network would have made of them."""

import numpy as np
import pytest

from benchmarks.scale_corpus import Corpus, Filed, Question
from benchmarks.scale_trial import EVERYTHING, Trial
from memnn.features import unpack
from memnn.generalization import Generalization
from memnn.hashing import Codebook, Hashing
from memnn.slots import Slots
from tests import tiny

SENTENCES = (
    "The key is new.",
    "Lyon is far.",
    "We bought plums.",
    "The lamp is old.",
    "My sister moved.",
    *(
        f"{name} is {how}."
        for name in ("Ann", "Ben", "Cleo", "Dan", "Eve")
        for how in ("in", "at work", "ill", "well", "here")
    ),
)
MOST = len(SENTENCES) + 29 * 14  # each alone; the 29 that support nothing, two at a time
GATHERED = Corpus((Question("Where is the key?", SENTENCES[0]),), SENTENCES, 1)


def test_what_is_told() -> None:
    """The support first and once; every other sentence alone; then two others at a time."""
    told = list(GATHERED.told(200))
    assert told[0] == (0, -1)
    assert [one for one, other in told[1 : len(SENTENCES)]] == list(range(1, len(SENTENCES)))
    pairs = told[len(SENTENCES) :]
    assert all(one > 0 and other > 0 for one, other in pairs)
    assert told == list(GATHERED.told(200))


def test_no_pair_comes_twice() -> None:
    """Either way round, nor a sentence with itself; where pairs run out, that is said."""
    told = list(GATHERED.told(MOST))
    pairs = {frozenset(pair) for pair in told[len(SENTENCES) :]}
    assert len(pairs) == MOST - len(SENTENCES)
    assert {len(pair) for pair in pairs} == {2}
    with pytest.raises(ValueError, match=f"at most {MOST}"):
        next(GATHERED.told(MOST + 1))


@pytest.mark.parametrize("count", [1, 2, 7, len(SENTENCES), 60])
def test_only_what_is_told_is_read(count: int) -> None:
    """Few statements need few sentences, and are the same statements."""
    few = GATHERED.within(count)
    assert len(few.sentences) <= count + GATHERED.golds
    assert list(few.told(count)) == list(GATHERED.told(count))


def test_a_pair_is_filed_as_the_network_would_file_it() -> None:
    """Features and words of two sentences in one message are those of their text."""
    model = tiny.model()
    filing = Generalization(model)
    for memory in Filed(model, GATHERED).memories(40):
        (features,) = filing.features([memory.text])
        np.testing.assert_allclose(unpack(memory.features), unpack(features), atol=0.02)
        assert memory.words == filing.words(memory.text)


def test_every_way_to_look_is_measured() -> None:
    """Hashing scores fewer and keeps what it scores; everything is the measure of all."""
    model = tiny.model()
    slots = Slots(Filed(model, GATHERED).memories(300))
    trial = Trial(model, GATHERED, slots, None)
    book = Codebook(1, np.empty(0, np.uint32), np.empty(0, np.int32))
    row = trial.ours(book)
    assert row["exhaustive"]["candidates"] == 300
    assert row["exhaustive"]["best8_of_exhaustive"] == 1.0
    assert row["word_hash"]["candidates"] <= 300
    assert row["word_hash"].keys() >= {"fewer_candidates", "hit1_of_exhaustive", "p50_ms"}
    assert slots.hashing == Hashing(codebook=book) != EVERYTHING
