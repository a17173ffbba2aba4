"""`Slots` against a plain dictionary: whatever is put and removed, every view of it agrees."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from memnn.features import unpack
from memnn.records import Memory
from memnn.slots import Slots
from tests.worlds import TIME, packed

WIDTH = 6


def memory(memory_id: int, text: str = "x", words: tuple[int, ...] = (1,)) -> Memory:
    """A small memory."""
    return Memory(memory_id, f"m{memory_id}", text, TIME, "", packed(f"{memory_id}{text}"), words)


class SlotsMachine(RuleBasedStateMachine):
    """Puts and removes in any order of ids."""

    def __init__(self) -> None:
        super().__init__()
        self.slots = Slots()
        self.model: dict[int, Memory] = {}

    @rule(
        memory_id=st.integers(1, 30),
        text=st.text(max_size=3),
        words=st.lists(st.integers(0, 5), unique=True, max_size=4),
    )
    def put(self, memory_id: int, text: str, words: list[int]) -> None:
        """A memory is added or takes the place of the one with its id."""
        new = memory(memory_id, text, tuple(words))
        self.slots.put(new)
        self.model[memory_id] = new

    @rule(
        ids=st.lists(st.integers(1, 30), max_size=6), words=st.lists(st.integers(0, 5), max_size=2)
    )
    def extend(self, ids: list[int], words: list[int]) -> None:
        """Many at once, in any order and with repeats, are as one after the other."""
        new = [memory(i, f"{i}", tuple(dict.fromkeys(words))) for i in ids]
        self.slots.extend(new)
        self.model |= {each.id: each for each in new}

    @rule(memory_id=st.integers(1, 30))
    def remove(self, memory_id: int) -> None:
        """Removing gives what was there."""
        assert self.slots.remove(memory_id) == self.model.pop(memory_id, None)

    @invariant()
    def agrees(self) -> None:
        """All views tell of the same memories, in write order."""
        held = [self.model[i] for i in sorted(self.model)]
        assert list(self.slots) == held
        assert len(self.slots) == len(held) == self.slots.rows - self.slots.dead
        assert self.slots.alive.tolist() == [
            self.slots.row(i) is not None for i in range(self.slots.rows)
        ]
        assert all(self.slots.get(i) == self.model.get(i) for i in range(32))

    @invariant()
    def arrays_agree(self) -> None:
        """Each row of the arrays and postings is that of the row's memory; dead rows are zero."""
        postings: dict[int, list[int]] = {}
        for index in range(self.slots.rows):
            held = self.slots.row(index)
            (found,) = self.slots.vectors(np.array([index]))
            expected = np.zeros(len(found)) if held is None else unpack(held.features)
            np.testing.assert_array_equal(found, expected)
            assert self.slots.lengths[index] == (0 if held is None else len(held.words))
            assert held is None or self.slots.text(index) == held.text
            for word in () if held is None else held.words:
                postings.setdefault(word, []).append(index)
        found = {word: self.slots.postings(word).tolist() for word in range(6)}
        assert {word: rows for word, rows in found.items() if rows} == postings
        assert all(self.slots.count(word) >= len(rows) for word, rows in found.items())


TestSlots = SlotsMachine.TestCase
TestSlots.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_a_dead_row_has_no_text() -> None:
    """Neither its memory nor its text is to be had."""
    slots = Slots(memory(i) for i in range(1, 10))
    slots.remove(2)
    assert slots.text(0) == "x"
    for look in (slots.held, slots.text):
        with pytest.raises(LookupError, match="row 1 holds no memory"):
            look(1)


def test_dead_rows_stay_few() -> None:
    """At most a quarter of the rows are dead, so that scoring wastes little."""
    slots = Slots(memory(i) for i in range(1, 101))
    for i in range(1, 90):
        slots.remove(i)
        assert slots.dead * 4 <= slots.rows

    assert [m.id for m in slots] == list(range(90, 101))


def test_order_and_repeats_at_construction() -> None:
    """Memories may come in any order; of two with one id the last counts."""
    slots = Slots([memory(3), memory(1), memory(3, "later")])

    assert [(m.id, m.text) for m in slots] == [(1, "x"), (3, "later")]


def test_broken_features_change_nothing() -> None:
    """A memory whose features are no features is refused and leaves the slots as they were."""
    slots = Slots([memory(1), memory(2)])
    broken = Memory(1, "m", "y", TIME, "", b"shrt", (9,))

    with pytest.raises(ValueError, match="header"):
        slots.put(broken)

    with pytest.raises(ValueError, match="header"):
        slots.extend([replace(broken, id=3), replace(broken, id=4)])

    assert [m.text for m in slots] == ["x", "x"]
    assert slots.postings(9).tolist() == []


def test_nbytes_grows_with_the_memories() -> None:
    """The size that a bounded cache reads follows the number of memories."""
    small, large = (Slots(memory(i) for i in range(1, n)) for n in (11, 1001))

    assert large.nbytes - Slots().nbytes > 50 * (small.nbytes - Slots().nbytes)
