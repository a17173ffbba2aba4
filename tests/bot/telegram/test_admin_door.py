"""Who comes in: strangers, codes, /allow and /disallow, over a whole bot."""

from collections.abc import AsyncIterator

import pytest

from bot.store import RedisStore
from memnn.model import Model
from tests.bot.telegram.admin_world import ADA, ADMIN, EVE, Scene, scene

NAMED = 5


@pytest.fixture(name="paired")
async def _paired(store: RedisStore, tiny: Model) -> AsyncIterator[Scene]:
    """A bot that pairs."""
    async with scene(store, tiny, access="pairing", allowed_ids=f"{NAMED}") as made:
        yield made


def code_of(text: str) -> str:
    """The code at the end of a line for strangers."""
    return text.rsplit(maxsplit=1)[-1]


async def entries(world: Scene) -> list[tuple[str, str]]:
    """What stands in the audit log, oldest first: action, and id of whom it is about."""
    found = reversed(await world.ledger.audit.latest())
    return [(entry.action, entry.scope.partition(":")[2]) for entry in found]


async def test_a_stranger_is_let_in(paired: Scene) -> None:
    """A stranger gets a code, the administrator takes it, the stranger is told and may talk."""
    post = await paired.answer(ADA, "/remember my sister is Anouk")
    code = code_of(post.text)
    assert await paired.ledger.chats.all() == ()
    assert not [s for s in await paired.store.scopes() if s.startswith(f"{paired.bot_id}:")]
    answer = await paired.answer(ADMIN, f"/allow {code.lower()}")
    assert answer.text == f"{ADA} may talk to me now, and knows it."
    welcome = await paired.next(ADA, post.message_id)
    assert welcome.text.startswith("You are let in.")
    assert (
        await paired.answer(ADA, "/memories")
    ).text == "There are no memories yet. Tell me something."
    assert await entries(paired) == [("allow", f"{ADA}")]
    again = await paired.answer(ADMIN, f"/allow {code}")
    assert again.text.startswith("That code is not valid")


async def test_only_administrators_let_in(paired: Scene) -> None:
    """A guest who takes a stranger's code lets nobody in."""
    code = code_of((await paired.answer(ADA, "hello")).text)
    post = await paired.answer(NAMED, f"/allow {code}")
    assert post.text.startswith("There is no /allow.")
    assert await paired.ledger.guests.allowed() == frozenset()
    assert await entries(paired) == []


async def test_ids_are_let_in_and_out(paired: Scene) -> None:
    """An administrator lets in a person or a group by id, sees who is in, and turns them away."""
    group = paired.server.group("Family", [EVE])
    post = await paired.answer(ADMIN, f"/allow {ADA}")
    assert post.text == f"{ADA} may talk to me now."  # whom the bot cannot write to yet
    post = await paired.answer(ADMIN, f"/allow {group}")
    assert post.text == f"{group} may talk to me now, and knows it."
    post = await paired.answer(ADMIN, "/allow")
    assert post.text.startswith(f"Let in: {group}, {ADA}.")
    assert (await paired.answer(ADA, "/help")).text.startswith("Tell me things")
    assert (await paired.answer(group, "/help", user=EVE)).text.startswith("Tell me things")
    post = await paired.answer(ADMIN, f"/disallow {ADA}")
    assert post.text.startswith(f"{ADA} may talk to me no more.")
    assert "code" in (await paired.answer(ADA, "/help")).text
    post = await paired.answer(ADMIN, f"/disallow {ADA}")
    assert post.text == f"{ADA} was not let in."
    assert [action for action, _ in await entries(paired)] == [*["allow"] * 2, *["disallow"] * 2]


async def test_a_group_that_becomes_a_supergroup_stays_in(paired: Scene) -> None:
    """Telegram gives it another id; nobody has to be asked again, also after a restart."""
    group = paired.server.group("Family", [EVE], kind="group")
    await paired.answer(ADMIN, f"/allow {group}")
    await paired.answer(group, "/help", user=EVE)
    moved = paired.server.migrate(group)
    assert (await paired.answer(moved, "/help", user=EVE)).text.startswith("Tell me things")
    other = paired.server.group("Others", [EVE])
    paired.server.say(other, "/help", user=EVE)
    await paired.answer(ADMIN, "/rebucket")
    assert "Tell me things" not in "".join(post.text for post in paired.server.sent(other))


async def test_the_settings_cannot_be_overruled(paired: Scene) -> None:
    """Whom the settings name stays in, and the administrator is told why."""
    post = await paired.answer(ADMIN, f"/disallow {NAMED}")
    assert "stands in ALLOWED_IDS or ADMIN_IDS" in post.text
    assert (await paired.answer(NAMED, "/help")).text.startswith("Tell me things")


@pytest.mark.parametrize("given", ["nonsense", "ABCDEFGH", "12 34", "7x", "-", "9" * 30])
async def test_what_is_no_code_lets_nobody_in(paired: Scene, given: str) -> None:
    """A wrong code is said to be wrong, and nothing is put down."""
    post = await paired.answer(ADMIN, f"/allow {given}")
    assert post.text == "That code is not valid: mistyped, used, or older than a day."
    post = await paired.answer(ADMIN, f"/disallow {given}")
    assert post.text == "/disallow ID lets somebody in no more."
    assert await paired.ledger.guests.allowed() == frozenset()
    assert await entries(paired) == []


async def test_nobody_is_in_yet(paired: Scene) -> None:
    """/allow alone explains itself."""
    post = await paired.answer(ADMIN, "/allow")
    assert post.text.startswith("Nobody is let in yet")
    assert "/allow CODE" in post.text


@pytest.mark.parametrize(
    ("access", "told"), [("open", "ACCESS is open"), ("list", "ACCESS is list")]
)
async def test_only_a_bot_that_pairs_lets_in(
    store: RedisStore, tiny: Model, access: str, told: str
) -> None:
    """Else /allow says what holds instead, and changes nothing."""
    async with scene(store, tiny, access=access) as world:
        post = await world.answer(ADMIN, f"/allow {ADA}")
        assert post.text.startswith(told)
        assert await world.ledger.guests.allowed() == frozenset()
        assert await entries(world) == []


async def test_a_stranger_on_no_list_is_told_once(store: RedisStore, tiny: Model) -> None:
    """One polite line, no code, nothing kept; then silence."""
    async with scene(store, tiny, access="list") as world:
        post = await world.answer(ADA, "hello")
        assert post.text == "I am not for everyone, so I keep nothing of this."
        world.server.say(ADA, f"/inspect {ADMIN}")
        await world.answer(ADMIN, "/rebucket")
        assert len(world.server.sent(ADA)) == 1
        assert await world.ledger.chats.all() == ()
