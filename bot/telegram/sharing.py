"""One of several workers: it says that it lives, takes up what others left, hears of its turn.

A bot that polls is the only worker: Telegram gives updates to one poller at a time.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, NoReturn

from bot.store import LEASE_S, Ledger
from bot.telegram.intake import Intake
from bot.telegram.ordering import InOrder
from memnn.errors import StoreError

_BEAT_S: Final = LEASE_S / 3
_AGAIN_S: Final = 1.0

log = logging.getLogger(__name__)


class Sharing:
    """This worker among the workers of its bot."""

    def __init__(
        self,
        ledger: Ledger,
        intake: Intake,
        order: InOrder,
        shared: Callable[[int], None],
        *,
        alone: bool,
    ) -> None:
        """Make it.

        Args:
            ledger: Where workers find each other.
            intake: Where the updates of dead ones, and those handed over, come in.
            order: What waits here.
            shared: Told how many workers live, this one among them.
            alone: Whether there can be no other.
        """
        self._ledger = ledger
        self._intake = intake
        self._order = order
        self._shared = shared
        self._alone = alone

    async def join(self) -> None:
        """Be one of the workers; before the first update is taken in.

        Raises:
            StoreError: It cannot be said.
        """
        beat = await self._ledger.turns.beat(alone=self._alone)
        self._shared(beat.living)
        if beat.lapsed:
            log.warning("this worker was silent for too long; others go on with what it had")
            lost = await self._ledger.inbox.lost(self._order.waiting())
            self._order.drop(lost)

    async def run(self) -> NoReturn:
        """Stay one of them, and take up what dead ones left; alone there is nothing to look for."""
        while True:
            await asyncio.sleep(_BEAT_S)
            try:
                await self.join()
                if not self._alone:
                    await self._intake.resume()
            except StoreError as error:
                log.warning("%s", error)

    async def listen(self) -> NoReturn:
        """Take in what other workers hand over."""
        while True:
            try:
                posted = await self._ledger.turns.posted()
                await self._intake.take_over(posted)
            except StoreError as error:
                log.warning("%s", error)
                await asyncio.sleep(_AGAIN_S)

    async def leave(self) -> None:
        """Be none of them any more; what is not finished is for the others."""
        try:
            await self._ledger.turns.leave()
        except StoreError as error:
            log.warning("%s", error)
