"""Administrators in Telegram: what they see, what that leaves behind, and that nobody else does."""

from collections.abc import AsyncIterator

import pytest

from bot import words
from bot.phrases import closest
from bot.store import RedisStore
from bot.telegram import texts
from bot.telegram.commands import COMMANDS
from memnn.model import Model
from tests.bot.telegram.admin_world import ADA, ADMIN, EVE, Scene, scene
from tests.telegram_server import origin_channel, origin_chat, origin_hidden, origin_user

PRIVATE = "the code of my safe is 4471"
FOR_ADMINS = ("inspect", "stats", "audit", "rebucket", "allow", "disallow")


@pytest.fixture(name="world")
async def _world(store: RedisStore, tiny: Model) -> AsyncIterator[Scene]:
    """A bot to which Ada has told something private, and then something a day."""
    async with scene(store, tiny) as made:
        made.server.user(ADA, first_name="Ada", username="Ada_L")
        for number in range(12):
            text = PRIVATE if number == 0 else f"tea number {number}"
            made.server.say(ADA, f"/remember {text}")
        await made.answer(ADA, "/help")
        yield made


def told(world: Scene, chat: int) -> str:
    """All that the bot ever sent to a chat: texts and captions, also those changed since."""
    sent = [call for call in world.server.calls if call.chat_id == chat]
    return "\n".join(str(call.given) for call in sent)


async def actions(world: Scene) -> list[tuple[str, int | None, bool]]:
    """The audit log, oldest first."""
    entries = await world.ledger.audit.latest(100)
    return [(entry.action, entry.admin, entry.revealed) for entry in reversed(entries)]


async def test_numbers_first(world: Scene) -> None:
    """/inspect tells counts, size, buckets, generation, model; a button leads to the memories."""
    post = await world.answer(ADMIN, "/inspect @ada_l")
    assert post.text.startswith("Ada @Ada_L\n")
    for line in ("id  7", "memories  12", "buckets  none", "model  74696e79", "errors  none"):
        assert line in post.text
    assert post.keyboard == [["Memories"]]
    assert await actions(world) == [("inspect", ADMIN, False)]


async def test_pages_of_metadata_hold_no_text(world: Scene) -> None:
    """Buttons page through ids, times and lengths; no message to the administrator has a text."""
    post = await world.tap(await world.answer(ADMIN, f"/inspect {ADA}"), "Memories")
    assert "12 memories, newest first · page 1 of 2" in post.text
    assert [line.split()[0] for line in post.text.splitlines()[3:]] == [
        str(number) for number in range(12, 2, -1)
    ]
    assert post.keyboard == [["▶"], ["Numbers"]]
    post = await world.tap(post, "▶")
    assert f"· {len(PRIVATE)} characters ·" in post.text.splitlines()[-1]
    assert post.keyboard == [["◀"], ["Numbers"]]
    post = await world.tap(await world.tap(post, "◀"), "Numbers")
    assert "memories  12" in post.text
    assert "4471" not in told(world, ADMIN)
    assert "tea" not in told(world, ADMIN)
    assert await actions(world) == [("inspect", ADMIN, False)] * 5


@pytest.mark.parametrize("how", ["--reveal", "—reveal", "-reveal", "--REVEAL"])
async def test_texts_only_on_purpose(world: Scene, how: str) -> None:
    """--reveal, as keyboards write it, shows texts; each page is recorded; the user sees it."""
    post = await world.answer(ADMIN, f"/inspect {how} {ADA}")
    assert "tea number 11" in post.text
    assert "4471" not in post.text
    assert world.server.calls_of("sendMessage", ADMIN)[-1].given["protect_content"]
    post = await world.tap(post, "▶")
    assert PRIVATE in post.text
    assert await actions(world) == [("inspect", ADMIN, True)] * 2
    history = await world.answer(ADA, "/history")
    assert history.text.count("looked at by an administrator") == 2


async def test_the_list_of_chats(world: Scene) -> None:
    """/inspect alone lists who has written; a button leads to each."""
    for user in range(100, 110):
        await world.answer(user, "/help")
    post = await world.answer(ADMIN, "/inspect")
    assert post.text.startswith("11 chats")
    assert post.keyboard[0] == ["User109"]
    post = await world.tap(post, "▶")
    assert post.keyboard == [["User101"], ["User100"], ["Ada @Ada_L"], ["◀"]]
    post = await world.tap(post, "Ada @Ada_L")
    assert "memories  12" in post.text
    assert "4471" not in told(world, ADMIN)


async def test_a_reply_says_who_is_meant(world: Scene) -> None:
    """In reply to a forwarded message /inspect is about its author, else about this chat."""
    server = world.server
    group = server.group("Family", [ADA])
    await world.answer(group, "/help", user=ADA)
    origins = {
        ADA: origin_user(server.user(ADA)),
        group: origin_chat(server.world.find(group)),
    }
    for chat, origin in origins.items():
        forwarded = server.forward(ADMIN, "hello", origin)
        await world.next(ADMIN, forwarded.message_id)
        post = await world.answer(ADMIN, "/inspect", reply_to=forwarded.message_id)
        assert f"id  {chat}\n" in post.text
    said = await world.answer(ADMIN, "hello there")
    post = await world.answer(ADMIN, "/inspect", reply_to=said.message_id)
    assert f"id  {ADMIN}\n" in post.text


async def test_a_reply_that_says_nobody(world: Scene) -> None:
    """Who hides the account cannot be looked up; a channel has no memories."""
    hidden = world.server.forward(ADMIN, "hello", origin_hidden("Ada"))
    await world.next(ADMIN, hidden.message_id)
    post = await world.answer(ADMIN, "/inspect", reply_to=hidden.message_id)
    assert "hides the account" in post.text
    channel = world.server.world.find(world.server.channel("News"))
    forwarded = world.server.forward(ADMIN, "hello", origin_channel(channel, 3))
    await world.next(ADMIN, forwarded.message_id)
    post = await world.answer(ADMIN, "/inspect", reply_to=forwarded.message_id)
    assert post.text.startswith("Nobody of that id")


async def test_a_mention_without_a_name(world: Scene) -> None:
    """Whoever has no @name is mentioned by the name itself."""
    entities = [
        {"type": "bot_command", "offset": 0, "length": 8},
        {"type": "text_mention", "offset": 9, "length": 3, "user": world.server.user(ADA)},
    ]
    asked = world.server.message(ADMIN, {"text": "/inspect Ada", "entities": entities})
    assert "memories  12" in (await world.next(ADMIN, asked.message_id)).text


async def test_a_group_is_looked_at_in_private(world: Scene) -> None:
    """A group is inspected by its id; asked for in a group, nothing is shown where others read."""
    group = world.server.group("Family", [ADA, ADMIN])
    await world.answer(group, f"/remember@memo_bot {PRIVATE}", user=ADA)
    post = await world.answer(group, f"/inspect {ADA} --reveal", user=ADMIN)
    assert post.text == "Others read along here. Ask me that in our private chat."
    assert await actions(world) == []
    post = await world.answer(ADMIN, f"/inspect {group} --reveal")
    assert PRIVATE in post.text
    assert "· A\n" in post.text  # of whoever said it, the first letter


@pytest.mark.parametrize("command", FOR_ADMINS)
async def test_to_others_the_commands_do_not_exist(world: Scene, command: str) -> None:
    """Somebody else is answered as to any unknown command, and leaves no entry but a count."""
    close = closest(command, COMMANDS)
    hint = f"Did you mean /{close}?" if close else "/help lists the commands."
    for _ in range(2):
        post = await world.answer(EVE, f"/{command} {ADA} --reveal")
        assert post.text == words.NO_SUCH_COMMAND.format(name=f"/{command}", close=hint)
        assert post.keyboard == []
    assert await actions(world) == []
    await world.answer(ADMIN, "/stats")  # which puts down what was counted
    troubles = await world.ledger.troubles.latest()
    assert [trouble.what for trouble in troubles] == [
        f"NotAdmin: /{command} was asked for by somebody who is no administrator"
    ]


async def test_a_button_gives_no_right(world: Scene) -> None:
    """Whoever taps is asked: somebody else's tap, or one from elsewhere, is an old button."""
    post = await world.answer(ADMIN, f"/inspect {ADA} --reveal")
    before = (post.text, await actions(world))
    data = post.buttons[0][0]["callback_data"]
    mine = await world.answer(EVE, "/help")
    group = world.server.group("Family", [ADMIN, EVE])
    theirs = await world.answer(group, "/help", user=EVE)
    taps = [
        world.server.forge(ADMIN, post.message_id, data, user=EVE),
        world.server.forge(EVE, mine.message_id, data, user=EVE),
        world.server.forge(group, theirs.message_id, data, user=ADMIN),
        world.server.tap_inaccessible(ADMIN, post.message_id, data),
    ]
    answers = [await world.answered(tap) for tap in taps]
    assert answers == [texts.TOO_OLD] * 4
    assert (post.text, await actions(world)) == before
    assert "tea" not in told(world, EVE) + told(world, group)


@pytest.mark.parametrize(
    "data",
    ["at:7:0", "at:7:9999999999999999", "as:0:5", "ac:-5:0", "ac:999:0", "al:-1:0", "al:99:9",
     "al:1:9999999999999999", "ao:5:0", "at:-7:1"],
)  # fmt: skip
async def test_odd_buttons_harm_nothing(world: Scene, data: str) -> None:
    """Numbers beyond all pages, or of nobody, show what there is or say that there is nobody."""
    post = await world.answer(ADMIN, f"/inspect {ADA}")
    query = world.server.forge(ADMIN, post.message_id, data)
    await world.answered(query)
    assert await world.ledger.troubles.latest() == ()
    assert (await world.answer(ADMIN, "/rebucket")).text.startswith("Words are filed")


async def test_a_forwarded_command_is_none(world: Scene) -> None:
    """What somebody got an administrator to forward is not done."""
    origin = origin_user(world.server.user(EVE))
    forwarded = world.server.forward(ADMIN, f"/inspect {ADA} --reveal", origin)
    await world.noticed(forwarded)
    assert "tea" not in told(world, ADMIN)
    assert await actions(world) == []


async def test_the_log_page_by_page(world: Scene) -> None:
    """/audit tells who looked at whom, by name and id; turning pages leaves the rest in place."""
    for _ in range(14):
        await world.answer(ADMIN, f"/inspect {ADA}")
    post = await world.answer(ADMIN, "/audit")
    assert post.text.count("looked at Ada @Ada_L (7)") == 12
    post = await world.tap(post, "▶")
    assert post.text.count("looked at") == 2
    post = await world.tap(post, "◀")
    assert post.text.count("looked at Ada @Ada_L (7)") == 12
    assert (await actions(world))[-3:] == [("audit", ADMIN, False)] * 3


async def test_numbers_with_a_picture(world: Scene) -> None:
    """/stats is one picture with the numbers below it."""
    post = await world.answer(ADMIN, "/stats")
    assert world.server.file_of(post).content.startswith(b"\x89PNG")
    for line in ("chats  1 person, 0 groups", "memories  12", "buckets  none yet", "running  "):
        assert line in post.text


async def test_rebucketing_says_what_there_is(world: Scene) -> None:
    """/rebucket has the buckets made anew, and says what there is so far."""
    post = await world.answer(ADMIN, "/rebucket")
    assert "So far: none yet: no chat is large enough" in post.text
    assert await actions(world) == [("rebucket", ADMIN, False)]
