"""Talking in Telegram with the real process: what people do, and what they get."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot.telegram.commands import COMMANDS
from bot.web import SECRET_HEADER
from tests.end_to_end.telegram import ADA, BOB, REPLY_S, Talk, free_port, talking
from tests.telegram_server import origin_hidden

pytestmark = pytest.mark.asyncio(loop_scope="module")

CODE = "my bike lock code is 8206"
ASKED = "what is the code of my bike lock?"
_people = count(1000)


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="talk")
async def _talk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Talk]:
    """One process for all tests that do it no harm; each has people of its own."""
    async with talking(tmp_path_factory.mktemp("telegram")) as talk:
        yield talk


@pytest.fixture(name="ada")
def _ada(talk: Talk) -> int:
    return somebody(talk, "Ada")


@pytest.fixture(name="bob")
def _bob(talk: Talk) -> int:
    return somebody(talk, "Bob")


def somebody(talk: Talk, name: str) -> int:
    """A person whom the bot does not know."""
    user = next(_people)
    talk.server.user(user, first_name=name, username=f"{name.lower()}{user}")
    return user


async def test_a_statement_is_remembered_and_its_answer_quotes_it(talk: Talk, ada: int) -> None:
    """✍ on what is told; the answer is a reply to that very message and quotes it."""
    told = await talk.tell(ada, CODE)
    assert told.reactions == ["✍"]
    answer = await talk.ask(ada, ASKED)
    assert answer.text == "8206"
    assert answer.reply_to == told.message_id
    assert answer.data["quote"]["text"] == CODE
    assert answer.keyboard == [["Why?", "That’s wrong"]]


async def test_two_people_never_share_a_memory(talk: Talk, ada: int, bob: int) -> None:
    """What one told answers nobody else, not even as the closest memory."""
    await talk.tell(ada, CODE)
    answer = await talk.ask(bob, ASKED)
    assert "8206" not in answer.text
    assert (await talk.ask(ada, ASKED)).text == "8206"


async def test_every_command_is_answered(talk: Talk, ada: int) -> None:
    """Each command of the menu gets words that Telegram takes, with and without an argument."""
    before = len(talk.server.calls)
    await talk.tell(ada, CODE)
    await talk.ask(ada, ASKED)
    for name in COMMANDS:
        for rest in ("", " bike", " <b>&"):
            await talk.noticed(ada, talk.server.say(ada, f"/{name}{rest}"))
    assert "Did you mean /memories?" in (await talk.ask(ada, "/memory")).text
    assert not [call for call in talk.server.calls[before:] if call.status == 400]
    menus = talk.server.world.commands.values()
    assert {command["command"] for menu in menus for command in menu} == set(COMMANDS)


async def test_why_unfolds_and_folds(talk: Talk, ada: int) -> None:
    """The trace comes into the same message with bars and dates, and goes again."""
    await talk.tell(ada, CODE)
    await talk.tell(ada, "Anouk got hired at Decathlon")
    answer = await talk.ask(ada, ASKED)
    await talk.tap(ada, "Why?", answer)
    assert "hop 1: 2 memories looked at" in answer.text
    assert "█" in answer.text
    await talk.tap(ada, "Fold", answer)
    assert answer.text == "8206"


async def test_a_wrong_answer_is_corrected_in_the_log(talk: Talk, ada: int) -> None:
    """The right memory is picked among the nearest, and stands in /history."""
    await talk.tell(ada, CODE)
    await talk.tell(ada, "Anouk got hired at Decathlon")
    answer = await talk.ask(ada, ASKED)
    await talk.tap(ada, "That’s wrong", answer)
    assert answer.keyboard == [["2"], ["None of these"]]
    await talk.tap(ada, "2", answer)
    assert "Decathlon" in answer.text
    assert "2 picked as the right one" in (await talk.ask(ada, "/history")).text


async def test_memories_are_paged_dropped_and_put_back(talk: Talk, ada: int) -> None:
    """◀ ▶ turn, 🗑 forgets, Undo puts back; a button that is tapped twice does no harm."""
    for number in range(10):
        await talk.tell(ada, f"my locker number {number} is in hall {number}")
    page = await talk.ask(ada, "/memories")
    assert "page 1 of 2" in page.text
    await talk.tap(ada, "▶", page)
    assert "page 2 of 2" in page.text
    await talk.tap(ada, "🗑 1", page)
    assert "hall 0" not in page.text
    assert "9 memories" in page.text
    await talk.tap(ada, "Undo 1", page)
    assert "10 memories" in (await talk.ask(ada, "/memories")).text
    for data in ("ud:2:1", "ud:2:1", "ug:999:0", "uu:7:0", "junk", "u" * 64):
        await talk.answered(talk.server.forge(ada, page.message_id, data))
    assert "9 memories" in (await talk.ask(ada, "/memories")).text


async def test_everything_is_forgotten_only_when_it_is_confirmed(talk: Talk, ada: int) -> None:
    """Keep keeps; the other button forgets for good, with a receipt."""
    await talk.tell(ada, CODE)
    sure = await talk.ask(ada, "/forget_all")
    await talk.tap(ada, "Keep", sure)
    assert (await talk.ask(ada, ASKED)).text == "8206"
    sure = await talk.ask(ada, "/forget_all")
    await talk.tap(ada, "Forget 1 memory", sure)
    assert "Forgot 1 memory" in sure.text
    assert "8206" not in (await talk.ask(ada, ASKED)).text


async def test_edits_replies_captions_and_forwards(talk: Talk, ada: int) -> None:
    """An edit rewrites, “forget” as a reply forgets, captions count, forwards carry the name."""
    told = await talk.tell(ada, CODE)
    talk.server.edit(ada, told.message_id, "my bike lock code is 9999")
    await asyncio.sleep(0.5)
    assert (await talk.ask(ada, ASKED)).text == "9999"
    gone = await talk.reply_to(ada, talk.server.reply(ada, told.message_id, "forget this"))
    assert "forgotten" in gone.text
    await talk.tap(ada, "Undo", gone)
    assert "put back" in gone.text
    picture = talk.server.photo(ada, "Grandma lives in Porto")
    await talk.server.wait_for(lambda: picture.reactions, REPLY_S)
    passed = talk.server.forward(ada, "I moved to Lyon", origin_hidden("Tom"))
    await talk.server.wait_for(lambda: passed.reactions, REPLY_S)
    assert "Tom: I moved to Lyon" in (await talk.ask(ada, "/memories")).text
    assert "read text" in (await talk.reply_to(ada, talk.server.sticker(ada))).text


async def test_a_group_is_overheard_and_answered_when_it_asks(
    talk: Talk, ada: int, bob: int
) -> None:
    """Statements are remembered under their speakers; only what is for the bot is answered."""
    group = talk.server.group("Flat", [ada, bob], bot="administrator")
    await talk.tell(group, "the router password is hunter2", user=bob)
    silent = talk.server.say(group, "what is the router password?", user=ada)
    await asyncio.sleep(1.0)
    assert not talk.server.sent(group, after=silent.message_id)
    name = talk.server.world.username if hasattr(talk.server.world, "username") else "memo_bot"
    answer = await talk.ask(group, f"@{name} what is the router password?", user=ada)
    assert "hunter2" in answer.text
    assert "Bob: the router password" in (await talk.ask(group, "/memories", user=ada)).text
    refused = await talk.ask(group, "/forget_all", user=bob)
    assert "administrator" in refused.text


async def test_strangers_are_kept_out_until_they_are_let_in(tmp_path: Path) -> None:
    """One polite line with a code; nothing is stored; an administrator lets in."""
    async with talking(tmp_path, ACCESS="pairing", ADMIN_IDS=str(ADA)) as talk:
        stranger = await talk.ask(BOB, CODE)
        code = stranger.text.rsplit(maxsplit=1)[-1]
        talk.server.say(BOB, "hello?")
        await talk.ask(ADA, f"/allow {code}")
        await talk.tell(BOB, "my locker is number 12")
        assert "8206" not in (await talk.ask(BOB, "/memories")).text


async def test_nothing_is_lost_or_doubled_by_a_kill(tmp_path: Path) -> None:
    """Killed at any moment, the bot remembers each statement once after its next start."""
    async with talking(tmp_path) as talk:
        told = [talk.server.say(ADA, f"my locker number {n} is in hall {n}") for n in range(20)]
        await talk.server.wait_for(lambda: told[3].reactions, REPLY_S)
        await talk.kill()
        await talk.start()
        await talk.server.wait_for(lambda: all(post.reactions for post in told), REPLY_S)
        assert (await talk.ask(ADA, "/memories")).text.startswith("20 memories")


async def test_a_webhook_takes_updates_in(tmp_path: Path) -> None:
    """With WEBHOOK_URL set, Telegram pushes to the bot's own server; nobody else is listened to."""
    port = free_port()
    async with talking(
        tmp_path,
        begin=False,
        WEBHOOK_URL=f"http://127.0.0.1:{port}/hook",
        WEB_PORT=str(port),
    ) as talk:
        await talk.start(lambda: any(c.method == "setWebhook" for c in talk.server.calls))
        forged = talk.server.say(ADA, CODE).data
        async with aiohttp.ClientSession() as session:
            for secret in ("", "guessed"):
                async with session.post(
                    f"http://127.0.0.1:{port}/hook",
                    json={"update_id": 1, "message": forged | {"text": "my bike lock code is 1"}},
                    headers={SECRET_HEADER: secret} if secret else {},
                ) as answer:
                    assert answer.status == 403
        await talk.tell(ADA, "my locker is number 12")
        assert (await talk.ask(ADA, ASKED)).text == "8206"
        assert not [call for call in talk.server.calls if call.method == "getUpdates"]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "retry_after_s": 1},
        {"status": 502, "times": 2},
        {"drop": "before"},
        {"delay_s": 1.0},
    ],
    ids=["429", "502", "dropped", "slow"],
)
async def test_a_reply_survives_a_bad_moment_of_telegram(
    talk: Talk, ada: int, fault: dict[str, int | str]
) -> None:
    """Limits, gateways, broken connections and slowness delay a reply, and do not lose it."""
    await talk.tell(ada, CODE)
    talk.server.fault("sendMessage", **fault)
    assert (await talk.ask(ada, ASKED)).text == "8206"


async def test_who_blocks_the_bot_stops_nobody_else(talk: Talk, ada: int, bob: int) -> None:
    """A 403 is counted, and the others are answered."""
    talk.server.say(bob, CODE)
    talk.server.block(bob)
    talk.server.say(bob, ASKED)
    await talk.tell(ada, CODE)
    assert (await talk.ask(ada, ASKED)).text == "8206"


async def test_it_stops_gently(tmp_path: Path) -> None:
    """SIGTERM lets what is at work be finished; the exit status is 0."""
    async with talking(tmp_path) as talk:
        told = [talk.server.say(ADA, f"my locker number {n} is in hall {n}") for n in range(10)]
        await talk.server.wait_for(lambda: told[0].reactions, REPLY_S)
        assert await talk.stop() == 0


async def test_nothing_is_lost_by_a_kill_of_the_server(tmp_path: Path) -> None:
    """The memories' server is killed under the running bot: it comes back, and all is there."""
    async with talking(tmp_path) as talk:
        await talk.tell(ADA, CODE)
        os.kill(server_pid_in(tmp_path), signal.SIGKILL)
        await talk.tell(ADA, "my locker is number 12")
        assert (await talk.ask(ADA, ASKED)).text == "8206"
        assert (await talk.ask(ADA, "/memories")).text.startswith("2 memories")


async def test_limits_are_kept_and_no_reply_is_dropped(tmp_path: Path) -> None:
    """A server that enforces Telegram's limits never has to, and every question is answered."""
    async with talking(tmp_path, CHAT_SENDS_PER_S="1") as talk:
        await talk.tell(ADA, CODE)
        talk.server.limits.on = True
        asked = [talk.server.say(ADA, ASKED) for _ in range(4)]
        await talk.server.wait_for(
            lambda: len(talk.server.sent(ADA, after=asked[-1].message_id)) == 4, REPLY_S
        )
        assert not talk.server.limits.violations


def server_pid_in(directory: Path) -> int:
    """The process id of the server that the bot started in a directory."""
    (held,) = directory.rglob("server.pid")
    return int(held.read_text())
