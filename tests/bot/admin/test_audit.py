"""The audit log, page by page and in words."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.admin import Admin, Subject
from bot.admin.audit import Deed, read_entries
from bot.admin.deeds import doer, done
from bot.scopes import TERMINAL, chat_scope
from bot.store import Chat, Entry, Ledger
from tests.bot.admin.conftest import ADA, GROUP
from tests.worlds import TIME

ROOT = Chat(1, "Root", "root", first_seen=TIME)


async def write(ledger: Ledger, count: int) -> None:
    """Entries, one a minute."""
    for number in range(count):
        await ledger.audit.append(Entry(TIME + timedelta(minutes=number), number, "inspect"))


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 75])
async def test_pages_hold_every_entry_once(ledger: Ledger, count: int) -> None:
    """Page after page all entries come, newest first, and the last page says so."""
    await write(ledger, count)
    seen: list[int | None] = []
    for number in range(1, 20):
        entries, more = await read_entries(ledger.audit, number, 10, None)
        seen += [entry.admin for entry in entries]
        assert more == (number * 10 < count)
    assert seen == list(range(count))[::-1]


async def test_looking_moves_nothing(admin: Admin, ledger: Ledger) -> None:
    """Turning pages makes the log longer, and still no entry comes twice or is left out."""
    await write(ledger, 120)
    start = datetime.now(UTC)
    seen = []
    for number in range(1, 11):
        page = await admin.audit(number, admin=7, until=start)
        seen += [deed.entry.admin for deed in page.deeds]
    assert seen == list(range(120))[::-1]
    assert not page.more
    assert len(await ledger.audit.latest(500)) == 130


async def test_names_belong_to_entries(admin: Admin, ledger: Ledger, bot_id: int) -> None:
    """Who looked, and at whom, is told by name and id where the bot knows them."""
    await ledger.chats.put(ROOT)
    scope = chat_scope(bot_id, ADA)
    await ledger.audit.append(Entry(TIME, ROOT.id, "inspect", scope, revealed=True))
    await ledger.audit.append(Entry(TIME, 55, "allow", chat_scope(bot_id, 66)))
    await ledger.audit.append(Entry(TIME, None, "inspect", TERMINAL))
    page = await admin.audit(admin=ROOT.id)
    assert [(doer(deed), done(deed)) for deed in page.deeds] == [
        ("Root @root (1)", "looked at this log"),
        ("command line", "looked at the terminal"),
        ("55", "let in 66"),
        ("Root @root (1)", "read memories of Ada Lovelace @Ada_L (7)"),
    ]


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("inspect", "looked at the list of chats"),
        ("stats", "looked at the numbers"),
        ("audit", "looked at this log"),
        ("rebucket", "had the buckets made anew"),
        ("backup", "made a backup"),
        ("restore", "put a backup back"),
        ("of a later version", "of a later version"),
    ],
)
def test_every_action_has_words(action: str, words: str) -> None:
    """What concerns the whole bot is told in words; an action that is not known stands as it is."""
    assert done(Deed(Entry(TIME, 1, action), None, None)) == words


def test_a_group_is_named_by_its_title() -> None:
    """A group that was turned away is named, with its id."""
    chat = Chat(GROUP, "Family", group=True, first_seen=TIME)
    deed = Deed(Entry(TIME, 1, "disallow", f"5:{GROUP}"), None, Subject(f"5:{GROUP}", GROUP, chat))
    assert done(deed) == f"turned away Family ({GROUP})"
