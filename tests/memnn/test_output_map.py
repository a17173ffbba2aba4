"""O: the hops, the stop, and what the trace tells of them."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memnn.first_pass import first_pass
from memnn.generalization import Generalization
from memnn.model import Model
from memnn.output_map import Chosen, choose_supports, run_hops
from memnn.records import Memory
from memnn.shortlist import listed
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
    """A network whose null memory scores a given number."""
    model = tiny.model(6)
    *_, weight, shift = model.reader.null.parameters()
    weight.zero_()
    shift.fill_(bias)
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
        assert 1 <= len(hop.best) <= model.config.second_pass - number
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
    assert chosen.read is not None
    told = [memory.id for memory in chosen.read.memories]
    assert told == sorted(told)
    picked = zip(told, chosen.read.chosen[0].tolist(), strict=True)
    assert {memory_id for memory_id, is_chosen in picked if is_chosen} == set(ids)


def test_the_page_holds_the_best_of_the_first_pass() -> None:
    """The candidates that were read are those with the highest first-pass scores."""
    model = tiny.model(1)
    slots = memories(model, *STATEMENTS)
    ranking = first_pass(model, model.question("Where is the key?"), slots)

    (hop, *_) = choose(model, "Where is the key?", slots).hops

    expected = ranking.best(model.config.second_pass)
    assert {scored.memory.id for scored in hop.best} == {row + 1 for row in expected}
    assert all(s.first == pytest.approx(ranking.at([s.memory.id - 1])[0]) for s in hop.best)


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
    assert choose(model, "Where is the key?", Slots()) == Chosen((), ())


def test_the_page_is_all_that_is_read() -> None:
    """What happens to the memory after the page was taken out of it changes no choice."""
    model = tiny.model(3)
    slots = memories(model, *STATEMENTS)
    question = model.question("Where is the key?")
    before, found = choose_supports(model, question, slots), listed(model, question, slots)
    for memory in list(slots)[1:]:
        slots.remove(memory.id)
    after = run_hops(model, found)
    assert (after.supports, after.hops) == (before.supports, before.hops)


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


def _patient(model: Model, patience: float) -> Model:
    calibration = replace(model.calibration, patience=patience, gathering=patience)
    return replace(model, calibration=calibration)
