"""What administrators read, word by word."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.admin import Inspection, Leaf, Row, Stats, Subject, lines
from bot.admin.units import moment, seconds, share, size
from bot.scopes import TERMINAL
from bot.store import LATENCY_BUCKETS_S, BucketState, Chat, Day, ScopeFacts, ServerFacts, Trouble

NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
SEEN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ADA = Subject("5:7", 7, Chat(7, "Ada", "ada", first_seen=SEEN))
FACTS = ScopeFacts(1204, SEEN, NOW, 61_234, 321, 84, 3, 2)
BUCKETS = BucketState(3, "cafe0001", NOW.isoformat(), 30_000, 2, recall=0.996)
MADE, LEFT = "generation 3, just now", "1 chat left as before, which finds more"
SERVER = ServerFacts("Valkey 9.1.2", "7.2.4", "noeviction", True, 12_300_000, 0, "master")  # noqa: FBT003 -- the order of its fields
QUICK = tuple(10 if bound == 0.010 else 0 for bound in LATENCY_BUCKETS_S)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0.00064, "0.6 ms"), (0.0083, "8.3 ms"), (0.047, "47 ms"), (1.25, "1.2 s"),
     (9.94, "9.9 s"), (10.0, "over 10 s")],
)  # fmt: skip
def test_times_to_reply(value: float | None, shown: str) -> None:
    """Milliseconds below a second; what lies beyond the buckets is said to."""
    assert seconds(value) == shown


def test_shares_and_sizes() -> None:
    """Whole percents; bytes in steps of a thousand."""
    assert (share(None), share(0.0), share(0.142), share(1.0)) == ("–", "0 %", "14 %", "100 %")
    assert (size(61_234), size(12_300_000)) == ("61.2 kB", "12.3 MB")


def test_moments_are_in_the_readers_zone() -> None:
    """Day and time of day; the year where it is another."""
    zone = NOW.astimezone(UTC)
    assert moment(SEEN, zone) == "Mon 2 Mar 09:30"
    assert moment(SEEN - timedelta(days=365), zone) == "Sun 2 Mar 2025 09:30"


@pytest.mark.parametrize(
    ("chat", "name"),
    [
        (Chat(7, "Ada", "ada", first_seen=SEEN), "Ada @ada"),
        (Chat(7, "Ada", first_seen=SEEN), "Ada"),
        (Chat(7, "", "ada", first_seen=SEEN), "@ada"),
        (Chat(7, first_seen=SEEN), "7"),
        (Chat(7, "\u200b\u00a0", first_seen=SEEN), "7"),
        (Chat(7, "a\x1b[31mb\n\u202ec", first_seen=SEEN), "a[31mb c"),
        (Chat(7, "x" * 99, first_seen=SEEN), "x" * 39 + "…"),
    ],
)
def test_names(chat: Chat, name: str) -> None:
    """A name on one line, without what could steer a screen; without a name, the id."""
    assert lines.title(Subject("5:7", 7, chat)) == name


def test_those_without_a_name() -> None:
    """The terminal, a chat of which only memories are known, and what is no chat at all."""
    subjects = (Subject(TERMINAL), Subject("5:7", 7), Subject("replay:1"))
    assert [*map(lines.title, subjects)] == ["the terminal", "7", "replay:1"]


def test_an_inspection() -> None:
    """Every number stands on a line of its own."""
    trouble = Trouble(NOW - timedelta(hours=2), "5:7", "StoreError: no\nanswer")
    assert lines.inspection(Inspection(ADA, FACTS, "cafe0001", (trouble,)), NOW) == [
        ("id", "7"),
        ("kind", "person"),
        ("known", "since Mon 2 Mar"),
        ("memories", "1,204"),
        ("first", "7 days ago, Mon 2 Mar"),
        ("last", "just now"),
        ("size", "61.2 kB in Redis"),
        ("buckets", "321 in use, the fullest holds 84 memories, generation 3"),
        ("model", "cafe0001 wrote the newest"),
        ("errors", "2 hours ago, 10:00: StoreError: no answer"),
    ]


def test_an_inspection_of_nothing() -> None:
    """Where there are no memories, nothing is said of them."""
    empty = Inspection(Subject(TERMINAL), ScopeFacts(), "", ())
    assert lines.inspection(empty, NOW) == [("memories", "0"), ("errors", "none")]


def test_a_group_says_what_it_was() -> None:
    """Switches are named, and the group that a supergroup once was."""
    chat = Chat(-1009, "F", group=True, paused=True, quiet=True, home=-8, first_seen=SEEN)
    assert lines.about(Subject("5:-8", -1009, chat), NOW)[1:] == [
        ("kind", "group, paused, quiet"),
        ("known", "since Mon 2 Mar"),
        ("before", "the group -8, whose memories it keeps"),
    ]


def test_numbers_of_the_bot() -> None:
    """Today and all days are told apart; times and shares are those of all days."""
    first, today = date(2026, 3, 8), date(2026, 3, 9)
    days = (Day(first, 4, 4, 2, 1, 0, QUICK), Day(today, 1, 0, 0))
    trouble = Trouble(NOW, "", "StoreError: no")
    found = Stats(NOW, 12, 1, 51, days, SERVER, BUCKETS, (trouble,), "0.1.0")
    assert lines.stats(found, NOW) == [
        ("chats", "12 people, 1 group"),
        ("memories", "51"),
        ("today (UTC)", "1 message: 1 told, 0 asked, 0 chitchat"),
        ("2 days", "11 messages: 5 told, 4 asked, 2 chitchat"),
        ("replies", "half within 8.4 ms, 95 % within 9.8 ms"),
        ("declined", "25 % of 4 questions"),
        ("errors", "0\njust now: StoreError: no"),
        ("Redis", "12.3 MB, Valkey 9.1.2"),
        ("buckets", "generation 3, just now; 30,000 memories of 2 chats, 99.6% found"),
        ("version", "0.1.0"),
    ]


def test_numbers_of_the_running_bot() -> None:
    """The process that answers says with which model, for how long, and when it heard Telegram."""
    found = Stats(NOW, 0, 0, 0, (Day(NOW.date()),), SERVER, BUCKETS, (), "0.1.0", "cafe0001")
    assert lines.stats(found, NOW)[-1] == ("version", "0.1.0, model cafe0001")
    running = replace(found, up=timedelta(days=3), heard_s=2.4)
    assert lines.stats(running, NOW)[-1] == ("running", "3 days; heard Telegram 2 s ago")
    silent = replace(running, heard_s=None)
    assert lines.stats(silent, NOW)[-1] == ("running", "3 days; heard Telegram never")
    assert ("today (UTC)", "no messages") in lines.stats(found, NOW)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (BucketState(), "none yet: no chat is large enough to need them"),
        (
            BucketState(building=2, statements=1500),
            "generation 2 is being made, 1,500 filed",
        ),
        (
            replace(BUCKETS, building=4, statements=0, trouble="Redis is full"),
            f"generation 4 is being made, 0 filed; stopped early: Redis is full; {MADE}",
        ),
        (
            replace(BUCKETS, held_back=1),
            f"{MADE}; 30,000 memories of 2 chats, 99.6% found; {LEFT}",
        ),
    ],
)
def test_buckets_at_all_times(state: BucketState, told: str) -> None:
    """Before the first time, at work, after trouble, and where a chat was left as it was."""
    assert lines.buckets(state, NOW) == told


def test_small_scopes_have_no_buckets() -> None:
    """A scope that is read as a whole says so."""
    found = lines.inspection(Inspection(ADA, replace(FACTS, generation=0), "", ()), NOW)
    assert ("buckets", "none: so few memories are read as a whole") in found


@pytest.mark.parametrize(
    ("total", "pages", "shown"),
    [
        (0, 1, "no memories"),
        (1, 1, "1 memory"),
        (2, 1, "2 memories, newest first"),
        (2000, 200, "2,000 memories, newest first · page 1 of 200"),
    ],
)
def test_headings(total: int, pages: int, shown: str) -> None:
    """A page says how many there are, and which it is where there are several."""
    rows = (Row(1, SEEN, "", 3, 1),)[:total]
    assert lines.heading(Leaf(ADA, 1, pages, total, revealed=False, rows=rows)) == shown
