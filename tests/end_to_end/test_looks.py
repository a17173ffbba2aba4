"""`memnn-bot inspect`, `stats` and `audit` as processes, beside a store that others use."""

import asyncio
import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from bot.admin.words import INSPECTED
from bot.scopes import chat_scope
from bot.server import EmbeddedServer
from bot.store import Chat, Day, RedisStore
from tests.end_to_end.conftest import Run
from tests.servers import embedded, server_pid
from tests.telegram_server import TelegramServer
from tests.worlds import TIME, TextFeaturiser, plan

BOT, ADA, GROUP = 4711, 7, -1001234567890
TOKEN = f"{BOT}:a-token"
PRIVATE = "the code of my safe is 4471"


@pytest.fixture
def look(run: Run) -> Run:
    """A command with a token."""

    def look(*arguments: str, **more: str) -> CompletedProcess[str]:
        return run(*arguments, **{"TELEGRAM_TOKEN": TOKEN, **more})

    return look


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A data directory in which a bot has a chat and a group."""
    directory = tmp_path / "data"
    asyncio.run(fill(directory))
    return directory


async def fill(directory: Path) -> None:
    """Put them there."""
    async with (
        EmbeddedServer(directory) as server,
        RedisStore.open(
            server.url,
            key_file=directory / "memory.key",
            featuriser=TextFeaturiser(),
            revive=server.ensure,
        ) as store,
    ):
        ledger = store.ledger(BOT)
        await ledger.chats.put(Chat(ADA, "Ada", "ada", first_seen=TIME))
        await ledger.chats.put(Chat(GROUP, "Family", group=True, first_seen=TIME))
        await store.add(chat_scope(BOT, ADA), plan("1", PRIVATE))
        await store.add(chat_scope(BOT, GROUP), plan("1", "one", "two", speaker="Bob"))
        await ledger.days.add(Day((await ledger.days.latest(1))[0].date, statements=3))


@pytest.mark.usefixtures("filled")
def test_a_look_at_somebody(look: Run) -> None:
    """By name or id, of a group too; texts only with --reveal, and then it stands in /history."""
    told = look("inspect", "@ada")
    assert told.returncode == 0, told.stderr
    assert "Ada @ada" in told.stdout
    assert "4471" not in told.stdout + look("inspect", f"{ADA}", "--json").stdout
    assert "2 memories, newest first" in look("inspect", f"{GROUP}").stdout
    revealed = look("inspect", f"{ADA}", "--reveal")
    assert PRIVATE in revealed.stdout
    assert "the user's /history" in revealed.stderr
    held = json.loads(look("inspect", f"{GROUP}", "--page", "1", "--reveal", "--json").stdout)
    assert [row["text"] for row in held["leaf"]["rows"]] == ["two", "one"]
    entries = json.loads(look("audit", "--json").stdout)["deeds"]
    assert [deed["entry"]["revealed"] for deed in entries[::-1]] == [
        *(False, False, False, True, True, False),
    ]
    assert {deed["entry"]["admin"] for deed in entries} == {None}


@pytest.mark.usefixtures("filled")
def test_everybody_and_everything(look: Run, tmp_path: Path) -> None:
    """Without a name all chats are listed; stats counts, draws, and is JSON too."""
    listed = look("inspect").stdout
    assert f"{GROUP}  Family" in listed
    assert "2 chats" in listed
    picture = tmp_path / "days.png"
    told = look("stats", "--plot", str(picture))
    assert "1 person, 1 group" in told.stdout
    assert picture.read_bytes().startswith(b"\x89PNG")
    held = json.loads(look("stats", "--json").stdout)
    assert (held["memories"], held["today"]["statements"]) == (3, 3)
    assert "looked at the numbers" in look("audit").stdout


def test_a_look_beside_the_running_bot(look: Run, filled: Path) -> None:
    """A look joins the server that another process of the bot keeps, and leaves it running."""
    with embedded(filled) as server:
        before = server_pid(server)
        assert "memories  1" in look("inspect", "@ada").stdout
        assert "looked at Ada @ada (7)" in look("audit").stdout
        assert server_pid(server) == before


def test_the_terminal_is_somebody_too(run: Run, look: Run) -> None:
    """What was told in the terminal is looked at like the rest, and its /history tells."""
    run("chat", said=f"/remember {PRIVATE}\n")
    assert "memories  1" in look("inspect", "terminal").stdout
    assert PRIVATE in look("inspect", "terminal", "--reveal").stdout
    history = run("chat", said="/history\n").stdout
    assert history.count("looked at by an administrator") == 1


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("arguments", "more", "told"),
    [
        (("inspect", "8"), {}, "8: nobody of that id or @name has written to this bot"),
        (("inspect", "@nobody"), {}, "@nobody: nobody"),
        (("inspect", "7"), {"TELEGRAM_TOKEN": ""}, "TELEGRAM_TOKEN is not set"),
        (("stats",), {"TELEGRAM_TOKEN": ""}, "TELEGRAM_TOKEN is not set"),
        (("audit",), {"REDIS_URL": "redis://127.0.0.1:1/0"}, "does not answer"),
        (("stats", "--plot", "/no/such/place.png"), {}, "/no/such/place.png: No such file"),
    ],
)
def test_what_is_wrong_is_one_line(
    look: Run, arguments: tuple[str, ...], more: dict[str, str], told: str
) -> None:
    """Nobody of that name, no token, no server: one clear line, exit code 2."""
    done = look(*arguments, **more)
    assert done.returncode == 2
    assert done.stderr.startswith("memnn-bot: ")
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert TOKEN not in done.stderr + done.stdout


async def test_a_notice_from_the_command_line(look: Run, tmp_path: Path) -> None:
    """With INSPECT_NOTICE a look at texts from here is told to the user at once."""
    await fill(tmp_path / "data")
    async with TelegramServer(bot_id=BOT) as server:
        server.user(ADA)
        settings = {
            "TELEGRAM_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "INSPECT_NOTICE": "true",
        }
        done = await asyncio.to_thread(look, "inspect", f"{ADA}", "--reveal", **settings)
        assert PRIVATE in done.stdout
        assert [post.text for post in server.sent(ADA)] == [INSPECTED]


@pytest.mark.usefixtures("filled")
def test_a_notice_that_cannot_be_sent_is_said(look: Run) -> None:
    """With INSPECT_NOTICE and no Telegram, the texts are shown and the rest is said on stderr."""
    nowhere = {"INSPECT_NOTICE": "true", "TELEGRAM_API_URL": "http://127.0.0.1:1"}
    done = look("inspect", f"{ADA}", "--reveal", **nowhere)
    assert done.returncode == 0
    assert PRIVATE in done.stdout
    assert "could not be told" in done.stderr
