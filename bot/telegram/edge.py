"""The parts of the running bot, put together; `bot.telegram.serve` runs them."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from bot.access import Access
from bot.admin import Admin
from bot.meter import Meter
from bot.rebucket import Worker
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import Ledger
from bot.telegram.application import AnyApplication, Bot, make_application, make_bot
from bot.telegram.desk import Desk
from bot.telegram.faults import Faults
from bot.telegram.holding import Holding
from bot.telegram.intake import Intake
from bot.telegram.ordering import InOrder
from bot.telegram.pacing import Pacer
from bot.telegram.receipts import Receipts
from bot.telegram.sharing import Sharing
from bot.web import Health
from memnn.errors import StoreError
from memnn.served import parts_of

_DRAIN_S: Final = 25.0  # of the 30 that a service manager waits
_STOP_S: Final = 3.0
_STALE_S: Final = 90.0  # a poll ends after 30 seconds at the latest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Edge:
    """One bot between Telegram and the conversation.

    Attributes:
        settings: What it was made from.
        runtime: The conversation, with its store and model.
        ledger: What is kept beside the memories.
        meter: What is counted.
        bot: Its connection to Telegram.
        application: Its handlers.
        order: What waits for them.
        receipts: What they finished.
        intake: Where updates come in.
        sharing: This process among others that work for the same bot.
        worker: Makes the word buckets anew.
    """

    settings: Settings
    runtime: Runtime
    ledger: Ledger
    meter: Meter
    bot: Bot
    application: AnyApplication
    order: InOrder
    receipts: Receipts
    intake: Intake
    sharing: Sharing
    worker: Worker

    @classmethod
    def of(cls, settings: Settings, runtime: Runtime) -> Self:
        """Put the parts together; nothing is reached yet.

        Raises:
            ConfigurationError: There is no token.
        """
        meter, ledger = Meter(), runtime.store.ledger(settings.bot_id)
        held = Holding(ledger.inbox.lost)
        faults = Faults(settings.bot_id, meter.trouble, held.failed)
        pacer = Pacer(settings, meter.sent)
        bot = make_bot(settings, pacer)
        receipts = Receipts(ledger.inbox)
        queue: asyncio.Queue[object] = asyncio.Queue()
        order = InOrder(queue, bot, receipts.add, faults.unreadable, held)
        application = make_application(bot, queue, order)
        application.add_error_handler(faults.handler)
        intake = Intake(ledger.inbox, ledger.turns, order, faults.no_update)
        alone = not settings.webhook_url
        sharing = Sharing(ledger, intake, order, pacer.share, alone=alone)
        every = timedelta(hours=settings.rebucket_every_h)
        worker = Worker(runtime.store, parts_of(runtime.model), meter, every)
        parts = (ledger, meter, bot, application, order, receipts, intake, sharing, worker)
        return cls(settings, runtime, *parts)

    async def drain(self) -> None:
        """Take in nothing more, and finish what is at work; what cannot be is left in the inbox."""
        self.intake.close()
        await self.order.drain(_DRAIN_S)
        if self.application.running:
            try:
                await asyncio.wait_for(self.application.stop(), _STOP_S)
            except TimeoutError:
                log.warning("some messages are still at work; the next start handles them again")

    async def close(self) -> None:
        """Note what was finished and counted, and let go of Telegram."""
        await self.note()
        try:
            await self.receipts.flush()
        except StoreError as error:
            log.warning("%s", error)
        await self.sharing.leave()
        if not self.application.running:
            await self.application.shutdown()
        await self.bot.shutdown()

    async def note(self) -> None:
        """Put down what was counted since the last time."""
        self.meter.waiting(len(self.order))
        self.meter.hot(self.runtime.store.hot_bytes)
        try:
            await self.meter.flush(self.ledger)
        except StoreError as error:
            log.warning("%s", error)


def desk(edge: Edge) -> Desk:
    """What the handlers work with, once Telegram said who the bot is."""
    runtime, settings, ledger = edge.runtime, edge.settings, edge.ledger
    model = runtime.model.fingerprint.hex()
    return Desk(
        settings,
        runtime.conversation,
        ledger,
        edge.meter,
        Admin(runtime.store, ledger, edge.meter, model, settings),
        edge.bot.bot,
        Access(settings, ledger.guests),
        edge.worker,
    )


async def health(edge: Edge) -> Health:
    """Whether messages would be answered now, and what each part says."""
    try:
        await edge.runtime.store.ping()
    except StoreError as error:
        memory = str(error)
    else:
        memory = "ok"
    telegram = _reached(edge)
    parts = {"memory": memory, "model": "loaded", "telegram": telegram}
    return Health(memory == "ok" and telegram.startswith("ok"), parts)


def _reached(edge: Edge) -> str:
    """How Telegram reaches the bot; begins with "ok" where it does."""
    if not edge.application.running:
        return "not reached yet"
    age_s = edge.meter.last_poll_age_s
    heard = "nothing heard yet" if age_s is None else f"heard {age_s:.0f} s ago"
    if edge.settings.webhook_url:
        return f"ok, webhook, {heard}"
    fresh = age_s is not None and age_s < _STALE_S
    return f"ok, polling, {heard}" if fresh else f"polling, {heard}"
