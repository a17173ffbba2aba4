"""What buttons do, and what they do not: forged, old, tapped twice, by somebody else."""

import pytest

from bot import words
from bot.store import RedisStore
from bot.telegram import texts
from bot.telegram.buttons import Action, Tap
from memnn.model import Model
from tests.bot.telegram.admin_world import ADA, ADMIN, EVE, Scene, scene
from tests.telegram_server import Post

CODE = "my bike lock code is 8206"
ASKED = "what is the code of my bike lock?"
WORK = "Anouk got hired at Decathlon"
# Of these the network is not sure; which way it leans may change when it is trained anew.
DOUBTFUL = (
    "let me know where my passport is",
    "Lyon or Porto",
    "not sure about the pizza",
    "a question about my locker",
    "you know where my keys are",
    "remember the milk",
    "how nice that Anouk works at Decathlon",
    "my keys then",
)


async def doubtful(
    world: Scene, label: str, chat: int = ADA, to: str = "", *, beside: str | None = None
) -> tuple[Post, Post]:
    """A message of whose kind the bot is not sure, and its reply with the button that says so.

    Args:
        world: Where it is said.
        label: Of the button.
        chat: Where it is said.
        to: What it begins with.
        beside: Another button that the reply has.
    """
    for text in DOUBTFUL:
        post = world.server.say(chat, to + text)
        await world.noticed(post)
        sent = world.server.sent(chat, after=post.message_id)
        shown = {name for row in sent[-1].keyboard for name in row} if sent else set()
        if {label, beside or label} <= shown:
            return post, sent[-1]
    raise LookupError(label)


async def answered(world: Scene) -> Post:
    """An answer, with two memories behind it."""
    await world.tell(ADA, CODE)
    await world.tell(ADA, WORK)
    return await world.answer(ADA, ASKED)


async def count(world: Scene, chat: int = ADA) -> str:
    """How many memories a chat has, as the bot says it."""
    return (await world.answer(chat, "/memories", user=chat if chat > 0 else ADA)).text.split("\n")[
        0
    ]


async def test_that_was_a_question(world: Scene) -> None:
    """Nothing of it is kept; it is answered, and the answer can be explained."""
    await world.tell(ADA, CODE)
    before = await count(world)
    post, noted = await doubtful(world, "That was a question")
    assert noted.text == texts.NOTED
    assert await count(world) != before
    noted = await world.tap(noted, "That was a question")
    assert noted.text == texts.NOT_KEPT
    assert noted.keyboard == []
    answer = await world.next(ADA, noted.message_id)
    assert await count(world) == before
    answer = world.server.sent(ADA, after=noted.message_id)[1]
    assert post.reactions == []
    answer = await world.tap(answer, "Why?")
    assert "hop 1" in answer.text


async def test_remember_this(world: Scene) -> None:
    """The message itself gets the sign; its answer keeps the other buttons, folded or not."""
    await world.tell(ADA, CODE)
    post, answer = await doubtful(world, "Remember this", beside="Why?")
    before = await count(world)
    answer = await world.tap(answer, "Why?")
    assert ["Remember this"] in answer.keyboard
    answer = await world.tap(answer, "Remember this")
    await world.signed(post)
    assert answer.keyboard[0][0] == "Fold"
    assert ["Remember this"] not in answer.keyboard
    assert await count(world) != before


async def test_what_is_overheard_gets_no_buttons(world: Scene) -> None:
    """In a group the bot asks nobody whether that was a question, unless it was spoken to."""
    group = world.server.group("Family", [ADA])
    hello = await world.next(group, 0)
    for text in DOUBTFUL:
        world.server.say(group, text)
    assert await count(world, group)
    assert len(world.server.sent(group, after=hello.message_id)) == 1
    await doubtful(world, "That was a question", group, "@memo_bot ")


async def test_neither_paused_nor_quiet_chats_are_offered_more(world: Scene) -> None:
    """Who paused is not asked to remember, who wants quiet not what that was."""
    await world.answer(ADA, "/pause")
    with pytest.raises(LookupError):
        await doubtful(world, "Remember this")
    await world.answer(ADA, "/resume")
    await world.answer(ADA, "/quiet")
    for text in DOUBTFUL:
        world.server.say(ADA, text)
    await world.answer(ADA, "/quiet")
    shown = [button for post in world.server.sent(ADA) for row in post.keyboard for button in row]
    assert "That was a question" not in shown


async def test_a_kind_can_be_mended_only_while_it_is_in_mind(
    mind: RedisStore, model: Model
) -> None:
    """After a restart the button says what to do instead."""
    async with scene(mind, model) as world:
        post, noted = await doubtful(world, "That was a question")
        for action in (Action.ASKED, Action.TOLD):
            data = Tap(action, post.message_id + 500).data
            told = await world.answered(world.server.forge(ADA, noted.message_id, data))
            assert told == texts.KIND_GONE
            assert len(told) <= 200  # what Telegram shows of it


async def test_why_and_fold_tapped_again(world: Scene) -> None:
    """Another tap on what is unfolded already changes nothing, and is no error."""
    answer = await answered(world)
    answer = await world.tap(answer, "Why?")
    shown = answer.text
    data = Tap(Action.WHY, int(answer.buttons[0][0]["callback_data"].split(":")[1])).data
    assert await world.answered(world.server.forge(ADA, answer.message_id, data)) == ""
    assert answer.text == shown


async def test_what_was_forgotten_is_explained_no_more(world: Scene) -> None:
    """A trace that quotes a forgotten memory is gone with it."""
    answer = await answered(world)
    await world.answer(ADA, "/forget 1")
    for label in ("Why?", "That’s wrong"):
        query = world.server.tap(ADA, label, message_id=answer.message_id)
        assert await world.answered(query) == texts.ANSWER_GONE
    line = await world.answer(ADA, "/why", reply_to=answer.message_id)
    assert line.text == texts.NO_ANSWER


async def test_the_right_memory_is_one_that_was_shown(world: Scene) -> None:
    """Another number, however it came into the button, is noted nowhere; so are none of them."""
    answer = await answered(world)
    asked = int(answer.buttons[0][0]["callback_data"].split(":")[1])
    forged = Tap(Action.RIGHT, asked, 77).data
    told = await world.answered(world.server.forge(ADA, answer.message_id, forged))
    assert told == texts.TOO_OLD
    answer = await world.tap(answer, "That’s wrong")
    answer = await world.tap(answer, "None of these")
    assert texts.NONE_OF_THEM in answer.text
    assert (await world.answer(ADA, "/history")).text == words.NO_HISTORY


async def test_a_page_may_be_turned_to_where_nothing_is(world: Scene) -> None:
    """Any number leads to a page that is there."""
    page = await world.answer(ADA, "/memories")
    assert page.text == words.NO_MEMORIES
    await world.tell(ADA, CODE)
    for number in (0, 2, 10**15):
        data = Tap(Action.LEAF, number).data
        assert await world.answered(world.server.forge(ADA, page.message_id, data)) == ""
        assert page.text.startswith("1 memory")


async def test_the_last_memory_of_a_page_goes(world: Scene) -> None:
    """The page before it is shown then, and a second tap finds nothing."""
    for number in range(9):
        await world.tell(ADA, f"my locker number {number} is in hall {number}")
    page = await world.answer(ADA, "/memories 2")
    data = page.buttons[0][0]["callback_data"]
    page = await world.tap(page, "🗑 1")
    assert page.text.startswith("8 memories\n")
    told = await world.answered(world.server.forge(ADA, page.message_id, data))
    assert told == words.NO_SUCH_MEMORY
    page = await world.tap(page, "▶") if ["▶"] in page.keyboard else page
    assert "hall 1" in page.text


async def test_undo_undoes_once(world: Scene) -> None:
    """And only what its button is for, whatever was done since."""
    await world.tell(ADA, CODE)
    gone = await world.answer(ADA, "/forget 1")
    data = gone.buttons[0][0]["callback_data"]
    await world.tell(ADA, WORK)
    gone = await world.tap(gone, "Undo")
    assert gone.text == f"{CODE}\n{words.PUT_BACK}"
    told = await world.answered(world.server.forge(ADA, gone.message_id, data))
    assert told == words.NOTHING_TO_UNDO
    assert await count(world) == "2 memories"


async def test_forgetting_all_forgets_what_was_announced(world: Scene) -> None:
    """Told more meanwhile, or tapped much later, the button asks again with the new number."""
    await world.tell(ADA, CODE)
    sure = await world.answer(ADA, "/forget_all")
    await world.tell(ADA, WORK)
    told = await world.answered(world.server.tap(ADA, "Forget 1 memory"))
    assert told == texts.ASKED_ANEW
    sure = world.server.world.find(ADA).posts[sure.message_id]
    assert sure.text == words.FORGET_ALL.format(many="2 memories")
    sure = await world.tap(sure, "Forget 2 memories")
    assert sure.text.startswith("Forgot 2 memories")
    assert await count(world) == words.NO_MEMORIES
    assert (await world.answer(ADA, "/history")).text == words.NO_HISTORY


async def test_forgetting_all_takes_the_name_along(mind: RedisStore, model: Model) -> None:
    """Until the next message the bot knows a number and its settings."""
    async with scene(mind, model) as world:
        world.server.user(ADA, first_name="Ada", username="ada")
        await world.answer(ADA, "/quiet")
        sure = await world.answer(ADA, "/forget_all")
        assert sure.text == words.NO_MEMORIES
        world.server.say(ADA, CODE)
        sure = await world.answer(ADA, "/forget_all")
        await world.tap(sure, "Forget 1 memory")
        (chat,) = await world.ledger.chats.all()
        assert (chat.id, chat.name, chat.username, chat.quiet) == (ADA, "", "", True)


async def test_a_group_that_moved_is_forgotten_under_both_names(world: Scene) -> None:
    """Its record of before has a name, too."""
    group = world.server.group("Family", [ADA], kind="group")
    await world.tell(group, CODE, user=ADA)
    moved = world.server.migrate(group)
    sure = await world.answer(moved, "/forget_all", user=ADA)
    sure = await world.tap(sure, "Forget 1 memory", user=ADA)
    assert sure.text.startswith("Forgot 1 memory")
    known = {chat.id: (chat.name, chat.home) for chat in await world.ledger.chats.all()}
    assert known == {group: ("", None), moved: ("", group)}


async def test_a_page_that_cannot_be_shown_is_told(world: Scene) -> None:
    """Only that it is shown already is fine; a refusal is not taken for it."""
    await world.tell(ADA, CODE)
    page = await world.answer(ADA, "/memories")
    refusal = "Bad Request: message can't be edited"
    world.server.fault("editMessageText", status=400, description=refusal)
    assert await world.answered(world.server.tap(ADA, "🗑 1")) == words.STUMBLED
    assert "Undo 1" not in str(page.keyboard)


async def test_in_a_group_administrators_forget_all(world: Scene) -> None:
    """Another member's tap is answered with who may; the question stays."""
    group = world.server.group("Family", [ADA, EVE])
    await world.next(group, 0)
    await world.tell(group, CODE, user=EVE)
    sure = await world.answer(group, "/forget_all", user=ADA)
    query = world.server.tap(group, "Forget 1 memory", user=EVE)
    assert await world.answered(query) == texts.ADMINISTRATORS_ONLY
    assert await count(world, group) == "1 memory"
    sure = await world.tap(sure, "Forget 1 memory", user=ADA)
    assert sure.text.startswith("Forgot 1 memory")


async def test_somebody_elses_buttons_touch_nothing_of_theirs(world: Scene) -> None:
    """Callback data names no chat: forged below one's own message, it means one's own memories."""
    await world.tell(ADA, CODE)
    asked = world.server.say(ADA, ASKED)
    await world.next(ADA, asked.message_id)
    mine = await world.answer(EVE, "/memories")
    for action in Action:
        for numbers in ((1, 1), (asked.message_id, 1), (0, 0)):
            data = Tap(action, *numbers).data
            await world.answered(world.server.forge(EVE, mine.message_id, data))
            assert "8206" not in mine.text
    assert "8206" not in "".join(post.text for post in world.server.sent(EVE))
    assert await count(world) == "1 memory"
    assert (await world.answer(ADA, "/history")).text == words.NO_HISTORY


async def test_junk_and_old_buttons_are_answered(world: Scene) -> None:
    """Whatever a button carries, and wherever it was: it stops turning, and nothing happens."""
    page = await world.answer(ADA, "/memories")
    for data in ("", "u", "uz:1:2", "ao:1:1", "at:7:1", "x" * 64, "ü" * 3000, "ug:9:" + "9" * 5000):
        query = world.server.forge(ADA, page.message_id, data)
        assert await world.answered(query) == texts.TOO_OLD
    query = world.server.tap_inaccessible(ADA, 1, Tap(Action.FORGET_ALL).data)
    assert await world.answered(query) == texts.TOO_OLD
    for lacking in ("message", "data", "chat_instance"):
        update = {
            "id": "5",
            "from": {"id": ADA, "is_bot": False, "first_name": "A"},
            "data": "ul:1:0",
        }
        update |= {"message": page.data, "chat_instance": "1"}
        del update[lacking]
        world.server.raw({"callback_query": update})
    assert page.text == words.NO_MEMORIES
    await world.answer(ADMIN, "/rebucket")


async def test_a_tap_that_waited_too_long_is_no_error(world: Scene) -> None:
    """What it asks for is done, though Telegram takes no answer to it any more."""
    await world.tell(ADA, CODE)
    page = await world.answer(ADA, "/memories")
    late = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    world.server.fault("answerCallbackQuery", status=400, description=late)
    world.server.tap(ADA, "🗑 1")
    await world.server.wait_for(lambda: page.edits)
    await world.answer(ADMIN, "/rebucket")
    assert "Undo 1" in page.keyboard[0]
    assert "errors  none" in (await world.answer(ADMIN, f"/inspect {ADA}")).text
