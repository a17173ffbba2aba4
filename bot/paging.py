"""Memories page by page, newest first."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from memnn.records import Page
    from memnn.store import Store

_STRETCH: Final = 500  # memories passed over at once


async def leaf(store: "Store", scope: str, number: int, size: int) -> "Page":
    """The n-th page of so many memories, from 1; empty beyond the last.

    Raises:
        StoreError: It cannot be read.
    """
    before, over = None, (number - 1) * size
    while over > 0:
        passed = (await store.page(scope, before=before, limit=min(over, _STRETCH))).memories
        if not passed:
            break
        before, over = passed[-1].id, over - len(passed)
    return await store.page(scope, before=before, limit=0 if over > 0 else size)


def pages(total: int, size: int) -> int:
    """How many pages so many things fill; at least one."""
    return max(1, -(-total // size))
