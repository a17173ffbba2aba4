"""Pages of administrators are valid for Telegram, whatever people wrote and are called."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from bot.admin import Inspection, Leaf, Row, Stats, Subject
from bot.admin.audit import Deed, Deeds
from bot.store import BucketState, Chat, Day, Entry, ScopeFacts, ServerFacts, Trouble
from bot.telegram import admin_pages as page
from bot.telegram.admin_buttons import Page, Turn, button, parse
from bot.telegram.admin_pages import Shown
from tests.telegram_server import parse_html, units

NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
BUCKETS = BucketState(
    10**9, "cafe0001", NOW.isoformat(), 10**9, 10**9, 10**9, 0.5, 10**6, 10**9, "cafe", "no " * 99
)
SERVER = ServerFacts("Valkey 9.1.2", "7.2.4", "noeviction", True, 12_300_000, 0, "master")  # noqa: FBT003 -- the order of its fields
MOST_UNITS, MOST_BELOW_A_PICTURE, MOST_DATA = 4096, 1024, 64
HUGE = 10**15
MANY = 10**9

ANY = st.text(st.characters(), max_size=500) | st.sampled_from(["<b>&", "😀" * 500, "\u202e", "{}"])
LONG = st.sampled_from(["x" * 5000, "\U0001d54f" * 5000, "<&>" * 2000])
WORDS = ANY | LONG
USERNAMES = st.text(st.sampled_from("abcXYZ_09"), max_size=32)
IDS = st.integers(-HUGE, HUGE)
TIMES = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- what hypothesis wants
CHATS = st.builds(
    Chat, IDS, WORDS, USERNAMES, st.booleans(), st.booleans(), st.booleans(), first_seen=TIMES
)
SUBJECTS = st.builds(lambda chat: Subject(f"5:{chat.id}", chat.id, chat), CHATS) | st.just(
    Subject("terminal:owner")
)
FACTS = st.builds(ScopeFacts, st.integers(0, HUGE), TIMES, TIMES, *[st.integers(0, HUGE)] * 5)
TROUBLES = st.lists(st.builds(Trouble, TIMES, st.just(""), WORDS), max_size=3).map(tuple)
ROWS = st.lists(
    st.builds(Row, IDS, TIMES, st.text(max_size=1), IDS, IDS, WORDS), min_size=10, max_size=10
)


def valid(shown: Shown, limit: int = MOST_UNITS) -> str:
    """The text of a page, which Telegram takes, buttons included."""
    html, keyboard = shown
    text, _ = parse_html(html)
    assert text.strip()
    assert units(text) <= limit
    for row in keyboard.inline_keyboard if keyboard else ():
        for each in row:
            assert each.text.strip()
            assert len(str(each.callback_data)) <= MOST_DATA
            assert parse(str(each.callback_data)) is not None
    return text


@given(SUBJECTS, FACTS, TROUBLES)
def test_inspections(subject: Subject, facts: ScopeFacts, troubles: tuple[Trouble, ...]) -> None:
    """Numbers of anybody."""
    valid(page.inspection(Inspection(subject, facts, "cafe0001", troubles), NOW))


@given(SUBJECTS, ROWS, st.booleans())
def test_leaves(subject: Subject, rows: list[Row], revealed: bool) -> None:  # noqa: FBT001 -- both are drawn
    """Ten memories of any texts; a text is on the page only where it is revealed."""
    leaf = Leaf(subject, 2, 3, 21, revealed=revealed, rows=tuple(rows))
    text = valid(page.leaf(leaf, NOW))
    assert ("Texts are shown" in text) == revealed
    if not revealed:
        bare = tuple(Row(r.id, r.time, r.speaker, r.characters, r.words) for r in rows)
        assert (
            page.leaf(Leaf(subject, 2, 3, 21, revealed=False, rows=bare), NOW)[0]
            == (page.leaf(leaf, NOW)[0])
        )


@given(st.lists(SUBJECTS, max_size=20), st.integers(-3, HUGE))
def test_lists_of_chats(subjects: list[Subject], number: int) -> None:
    """Any chats, and any page of them."""
    valid(page.subjects(subjects, number))


@example((Trouble(NOW - timedelta(days=700), "", "\U0001f5fe" * 200),) * 2, MANY, 0.0)
@given(TROUBLES.map(lambda t: t[:2]), st.integers(0, MANY), st.floats(0, 1e9))
def test_numbers_below_a_picture(troubles: tuple[Trouble, ...], count: int, heard_s: float) -> None:
    """They are short enough to stand there, whatever the numbers."""
    day = Day(NOW.date(), count, count, count, count, count, (count,) * 26)
    found = Stats(
        NOW, count, count, count, (day,) * 30, SERVER, BUCKETS, troubles, "0.1.0", "cafe0001",
        timedelta(days=400), heard_s,
    )  # fmt: skip
    valid((page.stats(found, NOW), None), MOST_BELOW_A_PICTURE)


@given(st.lists(st.tuples(CHATS, SUBJECTS), max_size=12), st.booleans(), TIMES)
def test_logs(who: list[tuple[Chat, Subject]], more: bool, until: datetime) -> None:  # noqa: FBT001 -- it is drawn
    """Twelve entries of anybody about anybody."""
    deeds = [
        Deed(Entry(NOW, chat.id, "inspect", subject.scope, revealed=True), chat, subject)
        for chat, subject in who
    ]
    valid(page.audit(Deeds(2, more, tuple(deeds)), until, NOW))


@given(st.sampled_from(Page), IDS, st.integers(0, HUGE))
def test_buttons_mean_what_they_say(kind: Page, first: int, second: int) -> None:
    """What a button carries is read back as it was written."""
    turn = Turn(kind, first, second)
    assert parse(str(button("x", turn).callback_data)) == turn


@given(st.text(max_size=70) | st.from_regex(r"a[a-z]:-?\d{0,20}:-?\d{0,20}", fullmatch=True))
def test_other_data_mean_nothing(data: str) -> None:
    """Whatever data come, they are a button of ours or none; none raise."""
    turn = parse(data)
    if turn is not None:
        assert data.isascii()
        assert max(abs(turn.first), turn.second) < 10**16
