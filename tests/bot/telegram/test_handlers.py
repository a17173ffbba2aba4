"""Which update goes where, over a whole bot: strangers stop at the door, service messages pass."""

import pytest

from bot import words
from bot.store import RedisStore
from bot.telegram import texts
from memnn.model import Model
from tests.bot.telegram.admin_world import ADA, ADMIN, EVE, Scene, scene

CODE = "my bike lock code is 8206"
ASKED = "what is the code of my bike lock?"


async def scopes(world: Scene) -> list[str]:
    """Whose memories there are."""
    return [s for s in await world.store.scopes() if s.startswith(f"{world.bot_id}:")]


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 400}], ids=["blocked", "refused"])
async def test_the_door_stays_shut_when_it_fails(
    mind: RedisStore, model: Model, fault: dict[str, int]
) -> None:
    """A stranger who cannot even be told so is let in no more than others."""
    async with scene(mind, model, access="list") as world:
        world.server.fault("sendMessage", chat=ADA, **fault)
        world.server.say(ADA, CODE)
        await world.answer(ADMIN, "/rebucket")
        assert not world.server.calls_of("setMessageReaction", ADA)
        assert await scopes(world) == []
        assert await world.ledger.chats.all() == ()


async def test_strangers_taps_and_edits_do_nothing(mind: RedisStore, model: Model) -> None:
    """A tap is answered with nothing; whoever was let out loses the buttons, too."""
    async with scene(mind, model, access="pairing") as world:
        await world.answer(ADMIN, f"/allow {ADA}")
        told = await world.tell(ADA, CODE)
        page = await world.answer(ADA, "/memories")
        await world.answer(ADMIN, f"/disallow {ADA}")
        assert await world.answered(world.server.tap(ADA, "🗑 1")) == ""
        world.server.edit(ADA, told.message_id, "my bike lock code is 1")
        await world.answer(ADMIN, f"/allow {ADA}")
        assert (await world.answer(ADA, "/memories")).text == page.text


async def test_what_telegram_writes_itself_needs_no_reply(world: Scene) -> None:
    """Pins, titles, new backgrounds: nobody said them; a voice message gets a line."""
    pinned = {"pinned_message": (await world.tell(ADA, CODE)).data}
    for content in (
        pinned,
        {"delete_chat_photo": True},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 5}},
    ):
        world.server.message(ADA, content)
    voice = world.server.voice(ADA)
    assert (await world.next(ADA, voice.message_id)).text == texts.TEXT_ONLY
    assert len(world.server.sent(ADA)) == 1


async def test_what_cannot_be_read_is_told_once(world: Scene) -> None:
    """Each gets a line, an album one for all its pictures, an export the way to take it in."""
    for send in (world.server.sticker, world.server.photo, world.server.voice):
        post = send(ADA)
        assert (await world.next(ADA, post.message_id)).text == texts.TEXT_ONLY
    poll = world.server.poll(ADA, "Lunch?", "yes", "no")
    assert (await world.next(ADA, poll.message_id)).text == texts.TEXT_ONLY
    place = {"location": {"latitude": 1.0, "longitude": 2.0}}
    post = world.server.message(ADA, place)
    assert (await world.next(ADA, post.message_id)).text == texts.TEXT_ONLY
    album = [world.server.message(ADA, place | {"media_group_id": "5"}) for _ in range(3)]
    await world.next(ADA, album[-1].message_id)
    file = world.server.document(ADA, b"{}", "memories.jsonl")
    assert (await world.next(ADA, file.message_id)).text == texts.IMPORT_HOW
    assert len(world.server.sent(ADA, after=album[0].message_id)) == 2


async def test_groups_hear_nothing_of_what_cannot_be_read(world: Scene) -> None:
    """Stickers between people are none of the bot's business."""
    group = world.server.group("Family", [ADA, EVE])
    hello = await world.next(group, 0)
    world.server.sticker(group, user=EVE)
    await world.answer(group, "/memories", user=EVE)
    assert len(world.server.sent(group, after=hello.message_id)) == 1


@pytest.mark.parametrize(
    ("privacy", "bot"), [(True, "member"), (True, "administrator"), (False, "member")]
)
async def test_a_group_is_greeted(
    mind: RedisStore, model: Model, *, privacy: bool, bot: str
) -> None:
    """Once, with what the bot will see there."""
    async with scene(mind, model) as world:
        world.server.world.privacy = privacy
        await world.answer(ADA, "/help")
    async with scene(mind, model) as world:
        world.server.world.privacy = privacy
        group = world.server.group("Family", [ADA], bot=bot)
        hello = await world.next(group, 0)
        assert hello.text.startswith(texts.ADDED)
        assert (texts.SEES_LITTLE in hello.text) is (privacy and bot == "member")


async def test_channels_and_unknown_updates_are_passed_over(world: Scene) -> None:
    """Channel posts, reactions, inline queries: nothing is kept or said of them."""
    channel = world.server.channel("News")
    about = world.server.world.find(channel).about
    post = {"message_id": 1, "date": 1_700_000_000, "chat": about, "text": CODE}
    who = {"id": ADA, "is_bot": False, "first_name": "Ada"}
    for update in (
        {"channel_post": post},
        {"edited_channel_post": post},
        {"message_reaction": {"chat": about}},
        {"inline_query": {"id": "1", "from": who, "query": "x", "offset": ""}},
        {"from_the_future": {"chat": about}},
        {"poll": {"id": "1"}},
    ):
        world.server.raw(update)
    await world.answer(ADMIN, "/rebucket")
    assert not world.server.sent(channel)
    assert await scopes(world) == []


async def test_other_bots_are_not_listened_to(world: Scene) -> None:
    """Neither messages nor commands: two bots would talk for ever."""
    group = world.server.group("Family", [ADA, EVE])
    await world.next(group, 0)
    other = {"id": EVE, "is_bot": True, "first_name": "Echo"}
    world.server.message(group, {"text": f"@memo_bot {CODE}", "from": other})
    world.server.message(group, {"text": "/memories", "from": other})
    page = await world.answer(group, "/memories", user=ADA)
    assert page.text == words.NO_MEMORIES


async def test_commands_of_other_bots_are_left_to_them(world: Scene) -> None:
    """A command may name its bot; forwarded ones are no commands."""
    group = world.server.group("Family", [ADA])
    first = await world.next(group, 0)
    world.server.say(group, "/memories@other_bot")
    page = await world.answer(group, "/MEMORIES@Memo_Bot")
    assert page.text == words.NO_MEMORIES
    world.server.say(group, "/nonsense")
    await world.answer(group, "/help")
    assert len(world.server.sent(group, after=first.message_id)) == 2


async def test_a_path_is_no_command(world: Scene) -> None:
    """A slash alone makes none."""
    post = world.server.say(ADA, "/attic/box is where my keys are stored")
    await world.noticed(post)
    assert not [sent for sent in world.server.sent(ADA) if "There is no" in sent.text]


@pytest.mark.parametrize("first", ["old", "new"])
async def test_a_group_that_moves_keeps_its_memories(
    mind: RedisStore, model: Model, first: str
) -> None:
    """Whichever of the two messages about it comes first, or alone."""
    async with scene(mind, model) as world:
        group = world.server.group("Family", [ADA], kind="group")
        await world.tell(group, CODE, user=ADA)
        moved = world.server.migrate(group)
        lost = {"old": "migrate_from_chat_id", "new": "migrate_to_chat_id"}[first]
        pending = world.server.world.updates.pending
        del pending[next(number for number, body in pending.items() if lost in body)]
        await world.answer(ADMIN, "/rebucket")
        answer = await world.answer(moved, f"@memo_bot {ASKED}", user=ADA)
        assert "8206" in answer.text
        assert CODE in answer.text  # the message itself stayed behind and cannot be quoted
        await world.tell(moved, "Anouk got hired at Decathlon", user=ADA)
        assert (await world.answer(moved, "/memories")).text.startswith("2 memories")
