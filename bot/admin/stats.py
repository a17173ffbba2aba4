"""The whole bot in numbers: who uses it, how much is said, how fast and how well it answers."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from bot.scopes import TERMINAL, chat_scope
from bot.store import LATENCY_BUCKETS_S, BucketState, Day, Ledger, RedisStore, ServerFacts, Trouble

DAYS: Final = 30
_AT_ONCE: Final = 8  # of the store's connections, the others are for those who talk


@dataclass(frozen=True, slots=True)
class Totals:
    """Several days together.

    Attributes:
        statements: Messages that told something.
        questions: Messages that asked something.
        chitchat: Messages that did neither.
        declined: Questions that got no answer.
        errors: What went wrong.
        p50_s: Half of all messages had their reply within so many seconds; None without messages.
        p95_s: And 95 of 100 within so many.
    """

    statements: int
    questions: int
    chitchat: int
    declined: int
    errors: int
    p50_s: float | None
    p95_s: float | None

    @property
    def messages(self) -> int:
        """All messages."""
        return self.statements + self.questions + self.chitchat

    @property
    def declined_share(self) -> float | None:
        """Share of the questions that got no answer; None without questions."""
        asked = max(self.questions, self.declined)
        return self.declined / asked if asked else None


@dataclass(frozen=True, slots=True)
class Stats:
    """The bot at one moment.

    Attributes:
        time: The moment.
        users: Persons who ever wrote to it in private.
        groups: Groups that it was in.
        memories: Of all chats, and the terminal's.
        days: The last days (UTC), oldest first, today last.
        server: What the store says about itself.
        buckets: What is known of the buckets.
        troubles: The last errors, newest first.
        version: Of this program.
        model: Fingerprint of the model that the bot runs with; empty where it is not this process.
        up: How long this process has been running; None where it is not the bot.
        heard_s: Since Telegram was last heard; None where it was not, or not by this process.
    """

    time: datetime
    users: int
    groups: int
    memories: int
    days: tuple[Day, ...]
    server: ServerFacts
    buckets: BucketState
    troubles: tuple[Trouble, ...]
    version: str
    model: str = ""
    up: timedelta | None = None
    heard_s: float | None = None


def totals(days: Iterable[Day]) -> Totals:
    """Several days as one."""
    held = list(days)
    counts = [sum(column) for column in zip(*(day.latencies for day in held), strict=True)]
    return Totals(
        sum(day.statements for day in held),
        sum(day.questions for day in held),
        sum(day.chitchat for day in held),
        sum(day.declined for day in held),
        sum(day.errors for day in held),
        percentile(counts, 0.50),
        percentile(counts, 0.95),
    )


def percentile(
    counts: Sequence[int], share: float, bounds: Sequence[float] = LATENCY_BUCKETS_S
) -> float | None:
    """The value below which a share of all lies, from how many lie in each bucket.

    Within a bucket the values are taken to be spread evenly. Of the last, open one only its lower
    end is known.

    Args:
        counts: A bucket each.
        share: Of all, 0 to 1.
        bounds: Upper ends of the buckets; the first begins at 0, the last is infinite.

    Returns:
        None where nothing was counted.
    """
    wanted = share * sum(counts)
    if not sum(counts):
        return None
    below, lower = 0, 0.0
    for count, upper in zip(counts[:-1], bounds[:-1], strict=True):
        if count and below + count >= wanted:
            return lower + (upper - lower) * (wanted - below) / count
        below, lower = below + count, upper
    return lower


async def count_memories(store: RedisStore, bot_id: int) -> int:
    """How many memories a bot's chats and the terminal hold.

    Raises:
        StoreError: It cannot be told.
    """
    own = chat_scope(bot_id, 0)[:-1]  # what the scopes of all its chats begin with
    scopes = [s for s in await store.scopes() if s == TERMINAL or s.startswith(own)]
    turns = asyncio.Semaphore(_AT_ONCE)

    async def held(scope: str) -> int:
        async with turns:
            return (await store.page(scope, limit=0)).total

    return sum(await asyncio.gather(*map(held, scopes)))


async def count_chats(ledger: Ledger) -> tuple[int, int]:
    """How many persons and how many groups a bot knows; a group that moved on counts once.

    Raises:
        StoreError: It cannot be told.
    """
    chats = await ledger.chats.all()
    left = {chat.home for chat in chats}
    groups = sum(chat.group and chat.id not in left for chat in chats)
    return sum(not chat.group for chat in chats), groups


def own_version() -> str:
    """The version of this program; "source" where it runs without having been installed."""
    try:
        return version("memnn-bot")
    except PackageNotFoundError:
        return "source"
