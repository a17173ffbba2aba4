"""Which updates are done with: told to the inbox in batches, so that no answer waits for it.

An update that was answered but not yet noted here when the process dies is handled once more.
"""

import asyncio
import logging
from typing import Final, NoReturn

from bot.store import Inbox
from memnn.errors import StoreError

_GATHER_S: Final = 0.02
_AGAIN_S: Final = 2.0

log = logging.getLogger(__name__)


class Receipts:
    """Ids of finished updates on their way to the inbox."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._ids: list[int] = []
        self._some = asyncio.Event()

    def add(self, update_id: int) -> None:
        """Note that an update is done with."""
        self._ids.append(update_id)
        self._some.set()

    async def run(self) -> NoReturn:
        """Pass them on, as long as the process lives."""
        while True:
            await self._some.wait()
            await asyncio.sleep(_GATHER_S)
            try:
                await self.flush()
            except StoreError as error:
                log.warning("%s", error)
                await asyncio.sleep(_AGAIN_S)

    async def flush(self) -> None:
        """Pass on what there is.

        Raises:
            StoreError: It failed; what there was is kept.
        """
        ids, self._ids = self._ids, []
        self._some.clear()
        try:
            await self._inbox.done(ids)
        except BaseException:
            self._ids += ids
            self._some.set()
            raise
