"""The buttons below an answer, what of it is quoted, and what is counted of a reply."""

from datetime import UTC, datetime

import pytest
from telegram import InlineKeyboardMarkup

from bot.replies import Answered
from bot.store import RedisStore
from bot.telegram.replying import keyboard_of
from memnn.model import Model
from memnn.records import Answer, Hop, Memory, Scored, Trace
from tests.bot.telegram.admin_world import ADA, Scene, scene
from tests.bot.telegram.served import ADA as SOMEBODY
from tests.bot.telegram.served import served, telegram
from tests.servers import Backend

MEMORY = Memory(1, "5", "my code is 8206", datetime(2026, 3, 1, tzinfo=UTC))


def answered(text: str | None, *, hops: int = 1) -> Answered:
    """An answer, given or declined."""
    hop = Hop(1, (Scored(MEMORY, 0.5, 0.5),), 1, 0.1)
    trace = Trace((hop,) * hops)
    return Answered("which code?", Answer(text, (), (MEMORY,) * hops, 0.9, trace))


def labels(keyboard: InlineKeyboardMarkup | None) -> list[list[str]]:
    """What the buttons say."""
    return [[key.text for key in row] for row in keyboard.inline_keyboard] if keyboard else []


@pytest.mark.parametrize(
    ("value", "unsure", "unfolded", "shown"),
    [
        (answered("8206"), False, False, [["Why?", "That’s wrong"]]),
        (answered("8206"), False, True, [["Fold", "That’s wrong"]]),
        (answered("8206"), True, False, [["Why?", "That’s wrong"], ["Remember this"]]),
        (answered(None), False, False, [["Why?"]]),
        (answered(None), True, True, [["Fold"], ["Remember this"]]),
        (answered(None, hops=0), False, False, []),
        (answered(None, hops=0), True, False, [["Remember this"]]),
    ],
)
def test_an_answer_has_the_buttons_that_make_sense(
    value: Answered, shown: list[list[str]], *, unsure: bool, unfolded: bool
) -> None:
    """Nothing to explain without a look, nothing wrong with "I don't know"."""
    assert labels(keyboard_of(value, 5, unsure=unsure, unfolded=unfolded)) == shown


@pytest.mark.parametrize(
    ("before", "quoted", "after"),
    [
        ("", "My bike lock code is 8206.", " I am so glad."),
        ("I bought a new lock.\n\n ", "My bike lock\u00a0code is 8206", ""),
        ("", "my bike lock code is <b>8206</b> & 🙂", ""),
    ],
    ids=["sentence", "odd blanks", "signs"],
)
async def test_a_whole_sentence_is_quoted(
    world: Scene, before: str, quoted: str, after: str
) -> None:
    """That which holds the answer, to the letter."""
    told = await world.tell(ADA, before + quoted + after)
    answer = await world.answer(ADA, "what is my bike lock code?")
    assert "8206" in answer.text
    assert answer.reply_to == told.message_id
    assert answer.data["quote"]["text"] == quoted


async def test_long_evidence_is_not_quoted_whole(world: Scene) -> None:
    """Telegram takes quotes of 1,024 letters; a longer one stands in the answer, shortened."""
    long = "my bike lock code is 8206 and " + "very " * 240 + "long"
    await world.tell(ADA, f"/remember {long}")
    answer = await world.answer(ADA, "/ask what is the code of my bike lock?")
    assert len(answer.data.get("quote", {}).get("text", "")) <= 1024
    assert len(answer.text) <= 4096


async def test_what_is_asked_and_told_by_command_is_counted(mind: RedisStore, model: Model) -> None:
    """The day's numbers know messages however they were given."""
    async with scene(mind, model) as world:
        await world.tell(ADA, "/remember my bike lock code is 8206")
        await world.answer(ADA, "/ask what is my bike lock code?")
    (day,) = await world.ledger.days.latest(1)
    assert (day.statements, day.questions, day.declined) == (1, 1, 0)


async def test_whoever_blocks_the_bot_costs_one_call(backend: Backend, tiny: Model) -> None:
    """A refusal is final: no second try, no word that would be refused as well."""
    async with telegram() as server, served(server, backend, tiny):
        server.user(SOMEBODY)
        server.fault("sendMessage", status=403, chat=SOMEBODY)
        server.say(SOMEBODY, "/help")
        await server.wait_for(lambda: server.calls_of("sendMessage", SOMEBODY))
        server.say(SOMEBODY, "/privacy")
        await server.wait_for(lambda: server.sent(SOMEBODY))
        assert len(server.calls_of("sendMessage", SOMEBODY)) == 2
