"""Pages of memories: every memory once, newest first."""

import pytest

from bot.paging import leaf, pages
from memnn.in_memory import InMemoryStore
from tests.worlds import plan


@pytest.mark.parametrize(("count", "size"), [(0, 10), (1, 10), (10, 10), (11, 10), (1203, 7)])
async def test_pages_hold_every_memory_once(count: int, size: int) -> None:
    """All pages together are all memories, and beyond the last there is nothing."""
    store = InMemoryStore()
    await store.add("a", plan("1", *(f"tea {number}" for number in range(count))))
    held = [await leaf(store, "a", number, size) for number in range(1, pages(count, size) + 1)]
    ids = [memory.id for page in held for memory in page.memories]
    assert ids == list(range(count, 0, -1))
    beyond = await leaf(store, "a", pages(count, size) + 1, size)
    assert (beyond.memories, beyond.total) == ((), count)


async def test_what_was_forgotten_leaves_no_gap() -> None:
    """Pages are full, however many memories between were forgotten."""
    store = InMemoryStore()
    await store.add("a", plan("1", *(f"tea {number}" for number in range(30))))
    await store.forget("a", range(5, 25))
    page = await leaf(store, "a", 2, 4)
    assert [memory.id for memory in page.memories] == [26, 25, 4, 3]


@pytest.mark.parametrize(
    ("total", "size", "expected"), [(0, 10, 1), (10, 10, 1), (11, 10, 2), (99, 1, 99)]
)
def test_how_many_pages(total: int, size: int, expected: int) -> None:
    """Even nothing is one page."""
    assert pages(total, size) == expected
