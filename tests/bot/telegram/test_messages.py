"""What messages and edits lead to in Telegram: signs, answers, buttons, and where they go."""

import pytest

from bot import words
from bot.telegram import texts
from tests.bot.telegram.admin_world import ADA, EVE, Scene
from tests.telegram_server import origin_hidden

CODE = "my bike lock code is 8206"
ASKED = "what is the code of my bike lock?"
WORK = "Anouk got hired at Decathlon"


def refused(world: Scene) -> set[str]:
    """What Telegram refused of the bot's messages: quotes, or whole methods."""
    calls = [c for c in world.server.calls if c.status == 400 and c.method != "setMyCommands"]
    return {"quote" if "quote" in c.text("reply_parameters") else c.method for c in calls}


async def test_an_edit_rewrites_the_memory(world: Scene) -> None:
    """The answer quotes the new text; the old one stands in /history."""
    told = await world.tell(ADA, CODE)
    world.server.edit(ADA, told.message_id, "my bike lock code is 9999")
    answer = await world.answer(ADA, ASKED)
    assert answer.text == "9999"
    assert answer.data["quote"]["text"] == "my bike lock code is 9999"
    assert f"was “{CODE}”" in (await world.answer(ADA, "/history")).text


async def test_an_edit_may_make_a_question(world: Scene) -> None:
    """It is answered, is remembered no more, and has lost its sign."""
    await world.tell(ADA, CODE)
    told = await world.tell(ADA, WORK)
    world.server.edit(ADA, told.message_id, ASKED)
    assert (await world.next(ADA, told.message_id)).text == "8206"
    assert told.reactions == []
    assert (await world.answer(ADA, "/memories")).text.startswith("1 memory")


async def test_an_edit_may_make_a_statement(world: Scene) -> None:
    """What was asked is told now, and has the sign."""
    asked = world.server.say(ADA, ASKED)
    await world.noticed(asked)
    world.server.edit(ADA, asked.message_id, CODE)
    await world.signed(asked)
    assert (await world.answer(ADA, ASKED)).text == "8206"


async def test_an_edited_question_is_answered_anew(world: Scene) -> None:
    """With buttons that explain the new answer."""
    await world.tell(ADA, CODE)
    await world.tell(ADA, WORK)
    asked = world.server.say(ADA, ASKED)
    first = await world.next(ADA, asked.message_id)
    world.server.edit(ADA, asked.message_id, "where does Anouk work?")
    second = await world.next(ADA, first.message_id)
    assert "Decathlon" in second.text
    second = await world.tap(second, "Why?")
    assert "Decathlon" in second.text


async def test_a_caption_that_goes_takes_its_memory_along(world: Scene) -> None:
    """A picture without its words says nothing any more; a moving place never did."""
    picture = world.server.photo(ADA, CODE)
    await world.signed(picture)
    del picture.data["caption"]
    world.server.raw({"edited_message": picture.data | {"edit_date": 1_700_000_000}})
    assert (await world.next(ADA, picture.message_id)).text == words.EMPTIED
    assert picture.reactions == []
    place = world.server.message(ADA, {"location": {"latitude": 1.0, "longitude": 2.0}})
    line = await world.next(ADA, place.message_id)
    world.server.raw({"edited_message": place.data | {"edit_date": 1_700_000_001}})
    page = await world.answer(ADA, "/memories")
    assert page.text == words.NO_MEMORIES
    assert world.server.sent(ADA, after=line.message_id) == [page]


async def test_what_was_forgotten_and_is_said_again_takes_a_tap(world: Scene) -> None:
    """An edit does not bring back what was to be forgotten, but the button below the line does."""
    told = await world.tell(ADA, CODE)
    gone = await world.answer(ADA, "/forget 1")
    world.server.edit(ADA, told.message_id, "my bike lock code is 9999")
    line = await world.next(ADA, gone.message_id)
    assert line.text == words.KNOWN_ONCE
    assert (await world.answer(ADA, "/memories")).text == words.NO_MEMORIES
    line = await world.tap(line, "Remember this")
    assert line.keyboard == []
    assert (await world.answer(ADA, ASKED)).text == "9999"


async def test_an_edited_command_is_left_alone(world: Scene) -> None:
    """Nobody expects "/forget 1" to run again because a letter was mended."""
    await world.tell(ADA, CODE)
    search = world.server.say(ADA, "/search lock")
    found = await world.next(ADA, search.message_id)
    world.server.edit(ADA, search.message_id, "/forget 1")
    assert (await world.answer(ADA, "/memories")).text.startswith("1 memory")
    assert len(world.server.sent(ADA, after=found.message_id)) == 1


async def test_an_edited_remember_rewrites_what_it_told(world: Scene) -> None:
    """Its message has the sign, so that an edit of it is one of a memory."""
    told = await world.tell(ADA, f"/remember {CODE}")
    world.server.edit(ADA, told.message_id, "/remember my bike lock code is 9999")
    page = await world.answer(ADA, "/memories")
    assert page.text.startswith("1 memory")
    assert "9999" in page.text
    world.server.edit(ADA, told.message_id, "/remember")
    world.server.edit(ADA, told.message_id, f"/remember@other_bot {WORK}")
    assert "9999" in (await world.answer(ADA, "/memories")).text


async def test_an_album_with_words_is_read(world: Scene) -> None:
    """Its other pictures have none, and nothing is said of them."""
    picture = world.server.photo(ADA)
    await world.next(ADA, picture.message_id)
    fields = {"photo": picture.data["photo"], "media_group_id": "77"}
    first = world.server.message(ADA, fields | {"caption": f"/remember {CODE}"})
    for _ in range(2):
        world.server.message(ADA, fields)
    await world.signed(first)
    page = await world.answer(ADA, "/memories")
    assert page.text.startswith("1 memory")
    assert world.server.sent(ADA, after=first.message_id) == [page]


async def test_what_is_told_and_asked_at_once_gets_both(world: Scene) -> None:
    """The answer to what it asks, and the sign for what it tells."""
    await world.tell(ADA, CODE)
    both = world.server.say(ADA, f"{WORK}. {ASKED}")
    answer = await world.next(ADA, both.message_id)
    assert "8206" in answer.text
    await world.signed(both)
    assert "Decathlon" in (await world.answer(ADA, "/memories")).text


async def test_several_sentences_are_several_memories(world: Scene) -> None:
    """Once they are too long for one; forgotten with one reply, and put back with one tap."""
    long = " ".join(["very"] * 60)
    told = await world.tell(ADA, f"My brother moved to a {long} big town. {WORK}.")
    assert (await world.answer(ADA, "/memories")).text.startswith("2 memories")
    gone = await world.answer(ADA, "forget", reply_to=told.message_id)
    assert gone.text.endswith(words.FORGOTTEN_MANY)
    await world.tap(gone, "Undo")
    assert (await world.answer(ADA, "/memories")).text.startswith("2 memories")


async def test_a_message_as_long_as_telegram_takes(world: Scene) -> None:
    """It is remembered and answered from, in messages that Telegram takes."""
    filler = "\n".join(f"The locker number {n} is in hall {n}." for n in range(200))
    long = f"My bike lock code is 8206\n{filler}"[:4096].rpartition("\n")[0]
    await world.tell(ADA, long)
    assert (await world.answer(ADA, ASKED)).text.startswith("8206")
    emoji = "😀" * 2048  # 4,096 units of UTF-16
    await world.noticed(world.server.say(ADA, emoji))
    await world.tell(ADA, "/remember " + "x" * 4086)
    assert (await world.answer(ADA, "/memories")).text
    assert refused(world) <= {"quote"}


async def test_forget_as_a_reply_to_an_answer(world: Scene) -> None:
    """What it rests on is shown, and goes with a tap."""
    await world.tell(ADA, CODE)
    answer = await world.answer(ADA, ASKED)
    which = await world.answer(ADA, "forget that", reply_to=answer.message_id)
    assert which.text.startswith(texts.FORGET_WHICH)
    assert CODE in which.text
    which = await world.tap(which, "🗑 1")
    assert which.text.endswith(words.FORGOTTEN)
    assert (await world.answer(ADA, "/memories")).text == words.NO_MEMORIES


async def test_forget_as_a_reply_to_what_is_not_known(world: Scene) -> None:
    """A question, or words of the bot that are no answer: each gets a line that fits."""
    asked = world.server.say(ADA, ASKED)
    await world.noticed(asked)
    line = await world.answer(ADA, "forget it", reply_to=asked.message_id)
    assert line.text == texts.NOT_REMEMBERED
    line = await world.answer(ADA, "/forget", reply_to=line.message_id)
    assert line.text == texts.NO_ANSWER


async def test_people_who_say_forget_it_to_each_other_forget_nothing(world: Scene) -> None:
    """In a group that takes the bot's name, or the command."""
    group = world.server.group("Family", [ADA, EVE])
    await world.next(group, 0)
    told = await world.tell(group, CODE, user=ADA)
    world.server.say(group, "forget it", user=EVE, reply_to=told.message_id)
    page = await world.answer(group, "/memories", user=EVE)
    assert page.text.startswith("1 memory")
    gone = await world.answer(group, "@memo_bot forget it", user=EVE, reply_to=told.message_id)
    assert gone.text.endswith(words.FORGOTTEN)


async def test_a_topic_is_answered_in_itself(world: Scene) -> None:
    """Words, answers and lists stay in the topic where they were asked for."""
    group = world.server.group("Family", [ADA])
    await world.next(group, 0)
    await world.tell(group, CODE, thread=7)
    for text in (f"@memo_bot {ASKED}", "/memories", "/why", "@memo_bot thanks", "/export"):
        answer = await world.answer(group, text, thread=9)
        assert answer.data["message_thread_id"] == 9
    await world.next(group, answer.message_id)
    # As Telegram sends what is written in a topic: a reply to the topic's first message.
    start = {"message_id": 9, "date": 1_700_000_000, "chat": {"id": group, "type": "supergroup"}}
    start |= {"forum_topic_created": {"name": "Trips", "icon_color": 1}}
    post = world.server.message(group, {"text": "/forget", "reply_to_message": start}, thread=9)
    assert (await world.next(group, post.message_id)).text.startswith("It goes like this")


async def test_what_is_gone_is_quoted_in_words(world: Scene) -> None:
    """Where the message was deleted, the answer still shows what it rests on."""
    told = await world.tell(ADA, CODE)
    world.server.delete(ADA, told.message_id)
    answer = await world.answer(ADA, ASKED)
    assert answer.text.startswith(f"8206\n{CODE}")
    assert answer.reply_to is None
    answer = await world.tap(answer, "Why?")
    assert answer.text.startswith(f"8206\n{CODE}")


async def test_what_reads_otherwise_by_now_is_quoted_in_words(world: Scene) -> None:
    """An edit that the bot did not see yet makes a quote that Telegram refuses."""
    told = await world.tell(ADA, CODE)
    told.data["text"] = "my bike lock code is no secret"
    answer = await world.answer(ADA, ASKED)
    assert answer.text.startswith(f"8206\n{CODE}")


async def test_a_forwarded_message_is_its_authors(world: Scene) -> None:
    """Under the name, with the day when it was written; a forwarded command is a message."""
    passed = world.server.forward(ADA, CODE, origin_hidden("Tom <b>", date=1_600_000_000))
    await world.signed(passed)
    page = await world.answer(ADA, "/memories")
    assert f"Tom <b>: {CODE} Sun 13 Sep 2020" in page.text
    passed = world.server.forward(ADA, "/forget_all", origin_hidden("Tom"))
    await world.noticed(passed)
    assert "8206" in (await world.answer(ADA, ASKED)).text


async def test_a_pause_keeps_nothing(world: Scene) -> None:
    """Statements get a line, questions their answer; edits, commands and files change nothing."""
    told = await world.tell(ADA, CODE)
    file = world.server.document(ADA, b'{"message":"m","time":"2026-01-01","text":"x"}', "m.jsonl")
    await world.next(ADA, file.message_id)
    await world.answer(ADA, "/pause")
    assert (await world.answer(ADA, WORK)).text == words.PAUSED
    assert (await world.answer(ADA, f"/remember {WORK}")).text == words.PAUSED
    assert (await world.answer(ADA, "/import", reply_to=file.message_id)).text == words.PAUSED
    last = world.server.last(ADA)
    world.server.edit(ADA, told.message_id, "my bike lock code is 1111")
    assert (await world.next(ADA, last.message_id)).text == words.PAUSED
    assert (await world.answer(ADA, ASKED)).text.startswith("8206")
    assert "paused" in (await world.answer(ADA, "/help")).text
    await world.answer(ADA, "/resume")
    assert (await world.answer(ADA, "/memories")).text.startswith("1 memory")


async def test_quiet_remembers_without_a_sign(world: Scene) -> None:
    """Neither a reaction nor words; answers come all the same."""
    await world.answer(ADA, "/quiet")
    told = world.server.say(ADA, CODE)
    assert (await world.answer(ADA, ASKED)).text == "8206"
    assert told.reactions == []
    assert len(world.server.sent(ADA, after=told.message_id)) == 1
    assert (await world.answer(ADA, "/quiet")).text == texts.LOUD
    await world.tell(ADA, WORK)


async def test_two_people_and_their_group_never_mix(world: Scene) -> None:
    """Three memories, one bot: no answer, list or search shows what another chat holds."""
    group = world.server.group("Family", [ADA, EVE])
    await world.next(group, 0)
    await world.tell(ADA, "my locker code is 1111")
    await world.tell(EVE, "my locker code is 2222")
    await world.tell(group, "our locker code is 3333", user=ADA)
    for chat, mine in ((ADA, "1111"), (EVE, "2222"), (group, "3333")):
        for text in ("@memo_bot what is the locker code?", "/memories", "/search code", "/why"):
            shown = (await world.answer(chat, text)).html
            assert mine in shown
            assert not [
                other for other in ("1111", "2222", "3333") if other != mine and other in shown
            ]


@pytest.mark.parametrize("date", [1, 1_000_000_000, 4_102_444_800, 253_402_300_000])
async def test_clocks_may_be_wrong(world: Scene, date: int) -> None:
    """A message from 1970, or from the year 9999, is a message: told, found, listed, explained."""
    await world.tell(ADA, CODE, date=date)
    answer = await world.answer(ADA, ASKED, date=date)
    assert answer.text == "8206"
    for text in ("/memories", "/why", "/search lock", "/history", "/export", "/forget 1", "/undo"):
        assert await world.answer(ADA, text)
    assert not refused(world)
    assert (await world.ledger.days.latest(1))[0].errors == 0


async def test_of_several_sentences_the_right_one_is_quoted(world: Scene) -> None:
    """The one that holds the answer, also where the memory has other line ends than the message."""
    told = await world.tell(ADA, "I am so glad today!\n\nMy bike lock code is 8206.\n\nBye.")
    answer = await world.answer(ADA, ASKED)
    assert answer.reply_to == told.message_id
    assert answer.data["quote"]["text"] == "My bike lock code is 8206."
    assert not refused(world)
