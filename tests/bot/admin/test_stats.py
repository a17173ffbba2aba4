"""The bot in numbers: percentiles by hand, sums of days, and what is counted for whom."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import inf, isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.admin import Admin
from bot.admin.stats import DAYS, percentile, totals
from bot.meter import Meter
from bot.scopes import TERMINAL
from bot.store import LATENCY_BUCKETS_S, Chat, Day, Ledger, RedisStore, Trouble
from memnn.records import Kind
from tests.bot.admin.conftest import GROUP, settings
from tests.worlds import TIME, plan

BOUNDS = (1.0, 2.0, 4.0, inf)
COUNTS = st.lists(
    st.integers(0, 50), min_size=len(LATENCY_BUCKETS_S), max_size=len(LATENCY_BUCKETS_S)
)
TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("counts", "share", "expected"),
    [
        ((0, 0, 0, 0), 0.5, None),  # nothing was counted
        ((4, 0, 0, 0), 0.5, 0.5),  # the 2nd of 4 spread over 0 to 1
        ((4, 0, 0, 0), 1.0, 1.0),
        ((0, 4, 0, 0), 0.25, 1.25),  # the 1st of 4 spread over 1 to 2
        ((2, 2, 0, 0), 0.5, 1.0),  # just the first bucket
        ((2, 2, 0, 0), 0.75, 1.5),
        ((1, 0, 3, 0), 0.5, 2 + 2 / 3),  # the 1st of 3 spread over 2 to 4; the empty one is passed
        ((1, 2, 16, 1), 0.95, 4.0),  # the last of 16
        ((1, 2, 16, 1), 0.99, 4.0),  # beyond 4 nobody knows
        ((0, 0, 0, 5), 0.5, 4.0),
    ],
)
def test_percentiles_by_hand(counts: tuple[int, ...], share: float, expected: float | None) -> None:
    """Within a bucket values are spread evenly; of the open last one the lower end is told."""
    assert percentile(counts, share, BOUNDS) == (expected and pytest.approx(expected))


@given(COUNTS)
def test_percentiles_rise(counts: list[int]) -> None:
    """A higher share is never below a lower one, and all lie within what is counted."""
    found = [percentile(counts, share / 20) for share in range(1, 21)]
    if not sum(counts):
        assert found == [None] * 20
        return
    values = [value for value in found if value is not None]
    assert all(low <= high for low, high in pairwise(values))
    assert values[0] > 0
    assert values[-1] <= max(filter(isfinite, LATENCY_BUCKETS_S))


@given(COUNTS, st.sampled_from([0.5, 0.95]))
def test_percentiles_lie_in_their_bucket(counts: list[int], share: float) -> None:
    """The value lies in the bucket that holds the measurement which is meant."""
    value = percentile(counts, share)
    if value is None:
        return
    wanted = share * sum(counts)
    at = next(i for i in range(len(counts)) if counts[i] and sum(counts[: i + 1]) >= wanted)
    lower = LATENCY_BUCKETS_S[at - 1] if at else 0.0
    assert lower <= value <= LATENCY_BUCKETS_S[at]


def day(number: int, *counts: int, bucket: int = 0) -> Day:
    """A day: told, asked, chitchat, declined, errors; all messages took as long."""
    fields = ("statements", "questions", "chitchat", "declined", "errors")
    named = dict(zip(fields, counts, strict=False))
    latencies = [0] * len(LATENCY_BUCKETS_S)
    latencies[bucket] = sum(counts[:3])
    return Day(TODAY + timedelta(days=number), **named, latencies=tuple(latencies))


def test_days_add_up() -> None:
    """Counts are summed, percentiles are those of all messages together."""
    total = totals([day(0, 2, 1, 1, 1, 0, bucket=2), day(1), day(2, 10, 3, 3, 1, 7, bucket=8)])
    assert (total.statements, total.questions, total.chitchat) == (12, 4, 4)
    assert (total.messages, total.declined, total.errors) == (20, 2, 7)
    assert total.declined_share == 0.5
    low, high = LATENCY_BUCKETS_S[7:9]
    assert total.p50_s == pytest.approx(low + (high - low) * 6 / 16)
    assert total.p95_s == pytest.approx(low + (high - low) * 15 / 16)


def test_no_days_are_no_numbers() -> None:
    """Without messages there is no time to reply, and without questions no share of them."""
    assert totals([]).p50_s is None
    total = totals([day(0), day(1, 3, 0, 0)])
    assert total.declined_share is None
    assert total.messages == 3


def test_a_share_is_at_most_all() -> None:
    """A message that tells and asks counts as told; declined, it is still a question at most."""
    assert totals([day(0, 5, 1, 0, 2)]).declined_share == 1.0


async def test_what_is_counted(
    admin: Admin, store: RedisStore, ledger: Ledger, bot_id: int
) -> None:
    """People, groups and memories are those of this bot and its terminal, and of no other bot."""
    await ledger.chats.put(Chat(GROUP - 1, group=True, home=GROUP, first_seen=TIME))
    before = (await admin.stats(admin=None)).memories
    await store.add(f"{bot_id}0:7", plan("1", "another bot's"))
    await store.add("replay:1", plan("1", "a replay's"))
    await store.add(TERMINAL, plan(f"{bot_id}", "the terminal's"))
    found = await admin.stats(admin=None)
    assert (found.users, found.groups) == (1, 1)
    assert found.memories == before + 1
    assert found.server.used_bytes > 0


async def test_many_chats_are_all_counted(store: RedisStore, ledger: Ledger, bot_id: int) -> None:
    """Every chat counts, however many there are."""
    for chat in range(300):
        await store.add(f"{bot_id}:{100 + chat}", plan("1", "one"))
    admin = Admin(store, ledger, None, "", settings(bot_id))
    alone = Admin(store, store.ledger(1), None, "", settings(1))
    others = (await alone.stats(admin=None)).memories  # the terminal's
    assert (await admin.stats(admin=None)).memories - others == 14 + 300


async def test_days_and_errors(admin: Admin, ledger: Ledger) -> None:
    """The last thirty days come oldest first, today (UTC) last, with the last errors."""
    today = datetime.now(UTC).date()
    await ledger.days.add(Day(today, statements=2))
    await ledger.days.add(Day(today - timedelta(days=DAYS - 1), questions=1))
    await ledger.days.add(Day(today - timedelta(days=DAYS), questions=9))
    for number in range(5):
        await ledger.troubles.add(Trouble(TIME, "", f"StoreError: {number}"))
    found = await admin.stats(admin=None)
    assert [d.date for d in found.days] == [
        today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)
    ]
    assert (found.days[0].questions, found.days[-1].statements) == (1, 2)
    assert [trouble.what[-1] for trouble in found.troubles] == ["4", "3"]


async def test_what_was_counted_just_now_is_there(
    store: RedisStore, ledger: Ledger, bot_id: int
) -> None:
    """The running bot puts down what it counted before it tells, and says since when it runs."""
    meter = Meter()
    admin = Admin(store, ledger, meter, "cafe0001", settings(bot_id))
    meter.message(Kind.QUESTION, 0.004, declined=True, answered=False)
    found = await admin.stats(admin=1)
    assert (found.days[-1].questions, found.days[-1].declined) == (1, 1)
    assert found.up is not None
    assert (found.model, found.heard_s) == ("cafe0001", None)
    meter.polled()
    assert (await admin.stats(admin=1)).heard_s == pytest.approx(0, abs=5)


async def test_another_process_does_not_say_how_long_it_runs(admin: Admin) -> None:
    """On the command line there is no uptime: it is not that of the bot."""
    found = await admin.stats(admin=None)
    assert (found.up, found.heard_s) == (None, None)
