"""Updates that the memory was away for: held until it is back, and then handled again.

What is only told of and dropped would be lost for good: a group's statements, an edit, a backlog.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator
from typing import Final

from bot.telegram.retrying import backoff_s
from memnn.errors import StoreError

_LONGEST_S: Final = 5.0


class Holding:
    """The updates that wait for the memory, at most one of a chat."""

    def __init__(self, lost: Callable[[Collection[int]], Awaitable[set[int]]]) -> None:
        """Make it.

        Args:
            lost: Says which updates other workers have by now; raises while the memory is away.
        """
        self._lost = lost
        self._failures: dict[int, int] = {}
        self._failed: set[int] = set()
        self._waits: dict[int, asyncio.Task[None]] = {}
        self._stopped = False

    def __len__(self) -> int:
        return len(self._waits)

    def __iter__(self) -> Iterator[int]:
        """The ids of what is held."""
        return iter(self._waits)

    def failed(self, update_id: int) -> bool:
        """Note that the memory was away for an update; returns whether it was not before."""
        self._failures[update_id] = self._failures.get(update_id, 0) + 1
        self._failed.add(update_id)
        return self._failures[update_id] == 1

    def hold(
        self,
        update_id: int,
        behind: Callable[[], Collection[int]],
        back: Callable[[set[int]], None],
    ) -> bool:
        """Hold an update, if the memory was away for it; returns whether it is held.

        Args:
            update_id: Its id.
            behind: The ids of what waits behind it.
            back: Called when the memory is back, with those of all these that others have now.
        """
        if update_id not in self._failed:
            self._failures.pop(update_id, None)
            return False
        self._failed.remove(update_id)
        self._waits[update_id] = asyncio.create_task(self._wait(update_id, behind, back))
        if self._stopped:
            self._waits[update_id].cancel()
        return True

    def let_go(self, update_id: int) -> None:
        """Hold an update no longer: another worker sees to it."""
        self._failures.pop(update_id, None)
        self._waits.pop(update_id).cancel()

    def stop(self) -> None:
        """Wait no more; what is held stays so, unfinished."""
        self._stopped = True
        for task in self._waits.values():
            task.cancel()

    async def _wait(
        self,
        update_id: int,
        behind: Callable[[], Collection[int]],
        back: Callable[[set[int]], None],
    ) -> None:
        tries = self._failures[update_id]
        while True:
            await asyncio.sleep(min(_LONGEST_S, backoff_s(tries)))
            try:
                lost = await self._lost((update_id, *behind()))
            except StoreError:
                tries += 1
            else:
                del self._waits[update_id]
                if update_id in lost:
                    self._failures.pop(update_id, None)
                back(lost)
                return
