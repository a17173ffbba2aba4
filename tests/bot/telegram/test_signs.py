"""The sign on a message: it says that the message is remembered, and nothing else."""

from bot import words
from bot.telegram import texts
from tests.bot.telegram.admin_world import ADA, Scene

CODE = "my bike lock code is 8206"
WORK = "Anouk got hired at Decathlon"


async def test_the_sign_goes_with_the_memory(world: Scene) -> None:
    """However that goes, and comes back with it; what is taken for a question has none."""
    told = await world.tell(ADA, CODE)
    gone = await world.answer(ADA, "forget", reply_to=told.message_id)
    await world.server.wait_for(lambda: not told.reactions)
    await world.tap(gone, "Undo")
    await world.signed(told)
    await world.answer(ADA, "/forget 1")
    await world.server.wait_for(lambda: not told.reactions)
    await world.answer(ADA, "/undo")
    await world.signed(told)
    page = await world.answer(ADA, "/memories")
    await world.tap(page, "🗑 1")
    await world.server.wait_for(lambda: not told.reactions)
    told = await world.tell(ADA, WORK)
    await world.answer(ADA, "/ask", reply_to=told.message_id)
    assert told.reactions == []
    assert (await world.answer(ADA, "/memories")).text == words.NO_MEMORIES


async def test_the_sign_stays_while_a_part_is_remembered(world: Scene) -> None:
    """A message of two memories loses it with the second."""
    long = " ".join(["very"] * 60)
    told = await world.tell(ADA, f"My brother moved to a {long} big town. {WORK}.")
    await world.answer(ADA, "/forget 1")
    await world.answer(ADA, "/help")
    assert told.reactions
    await world.answer(ADA, "/forget 2")
    await world.server.wait_for(lambda: not told.reactions)


async def test_where_reactions_are_refused_words_do(world: Scene) -> None:
    """Only for what is said to the bot: what it overhears in a group it takes silently."""
    world.server.refuse_reactions(ADA)
    for text in (CODE, WORK):
        assert (await world.answer(ADA, text)).text == texts.NOTED
    group = world.server.group("Family", [ADA])
    hello = await world.next(group, 0)
    world.server.refuse_reactions(group)
    world.server.say(group, CODE)
    noted = await world.answer(group, f"@memo_bot {WORK}")
    assert noted.text == texts.NOTED
    assert (await world.answer(group, "/memories")).text.startswith("2 memories")
    assert len(world.server.sent(group, after=hello.message_id)) == 2


async def test_a_message_that_is_gone_says_nothing_of_its_chat(world: Scene) -> None:
    """The next one has its sign; nor does a message that has reactions enough."""
    for why in ("message to react not found", "REACTIONS_TOO_MANY"):
        world.server.fault("setMessageReaction", status=400, description=f"Bad Request: {why}")
        assert (await world.answer(ADA, CODE)).text == texts.NOTED
        await world.tell(ADA, WORK)
