"""Tables of 80 columns, and their twins in JSON."""

import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from rich.console import Console, RenderableType

from bot.admin import Inspection, Leaf, Row, Stats, Subject, table
from bot.admin.audit import Deed, Deeds
from bot.admin.plain import to_json
from bot.store import BucketState, Chat, Day, Entry, ScopeFacts, ServerFacts, Trouble

NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
SUBJECT = Subject("5:7", 7, Chat(7, "Ada Lovelace " * 9, "ada", first_seen=NOW))
LONG = "the code of the safe " * 20
ROW = Row(1204, NOW, "É", 420, 5)
PLAIN = Leaf(SUBJECT, 1, 3, 21, revealed=False, rows=(ROW,))
TEXTS = Leaf(SUBJECT, 1, 3, 21, revealed=True, rows=(Row(1204, NOW, "É", 420, 5, LONG),))
FACTS = ScopeFacts(21, NOW, NOW, 61_234, 321, 84, 3, 2)
BUCKETS = BucketState(3, "cafe0001", NOW.isoformat(), 30_000, 2, recall=0.996)
SERVER = ServerFacts("Valkey 9.1.2", "7.2.4", "noeviction", True, 12_300_000, 0, "master")  # noqa: FBT003 -- the order of its fields
TROUBLE = Trouble(NOW, "5:7", "StoreUnavailableError at bot/conversation.py:88: " + "no " * 60)
STATS = Stats(
    NOW, 1, 2, 3, (Day(date(2026, 3, 9), 2, 2, 0, 1),), SERVER, BUCKETS, (TROUBLE,), "0.1.0",
    "cafe0001",    timedelta(hours=2), 1.5,
)  # fmt: skip
DEEDS = Deeds(1, False, (Deed(Entry(NOW, 7, "inspect", "5:7", True), SUBJECT.chat, SUBJECT),))  # noqa: FBT003 -- the order of their fields


def inspection(leaf: Leaf) -> Inspection:
    """Numbers with a page."""
    return Inspection(SUBJECT, FACTS, "cafe0001", (TROUBLE,), leaf)


def drawn(shown: RenderableType, width: int = 80) -> str:
    """What a terminal of that width shows."""
    file = io.StringIO()
    Console(file=file, width=width, highlight=False).print(shown)
    return file.getvalue()


@pytest.mark.parametrize(
    "shown",
    [
        table.inspection(inspection(PLAIN), NOW),
        table.inspection(inspection(TEXTS), NOW),
        table.stats(STATS, NOW),
        table.audit(DEEDS, NOW),
        table.subjects([SUBJECT], NOW),
    ],
)
def test_everything_fits(shown: RenderableType) -> None:
    """On 80 columns nothing is cut off: what is long goes on in the next line."""
    told = drawn(shown)
    assert max(map(len, told.splitlines())) <= 80
    assert len(told.split()) == len(drawn(shown, 1000).split())


def test_texts_are_shown_where_they_are_revealed() -> None:
    """Else their sizes are."""
    assert LONG.strip() in " ".join(drawn(table.inspection(inspection(TEXTS), NOW)).split())
    told = drawn(table.inspection(inspection(PLAIN), NOW))
    assert "safe" not in told
    assert "1204  Mon 9 Mar 12:00  É          420      5" in told


def test_an_inspection_as_json() -> None:
    """All values, times in ISO form; a text is null where it is not revealed."""
    held = json.loads(to_json(inspection(PLAIN)))
    assert held["subject"]["scope"] == "5:7"
    assert held["facts"]["first"] == "2026-03-09T12:00:00+00:00"
    assert held["leaf"]["rows"] == [
        {"id": 1204, "time": "2026-03-09T12:00:00+00:00", "speaker": "É", "characters": 420,
         "words": 5, "text": None}
    ]  # fmt: skip
    assert json.loads(to_json(inspection(TEXTS)))["leaf"]["rows"][0]["text"] == LONG


def test_numbers_as_json() -> None:
    """Days with their sums and percentiles, durations in seconds, and no infinity."""
    held = json.loads(to_json(STATS), parse_constant=pytest.fail)
    assert held["days"][0]["date"] == "2026-03-09"
    assert (held["up"], held["heard_s"]) == (7200.0, 1.5)
    assert held["together"]["messages"] == 4
    assert held["today"]["declined_share"] == 0.5
    assert len(held["latency_buckets_s"]) == len(held["days"][0]["latencies"]) - 1


def test_the_log_and_the_chats_as_json() -> None:
    """Both are lists of what the tables show."""
    held = json.loads(to_json(DEEDS))
    assert held["deeds"][0]["entry"]["revealed"] is True
    chats = json.loads(to_json([SUBJECT]))["chats"]
    assert [chat["id"] for chat in chats] == [7]
