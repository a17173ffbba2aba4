"""O: the hops, the stop, and what the trace tells of them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memnn.generalization import Generalization
from memnn.model import Model
from memnn.output_map import Chosen, best_rows, choose_supports, first_pass, passage_extras
from memnn.records import Memory
from memnn.response import weigh
from memnn.slots import Slots
from tests import tiny
from tests.worlds import TIME

STATEMENTS = (*tiny.TEXTS[:4], "Lyon", "The key is new.", "?", "My sister moved to Lyon too.")


def memories(model: Model, *texts: str) -> Slots:
    """Texts as a memory, with the model's features."""
    filing = Generalization(model)
    features = filing.features(texts)
    return Slots(
        Memory(i, f"m{i}", text, TIME, "", features[i - 1], filing.words(text))
        for i, text in enumerate(texts, 1)
    )


def choose(model: Model, question: str, slots: Slots) -> Chosen:
    """Run the hops for a question as text."""
    return choose_supports(model, model.question(question), slots)


def with_null(bias: float) -> Model:
    """A network whose null memory scores a given number, and to which no support suffices."""
    model = tiny.model(6)
    for head, value in ((model.reader.null, bias), (model.reader.enough, -20.0)):
        *_, weight, shift = head.parameters()
        weight.zero_()
        shift.fill_(value)
    return model


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 5),
    st.sampled_from([*tiny.TEXTS, ""]),
    st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=9),
    st.sets(st.integers(1, 9)),
)
def test_the_trace_tells_what_was_chosen(
    seed: int, question: str, texts: list[str], gone: set[int]
) -> None:
    """Supports are the hops' choices; each the best of what was read, none twice, none dead."""
    model = tiny.model(seed)
    slots = memories(model, *texts)
    for memory_id in gone & set(range(2, len(texts) + 1)):
        slots.remove(memory_id)

    chosen = choose(model, question, slots)

    ids = [memory.id for memory in chosen.supports]
    assert ids == [hop.chosen for hop in chosen.hops if hop.chosen is not None]
    assert 1 <= len(ids) == len(set(ids)) <= min(model.config.max_hops, len(slots))
    assert all(memory_id in slots for memory_id in ids)
    assert all(hop.chosen is not None for hop in chosen.hops[:-1])
    for number, hop in enumerate(chosen.hops):
        assert hop.candidates == len(slots) - number
        assert len(hop.best) == min(model.config.second_pass, hop.candidates)
        seconds = [scored.second for scored in hop.best if scored.second is not None]
        assert len(seconds) == len(hop.best)
        assert seconds == sorted(seconds, reverse=True)
        assert not {scored.memory.id for scored in hop.best} & set(ids[:number])
        if hop.chosen is None:
            assert hop.stop >= (hop.best[0].second or 0.0)
        else:
            assert hop.chosen == hop.best[0].memory.id
    assert chosen.margin == pytest.approx(
        (chosen.hops[0].best[0].second or 0) - chosen.hops[0].stop
    )


def test_the_second_pass_reads_the_best_of_the_first() -> None:
    """The candidates that were read are those with the highest first-pass scores."""
    model = tiny.model(1)
    slots = memories(model, *STATEMENTS)
    scores = first_pass(model, model.question("Where is the key?"), slots)

    (hop, *_) = choose(model, "Where is the key?", slots).hops

    expected = best_rows(scores, model.config.second_pass)
    assert {scored.memory.id for scored in hop.best} == {row + 1 for row in expected}
    assert all(s.first == pytest.approx(scores[s.memory.id - 1]) for s in hop.best)


def test_a_null_memory_that_wins_stops_the_hops() -> None:
    """The first hop always gives a support; the null memory can win from the second on."""
    model = with_null(1e3)
    chosen = choose(model, "Where is the key?", memories(model, *STATEMENTS))
    assert len(chosen.supports) == 1
    assert [hop.chosen is None for hop in chosen.hops] == [False, True]
    assert chosen.margin < 0


def test_a_null_memory_that_loses_lets_all_hops_run() -> None:
    """There are at most as many supports as the configuration says, and as there are memories."""
    model = with_null(-1e5)
    for count in (1, 2, 5):
        chosen = choose(model, "Where is the key?", memories(model, *STATEMENTS[:count]))
        assert len(chosen.supports) == len(chosen.hops) == min(count, model.config.max_hops)


def test_nothing_to_choose_from() -> None:
    """Without a memory there are no hops."""
    model = tiny.model()
    assert choose(model, "Where is the key?", Slots()) == Chosen((), (), 0.0)


def test_first_pass_leaves_out_the_dead_and_the_chosen() -> None:
    """Forbidden rows score minus infinity in every hop, all others a number."""
    model = tiny.model()
    slots = memories(model, *STATEMENTS)
    slots.remove(3)
    question = model.question("Where is the key?")
    assert np.flatnonzero(np.isinf(first_pass(model, question, slots))).tolist() == [2]
    found = first_pass(model, question, slots, [0, 5])
    assert np.flatnonzero(np.isinf(found)).tolist() == [0, 2, 5]
    assert not np.isnan(found).any()


def test_a_support_brings_its_words_into_the_next_hop() -> None:
    """A memory that shares words with the support only gains from it."""
    model = tiny.model()
    with torch.no_grad():
        model.scorer.hop_scale.zero_()
        model.scorer.hop_match.zero_()
    slots = memories(model, "The key is with my sister.", "My sister moved.", "We bought plums.")
    scores = first_pass(model, model.question("Where is the key?"), slots, [0])
    assert scores[1] > scores[2] == 0


@given(
    st.lists(st.sampled_from([-np.inf, -1.5, 0.0, 0.5, 2.0]), max_size=12),
    st.integers(0, 14),
)
def test_best_rows(scores: list[float], count: int) -> None:
    """The highest finite scores, best first; of equals the newest, at the cut too."""
    finite = [row for row, score in enumerate(scores) if np.isfinite(score)]
    expected = sorted(finite, key=lambda row: (-scores[row], -row))[:count]
    assert best_rows(np.array(scores, dtype=np.float32), count) == expected


def test_passage_extras_by_hand() -> None:
    """Score below the best and by itself, rank, recency, hop, and neighbours of the chosen."""
    found = passage_extras([4, 1], np.array([6.0, 2.0], np.float32), 5, [3, 0])
    expected = [
        [0.0, 0.3, 0.0, 1.0, 1.0, 2 / 3, 1.0, 0.0],
        [-0.4, 0.1, 1 / 16, 1 - 3 / 5, np.exp(-3 / 5), 2 / 3, 1.0, 0.0],
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    (before,) = passage_extras([2], np.zeros(1, np.float32), 5, [3])
    assert before[6:].tolist() == [0.0, 1.0]


def test_a_patient_network_looks_on() -> None:
    """What is taken off the null memory lets further supports win; the first is always chosen."""
    model = with_null(0.0)
    slots = memories(model, *STATEMENTS)
    found = [
        len(choose(_patient(model, patience), tiny.TEXTS[0], slots).supports)
        for patience in (-100.0, 0.0, 100.0)
    ]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (1, model.config.max_hops)


def test_a_support_that_suffices_is_not_read_again() -> None:
    """One hop is enough where the reader is sure, and R reads the support that hop chose."""
    model = with_null(-100.0)
    slots = memories(model, *STATEMENTS)
    alone = choose(_sure(model), tiny.TEXTS[0], slots)
    (support,) = alone.supports
    assert [hop.chosen for hop in alone.hops] == [support.id]
    assert alone.read is not None
    batch, _ = alone.read
    (row,) = batch.settled.nonzero().flatten().tolist()
    assert int(batch.orders[0, row]) == support.id - 1
    question = model.question(tiny.TEXTS[0])
    again = weigh(model, tiny.TEXTS[0], question, replace(alone, read=None))
    first = weigh(model, tiny.TEXTS[0], question, alone)
    assert [r.text for r in first.readings] == [r.text for r in again.readings]


def _patient(model: Model, patience: float) -> Model:
    return replace(model, calibration=replace(model.calibration, patience=patience))


@torch.no_grad()
def _sure(model: Model) -> Model:
    """The network, sure of every first support."""
    *_, weight, shift = model.reader.enough.parameters()
    weight.zero_()
    shift.fill_(20.0)
    return model
