"""What goes wrong is told so that it can be mended, and quotes nobody."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application, ContextTypes, TypeHandler

from bot import words
from bot.telegram import texts
from bot.telegram.faults import Faults, told
from bot.telegram.holding import Holding
from bot.telegram.limits import Window
from bot.telegram.ordering import Taken
from bot.web.client import LateError
from memnn.errors import StoreFullError, StoreKeyError, StoreUnavailableError
from tests.bot.telegram.served import ADA, telegram
from tests.telegram_server import TelegramServer
from tests.telegram_server.client import client

SAID = "the code is 4471"
BOT = 4242


def raised(error: Exception) -> Exception:
    """An error with a place: as if it was raised in a module of the bot."""
    try:
        Window(-1, 1.0)
    except ValueError as wrong:
        return error.with_traceback(wrong.__traceback__)
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError(SAID), "ValueError at bot/telegram/limits.py"),
        (StoreUnavailableError("Redis is away."), ": Redis is away."),
        (BadRequest(f"Can't parse entities: unsupported tag “{SAID}”"), ": Can't parse entities"),
        (BadRequest(f'Quote not found "{SAID}"'), ": Quote not found"),
        (
            Forbidden("Forbidden: bot was blocked by the user"),
            "Forbidden at bot/telegram/limits.py",
        ),
        (NetworkError(f"Bad Gateway (502). Parsing {SAID!r} failed"), "NetworkError: 502 at bot/"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_line_names_kind_and_place(error: Exception, line: str) -> None:
    """Enough to find it in the code, nothing of what was said."""
    wrong = told(raised(error))
    assert line in wrong
    assert wrong.startswith(type(error).__name__)
    assert SAID not in wrong


def test_a_lost_call_names_its_cause() -> None:
    """Whether Telegram was slow or away is what matters of it."""
    error = NetworkError("x")
    error.__cause__ = LateError("TimeoutError")
    assert told(error) == "NetworkError: TimeoutError"


def test_an_unreadable_update_is_counted_in_its_chat(caplog: pytest.LogCaptureFixture) -> None:
    """The log names its number; the count names the chat."""
    counted: list[tuple[str, str]] = []
    faults = Faults(BOT, lambda scope, line: counted.append((scope, line)), lambda _: True)
    faults.unreadable(Taken(77, 5, b"{}"), KeyError(SAID))
    faults.unreadable(Taken(78, 0, b"{}"), KeyError(SAID))
    assert [scope for scope, _ in counted] == ["4242:5", ""]
    assert "77" in caplog.text
    assert SAID not in caplog.text


@pytest.fixture(name="server")
async def _server() -> AsyncIterator[TelegramServer]:
    async with telegram() as server:
        server.user(ADA, first_name="Ada")
        yield server


async def fail(
    server: TelegramServer, update_id: int, error: Exception, times: int = 1
) -> list[tuple[str, str]]:
    """Let the handling of an update fail; returns what was counted."""
    counted: list[tuple[str, str]] = []
    held = Holding(nothing)

    async def handle(_: Update, __: ContextTypes.DEFAULT_TYPE) -> None:
        await asyncio.sleep(0)
        raise error

    async with client(server) as bot:
        application = Application.builder().bot(bot).updater(None).job_queue(None).build()
        faults = Faults(BOT, lambda scope, line: counted.append((scope, line)), held.failed)
        application.add_handler(TypeHandler(Update, handle))
        application.add_error_handler(faults.handler)
        await application.initialize()
        update = Update.de_json(server.world.updates.log[update_id], bot)
        for _ in range(times):
            await application.process_update(update)
    return counted


async def nothing(_: object) -> set[int]:
    """What other workers have."""
    await asyncio.sleep(0)
    return set()


def newest(server: TelegramServer) -> int:
    """The id of the last update."""
    return max(server.world.updates.log)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError(SAID), words.STUMBLED),
        (BadRequest("message is too long"), words.STUMBLED),
        (StoreUnavailableError("Redis is away."), texts.HELD),
        (StoreFullError("Redis at x is out of memory (OOM)"), texts.MEMORY_FULL),
        (StoreUnavailableError("Redis at x refuses (NOPERM)"), words.MEMORY_DOWN),
        (StoreKeyError("Not the key."), words.MEMORY_DOWN),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_the_user_gets_one_clear_line(
    error: Exception, line: str, server: TelegramServer
) -> None:
    """As a reply to what could not be done; the fault is counted in the chat."""
    post = server.say(ADA, SAID)
    ((scope, _),) = await fail(server, newest(server), error)
    (sent,) = server.sent(ADA)
    assert sent.text == line
    assert sent.data["reply_to_message"]["message_id"] == post.message_id
    assert scope == f"{BOT}:{ADA}"


async def test_what_is_held_is_told_of_once(server: TelegramServer) -> None:
    """However often it is tried in vain."""
    server.say(ADA, SAID)
    error = StoreUnavailableError("Redis is away.")
    assert len(await fail(server, newest(server), error, times=3)) == 1
    assert [post.text for post in server.sent(ADA)] == [texts.HELD]


@pytest.mark.parametrize(
    "error",
    [Forbidden("bot was blocked"), NetworkError("x"), RetryAfter(9), TelegramError("x")],
    ids=lambda error: type(error).__name__,
)
async def test_nothing_is_said_where_nothing_gets_through(
    error: Exception, server: TelegramServer
) -> None:
    """Another message would fail like the first; it is counted all the same."""
    server.say(ADA, SAID)
    assert len(await fail(server, newest(server), error)) == 1
    assert not server.sent(ADA)


async def test_a_tap_is_answered(server: TelegramServer) -> None:
    """The button stops turning, and says why nothing happened."""
    async with client(server) as bot:
        keyboard = InlineKeyboardMarkup.from_button(InlineKeyboardButton("Why?", callback_data="w"))
        await bot.send_message(ADA, "8206", reply_markup=keyboard)
    query = server.tap(ADA, "Why?")
    await fail(server, newest(server), ValueError(SAID))
    answer = server.answer(query)
    assert answer
    assert answer["text"] == words.STUMBLED


async def test_a_group_hears_only_of_its_commands(server: TelegramServer) -> None:
    """Most of what is said in a group is for others."""
    group = server.group("Family", [ADA])
    server.say(group, SAID)
    await fail(server, newest(server), ValueError(SAID))
    assert not server.sent(group)
    server.say(group, "/memories")
    await fail(server, newest(server), ValueError(SAID))
    assert [post.text for post in server.sent(group)] == [words.STUMBLED]
