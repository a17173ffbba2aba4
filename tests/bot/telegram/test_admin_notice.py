"""Looks that are told to people at once, and looks that cannot be put down."""

from pathlib import Path

import pytest

from bot import words
from bot.admin.words import INSPECTED
from bot.store import RedisStore
from memnn.model import Model
from tests.bot.telegram.admin_world import ADA, ADMIN, EVE, Scene, scene
from tests.servers import Backend, opened, plain_server

PRIVATE = "the code of my safe is 4471"
LEDGER = (
    *("inbox", "seen", "held", "workers", "posts", "turn:*"),
    *("chats", "allowed", "codes", "holders", "troubles", "day:*"),
)


async def told(world: Scene, user: int) -> list[str]:
    """Notices that somebody got."""
    await world.answer(EVE, "/help")
    return [post.text for post in world.server.sent(user) if post.text == INSPECTED]


async def ada(world: Scene) -> None:
    """Ada has told something."""
    world.server.say(ADA, f"/remember {PRIVATE}")
    await world.answer(ADA, "/help")


@pytest.mark.parametrize("notice", [True, False])
async def test_people_are_told_where_that_is_wanted(
    store: RedisStore,
    tiny: Model,
    notice: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    """With INSPECT_NOTICE a look at texts is told at once, one at numbers never."""
    async with scene(store, tiny, inspect_notice=notice, chat_sends_per_s=1000) as world:
        await ada(world)
        await world.answer(ADMIN, f"/inspect {ADA}")
        assert await told(world, ADA) == []
        for _ in range(3):
            post = await world.answer(ADMIN, f"/inspect {ADA} --reveal")
            assert PRIVATE in post.text
        assert len(await told(world, ADA)) == int(notice)  # several pages are one notice


async def test_who_cannot_be_told_is_looked_at_all_the_same(store: RedisStore, tiny: Model) -> None:
    """A user who blocked the bot gets no notice; the look is recorded like any other."""
    async with scene(store, tiny, inspect_notice=True) as world:
        await ada(world)
        world.server.block(ADA)
        assert PRIVATE in (await world.answer(ADMIN, f"/inspect {ADA} --reveal")).text
        assert (await world.ledger.audit.latest())[0].revealed
        assert await world.ledger.troubles.latest() == ()


async def test_what_cannot_be_put_down_is_not_shown(
    backend: Backend, tiny: Model, tmp_path: Path
) -> None:
    """Where only the audit log takes no entry, an administrator sees nothing at all."""
    with plain_server(tmp_path) as url:
        async with opened(backend, url=url) as store, scene(store, tiny) as world:
            await ada(world)
            page = await world.answer(ADMIN, f"/inspect {ADA}")
            allowed = [f"~mn:{{bot={world.bot_id}}}:{part}" for part in LEDGER]
            rights = ("resetkeys", f"~mn:{{{world.bot_id}:*", "~mn:scopes", *allowed)
            await store._connection.command("ACL", "SETUSER", "default", *rights)
            for command in (
                f"inspect {ADA} --reveal",
                f"inspect {ADA}",
                "inspect",
                "stats",
                "audit",
            ):
                post = await world.answer(ADMIN, f"/{command}")
                assert post.text == words.MEMORY_DOWN
            query = world.server.tap(ADMIN, "Memories", message_id=page.message_id)
            assert await world.answered(query) == words.MEMORY_DOWN
            sent = [str(call.given) for call in world.server.calls if call.chat_id == ADMIN]
            assert "4471" not in "".join(sent)
            assert await told(world, ADA) == []
