"""What the commands do in Telegram, with and without what they take, in private and in groups."""

import json

import pytest

from bot import words
from bot.phrases import many
from bot.store import RedisStore
from bot.telegram import texts
from bot.telegram.commands import COMMANDS
from bot.telegram.menus import ADMIN as ADMIN_MENU
from memnn.model import Model
from tests.bot.telegram.admin_world import ADA, ADMIN, EVE, Scene, scene

CODE = "my bike lock code is 8206"
ASKED = "what is the code of my bike lock?"
WORK = "Anouk got hired at Decathlon"


async def lockers(world: Scene, number: int) -> None:
    """Let somebody tell so many things."""
    for n in range(number):
        await world.tell(ADA, f"my locker number {n} is in hall {n}")


async def test_help_names_every_command(world: Scene) -> None:
    """Each with what it takes and does, as the menus show it."""
    shown = (await world.answer(ADA, "/help")).text
    for name, command in COMMANDS.items():
        takes = f" {command.takes}" if command.takes else ""
        listed = f"/{name}{takes} – {command.purpose}"
        assert (listed in shown) is (name not in {"start", "help"})
    await world.server.wait_for(lambda: len(world.server.world.commands) == 3)
    menus = {
        json.loads(scope)["type"]: {c["command"] for c in menu}
        for (scope, _), menu in world.server.world.commands.items()
    }
    assert menus["default"] == set(COMMANDS)
    assert menus["all_group_chats"] < menus["all_chat_administrators"] < set(COMMANDS)


async def test_administrators_have_a_menu_of_their_own(mind: RedisStore, model: Model) -> None:
    """Where they have written to the bot before; nobody else sees what only they can do."""
    async with scene(mind, model, admin_ids=f"{ADMIN}, {ADA}") as world:
        world.server.user(ADMIN)
        await world.server.wait_for(lambda: len(world.server.world.commands) >= 3)
    async with scene(mind, model) as world:
        assert not set(ADMIN_MENU) & set(COMMANDS)


async def test_who_starts_is_told_how(world: Scene) -> None:
    """In private with an example, in a group with how the bot is spoken to."""
    assert (await world.answer(ADA, "/start from-a-link")).text.startswith("Hello! Tell me things")
    group = world.server.group("Family", [ADA])
    hello = await world.next(group, 0)
    assert (await world.answer(group, "/start@memo_bot")).text == hello.text


@pytest.mark.parametrize(
    ("rest", "page"), [("", 1), (" 2", 2), (" 99", 2), (" 0", 1), (" ٢", 1), (" x", 1)]
)
async def test_memories_by_page(world: Scene, rest: str, page: int) -> None:
    """Any page that is asked for leads to one that is there."""
    await lockers(world, 9)
    shown = await world.answer(ADA, f"/memories{rest}")
    assert f"page {page} of 2" in shown.text


async def test_search(world: Scene) -> None:
    """What is nearest comes first; without words it says how it goes."""
    assert (await world.answer(ADA, "/search bike")).text == texts.NOTHING_FITS
    await world.tell(ADA, CODE)
    await world.tell(ADA, WORK)
    head, first, *_ = (await world.answer(ADA, "/search where Anouk works")).text.splitlines()
    assert head == "Closest first"
    assert WORK in first
    assert "/search what" in (await world.answer(ADA, "/search")).text


async def test_why_explains_what_it_replies_to(world: Scene) -> None:
    """The last answer, or one of before; by its question, too."""
    assert (await world.answer(ADA, "/why")).text == words.NOTHING_ANSWERED
    await world.tell(ADA, CODE)
    told = await world.tell(ADA, WORK)
    question = world.server.say(ADA, ASKED)
    answer = await world.next(ADA, question.message_id)
    await world.answer(ADA, "where does Anouk work?")
    assert WORK in (await world.answer(ADA, "/why")).text.splitlines()[1]
    for reply_to in (answer.message_id, question.message_id):
        shown = (await world.answer(ADA, "/why", reply_to=reply_to)).text
        assert shown.startswith(f"8206\n{CODE}")
        assert "hop 1" in shown
    assert (await world.answer(ADA, "/why", reply_to=told.message_id)).text == texts.NO_ANSWER


async def test_ask_and_remember_what_follows(world: Scene) -> None:
    """Whatever it looks like; each answer can be explained by its buttons."""
    told = await world.tell(ADA, f"/remember {CODE}?")
    assert told.reactions == ["✍"]
    answer = await world.answer(ADA, "/ask bike lock code")
    assert "8206" in answer.text
    assert "hop 1" in (await world.tap(answer, "Why?")).text
    gone = await world.answer(ADA, "forget", reply_to=told.message_id)
    assert gone.text.endswith(words.FORGOTTEN)


async def test_ask_and_remember_as_a_reply(world: Scene) -> None:
    """What it replies to is taken so: it gets the sign, or its answer, and its memory goes."""
    await world.tell(ADA, CODE)
    asked = world.server.say(ADA, ASKED)
    await world.noticed(asked)
    world.server.reply(ADA, asked.message_id, "/remember")
    await world.signed(asked)
    assert (await world.answer(ADA, "/memories")).text.startswith("2 memories")
    answer = await world.answer(ADA, "/ask", reply_to=asked.message_id)
    assert answer.text == "8206"
    assert "hop 1" in (await world.tap(answer, "Why?")).text
    assert (await world.answer(ADA, "/memories")).text.startswith("1 memory")
    for command in ("/ask", "/remember"):
        assert (await world.answer(ADA, command)).text == texts.REPLY_OR_TEXT
        line = await world.answer(ADA, command, reply_to=answer.message_id)
        assert line.text == texts.REPLY_OR_TEXT


async def test_in_a_group_replies_keep_their_speaker(world: Scene) -> None:
    """Who said it, not who had it remembered."""
    group = world.server.group("Family", [ADA, EVE])
    await world.next(group, 0)
    world.server.user(EVE, first_name="Eve")
    said = world.server.say(group, "what a day, hm?", user=EVE)
    world.server.say(group, "/remember", user=ADA, reply_to=said.message_id)
    await world.signed(said)
    assert "Eve: what a day, hm?" in (await world.answer(group, "/memories")).text


async def test_forget(world: Scene) -> None:
    """By number, by range, by what it is about; else it says how it goes."""
    await lockers(world, 5)
    gone = await world.answer(ADA, "/forget 1 3-4")
    assert gone.text.endswith(words.FORGOTTEN_MANY)
    assert (await world.answer(ADA, "/memories")).text.startswith("2 memories")
    undone = await world.answer(ADA, "/undo")
    assert undone.text.endswith(words.PUT_BACK)
    assert (await world.answer(ADA, "/forget 77")).text == words.NO_SUCH_MEMORY
    assert "/forget 12" in (await world.answer(ADA, "/forget")).text
    which = await world.answer(ADA, "/forget locker in hall 2")
    assert which.text.startswith(texts.FORGET_WHICH)
    which = await world.tap(which, "🗑 3")
    assert "hall 2" in which.text
    assert (await world.answer(ADA, "/memories")).text.startswith("4 memories")
    assert (await world.answer(EVE, "/forget hall")).text == texts.NOTHING_FITS
    assert (await world.answer(EVE, "/undo")).text == words.NOTHING_TO_UNDO


async def test_history_tells_who_looked_and_what_was_corrected(world: Scene) -> None:
    """Edits with the old text, corrections, and each look of an administrator."""
    told = await world.tell(ADA, CODE)
    await world.tell(ADA, WORK)
    world.server.edit(ADA, told.message_id, "my bike lock code is 9999")
    answer = await world.answer(ADA, ASKED)
    answer = await world.tap(answer, "That’s wrong")
    await world.tap(answer, "2")
    await world.answer(ADMIN, f"/inspect {ADA}")
    assert "looked at" not in (await world.answer(ADA, "/history")).text
    await world.answer(ADMIN, f"/inspect {ADA} --reveal")
    shown = (await world.answer(ADA, "/history")).text.splitlines()
    assert [line.partition(",")[0] for line in shown] == [
        "looked at by an administrator",
        "2 picked as the right one",
        "1 edited",
    ]
    assert f"was “{CODE}”" in shown[-1]


async def test_history_says_that_there_is_more(world: Scene) -> None:
    """The newest come, and the number of those that do not."""
    await world.tell(ADA, CODE)
    for _ in range(9):
        await world.answer(ADA, "/forget 1")
        await world.answer(ADA, "/undo")
    shown = (await world.answer(ADA, "/history")).text.splitlines()
    assert len(shown) == 16
    assert shown[-1] == "and 3 older ones"


async def test_export_and_import(world: Scene) -> None:
    """Both files come; the one for machines goes in elsewhere, as a reply or with the caption."""
    assert (await world.answer(ADA, "/export")).text == texts.NO_EXPORT
    await world.tell(ADA, CODE)
    await world.tell(ADA, WORK)
    first = await world.answer(ADA, "/export")
    second = await world.next(ADA, first.message_id)
    assert first.text == texts.TO_READ.format(many=many(2))
    assert CODE.encode() in world.server.file_of(first).content
    content = world.server.file_of(second).content
    file = world.server.document(EVE, content, "memories.jsonl")
    assert (await world.next(EVE, file.message_id)).text == texts.IMPORT_HOW
    done = await world.answer(EVE, "/import", reply_to=file.message_id)
    assert done.text == texts.IMPORTED.format(count=2, all=many(2))
    file = world.server.document(EVE, content, "memories.jsonl", caption="/import")
    again = await world.next(EVE, file.message_id)
    assert again.text == texts.IMPORTED.format(count=0, all=many(2))
    answer = await world.answer(EVE, ASKED)
    assert answer.text.startswith(f"8206\n{CODE}")
    assert answer.reply_to is None  # the message is in another chat


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe", "memories.jsonl:1"),
        (b"", "memories.jsonl"),
        (b"[" * 100_000, "memories.jsonl:1"),
        (b'{"message": "1"}', "memories.jsonl:1"),
        (b'{"message":"1","time":"2026-01-01","text":" "}', "memories.jsonl:1: text: 1 characters"),
        (b"# memories\n- my <b>code</b>", "memories.jsonl:1"),
    ],
    ids=["bytes", "nothing", "deep", "fields", "blank", "markdown"],
)  # fmt: skip
async def test_a_file_that_is_no_export(world: Scene, content: bytes, told: str) -> None:
    """It is said what is wrong and where; nothing is stored."""
    file = world.server.document(ADA, content, "memories.jsonl", caption="/import")
    line = await world.next(ADA, file.message_id)
    assert told in line.text or line.text == texts.IMPORTED.format(count=0, all=many(0))
    assert (await world.answer(ADA, "/memories")).text == words.NO_MEMORIES
    assert (await world.answer(ADA, "/import")).text == texts.IMPORT_HOW


async def test_a_file_that_is_too_large(world: Scene) -> None:
    """Telegram would not give it; that is said without asking for it."""
    file = world.server.document(ADA, b"x" * (20 * 2**20 + 1), "m.jsonl", caption="/import")
    assert (await world.next(ADA, file.message_id)).text == texts.TOO_LARGE.format(limit=20)
    assert not world.server.calls_of("getFile")


async def test_hidden_administrators_are_administrators(world: Scene) -> None:
    """Who writes in the name of the group is one; who writes in that of a channel is not."""
    group = world.server.group("Family", [ADA, EVE])
    await world.next(group, 0)
    await world.tell(group, CODE)
    about = world.server.world.find(group).about
    entity = {"type": "bot_command", "offset": 0, "length": 11}
    content = {"text": "/forget_all", "entities": [entity], "sender_chat": about}
    post = world.server.message(group, content, user=EVE)
    assert (await world.next(group, post.message_id)).keyboard == [["Forget 1 memory", "Keep"]]
    content["sender_chat"] = {"id": -1009, "type": "channel", "title": "News"}
    post = world.server.message(group, content, user=ADA)
    assert (await world.next(group, post.message_id)).text == texts.ADMINISTRATORS_ONLY


async def test_an_unknown_command_gets_a_hint(world: Scene) -> None:
    """With the nearest that there is; administrators' commands are as unknown as any other."""
    assert (
        await world.answer(ADA, "/memory")
    ).text == "There is no /memory. Did you mean /memories?"
    nothing = (await world.answer(ADA, "/qqqqqqqq")).text
    for name in ADMIN_MENU:
        shown = (await world.answer(ADA, f"/{name} {EVE} --reveal")).text
        assert shown.startswith(f"There is no /{name}. ")
        hinted = shown.partition(". ")[2]
        assert hinted == nothing.partition(". ")[2] or "Did you mean" in hinted
    long = await world.answer(ADA, "/" + "x" * 4000)
    assert long.text.startswith("There is no /xxx")


async def test_privacy_is_one_message(world: Scene) -> None:
    """Telegram asks every bot to answer it; in groups, too."""
    group = world.server.group("Family", [ADA])
    await world.next(group, 0)
    for chat in (ADA, group):
        shown = (await world.answer(chat, "/privacy")).text
        for what in ("What is kept", "Who can read it", "How long", "Training", "/forget_all"):
            assert what in shown
