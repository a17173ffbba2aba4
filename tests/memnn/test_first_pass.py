"""O's first pass: over all memories, over candidates, and for whoever asks."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memnn.candidates import candidate_rows
from memnn.first_pass import first_pass
from memnn.generalization import Generalization
from memnn.hashing import Hashing
from memnn.model import Model
from memnn.output_map import choose_supports
from memnn.records import Memory
from memnn.slots import Slots
from tests import tiny
from tests.worlds import TIME

STATEMENTS = (*tiny.TEXTS[:4], "Lyon", "The key is new.", "?", "My sister moved to Lyon too.")


def memories(model: Model, *texts: str, speakers: tuple[str, ...] = ()) -> Slots:
    """Texts as a memory, with the model's features."""
    filing = Generalization(model)
    told = zip(texts, speakers or [""] * len(texts), filing.features(texts), strict=True)
    return Slots(
        Memory(i, f"m{i}", text, TIME, speaker, features, filing.words(text, speaker))
        for i, (text, speaker, features) in enumerate(told, 1)
    )


def test_the_dead_and_the_chosen_are_left_out() -> None:
    """They are not to be had in any hop; all others have a score."""
    model = tiny.model()
    slots = memories(model, *STATEMENTS)
    slots.remove(3)
    question = model.question("Where is the key?")
    everyone = range(len(STATEMENTS))
    found = first_pass(model, question, slots).at(everyone)
    assert np.flatnonzero(np.isinf(found)).tolist() == [2]
    found = first_pass(model, question, slots, [0, 5]).at(everyone)
    assert np.flatnonzero(np.isinf(found)).tolist() == [0, 2, 5]
    assert not np.isnan(found).any()


def test_a_support_brings_its_words_into_the_next_hop() -> None:
    """A memory that shares words with the support only gains from it."""
    model = tiny.model()
    with torch.no_grad():
        model.scorer.hop_scale.zero_()
        model.scorer.hop_match.zero_()
    slots = memories(model, "The key is with my sister.", "My sister moved.", "We bought plums.")
    sister, plums = first_pass(model, model.question("Where is the key?"), slots, [0]).at([1, 2])
    assert sister > plums == 0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(STATEMENTS), min_size=70, max_size=90),
    st.sampled_from(["Where is the key?", "When did my sister move to Lyon?", "?"]),
    st.sets(st.integers(1, 60), max_size=12),
    st.lists(st.integers(65, 69), max_size=2, unique=True),
)
def test_a_candidate_scores_as_it_would_among_all(
    texts: list[str], question: str, gone: set[int], chosen: list[int]
) -> None:
    """Hashing changes which memories are scored, never a score: neighbours and ages are real."""
    model = tiny.model(3)
    slots = memories(model, *texts)
    for memory_id in gone:
        slots.remove(memory_id)
    words = model.question(question)
    whole = first_pass(model, words, slots, chosen)
    slots.hashing = Hashing(score_all=10)
    some = first_pass(model, words, slots, chosen)
    assert set(some.rows.tolist()) <= set(range(slots.rows)) - set(chosen)
    np.testing.assert_allclose(some.scores, whole.at(some.rows.tolist()), rtol=1e-4, atol=1e-4)


def test_whoever_asks_is_found_by_their_name() -> None:
    """Of two memories that say the same, the asker's own comes first."""
    model = tiny.model()
    with torch.no_grad():
        model.scorer.scale.zero_()
        model.scorer.time_gate.weight.zero_()
    told = ("The key is in the hall.", "The key is in the pot.")
    slots = memories(model, *told, speakers=("Ann", "Bob"))
    for asker, best in (("Ann", 0), ("Bob", 1)):
        question = model.question("Where is the key?")
        assert first_pass(model, question, slots, asker=model.question(asker)).best(1) == [best]


@pytest.mark.parametrize(
    ("asked", "neutral"),
    [
        ("Where did I put the key?", "Where did they put the key?"),
        ("where have i put the key", "where have they put the key"),
        ("my key?", "the key?"),
        ("did we find our key?", "did they find their key?"),
        ("where’ve we put the key", "where’d they put the key"),
    ],
)
@pytest.mark.parametrize("chosen", [[], [0]], ids=["first hop", "second hop"])
def test_who_asks_of_themselves_means_what_they_told(
    asked: str, neutral: str, chosen: list[int]
) -> None:
    """What others told is less likely, and then less still, in every hop; the rest stays."""
    model = tiny.model()
    with torch.no_grad():
        for part in (model.scorer.scale, model.scorer.time_gate.weight, model.scorer.hop_scale):
            part.zero_()
    told = ("The pot is here.", "The key is in the hall.", "The key is in the pot.")
    slots = memories(model, *told, speakers=("Bob", "Ann Lee", "Bob"))
    ann = model.question("Ann Lee")
    mine, anyones = (
        first_pass(model, model.question(text), slots, chosen, ann).at([1, 2])
        for text in (asked, neutral)
    )
    np.testing.assert_allclose(mine - anyones, [0.0, -3.0], atol=1e-4)


def test_an_exact_name_is_always_a_candidate() -> None:
    """The rarest word comes first; one that very many hold files nowhere."""
    common, rare = 7, 8
    slots = Slots(hashing=Hashing(score_all=10))
    model = tiny.model()
    (features,) = Generalization(model).features(["x"])
    for i in range(1, 4001):
        words = (common, rare) if i == 5 else (common,)
        slots.put(Memory(i, f"m{i}", "x", TIME, "", features, words))
    rows = candidate_rows(slots, [common, rare])
    assert rows is not None
    assert 4 in rows
    assert len(rows) < 100


def test_what_is_left_is_looked_at_when_the_newest_are_forgotten() -> None:
    """However many of the newest are gone, a question that shares no word still has candidates."""
    slots = Slots(hashing=Hashing(score_all=10, newest=4))
    model = tiny.model()
    (features,) = Generalization(model).features(["x"])
    for i in range(1, 41):
        slots.put(Memory(i, f"m{i}", "x", TIME, "", features, ()))
    for i in range(35, 41):
        slots.remove(i)
    rows = candidate_rows(slots, [])
    assert rows is not None
    assert rows.tolist() == [30, 31, 32, 33]
    assert choose_supports(model, model.question("x"), slots).supports
