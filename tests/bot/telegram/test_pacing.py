"""The bot speaks as fast as Telegram lets it: no faster, no slower, and nothing is dropped."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from bot.settings import Settings, load
from bot.telegram.pacing import Pacer

Fail = Callable[[int], TelegramError | None]


class Sender:
    """A pacer, and what it let through: when, what, to whom."""

    def __init__(self, fail: Fail = lambda _: None, **limits: int) -> None:
        settings = Settings.model_validate({**load(None).model_dump(), **limits})
        self.took: list[float] = []
        self.made: list[tuple[float, str, Any]] = []
        self.pacer = Pacer(settings, self.took.append)
        self._fail = fail
        self._start = asyncio.get_running_loop().time()

    def now(self) -> float:
        """Seconds since the beginning."""
        return asyncio.get_running_loop().time() - self._start

    async def send(self, endpoint: str, **data: object) -> object:
        """Make a call."""
        return await self.pacer.process_request(
            self._call, (endpoint, data), {}, endpoint, data, None
        )

    async def _call(self, endpoint: str, data: dict[str, Any]) -> bool:
        self.made.append((self.now(), endpoint, data.get("chat_id")))
        error = self._fail(len(self.made))
        await asyncio.sleep(0)
        if error:
            raise error
        return True

    def times(self, chat: int) -> list[float]:
        """When calls for a chat were made."""
        return [at for at, _, to in self.made if to == chat]


async def together(*calls: Awaitable[object]) -> None:
    """Let them all run at once, to the end."""
    await asyncio.gather(*calls)


def gaps(times: list[float]) -> list[float]:
    """From each moment to the next."""
    return [later - earlier for earlier, later in pairwise(times)]


async def test_a_chat_gets_one_message_a_second() -> None:
    """Each waits for the one before; edits count too, and other chats wait for nothing."""
    sender = Sender()
    flood = [sender.send(how, chat_id=1) for how in ("sendMessage", "editMessageText", "sendPhoto")]
    await together(*flood, sender.send("sendMessage", chat_id=2))
    assert all(1.0 <= gap < 1.3 for gap in gaps(sender.times(1)))
    assert sender.times(2)[0] < 0.2
    assert len(sender.took) == 4


async def test_a_group_has_a_limit_of_its_own() -> None:
    """So many a minute, the others a minute later; a private chat is free of it."""
    sender = Sender(chat_sends_per_s=100, group_sends_per_min=5)
    sends = [sender.send("sendMessage", chat_id=chat) for chat in (-1, 1) for _ in range(8)]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(together(*sends), 1)
    assert len(sender.times(-1)) == 5
    assert len(sender.times(1)) == 8


async def test_all_chats_together_have_a_limit() -> None:
    """So many a second in all; reactions, answers to buttons and typing count there alone."""
    sender = Sender(sends_per_s=5)
    sends = [sender.send("setMessageReaction", chat_id=1) for _ in range(3)]
    sends += [sender.send("answerCallbackQuery", callback_query_id="1") for _ in range(3)]
    sends += [sender.send("sendChatAction", chat_id=1), sender.send("sendMessage", chat_id=2)]
    await together(*sends)
    times = [at for at, _, _ in sender.made]
    assert all(later - earlier >= 1.0 for earlier, later in zip(times, times[5:], strict=False))
    assert times[4] < 0.2


async def test_what_is_for_nobody_is_free() -> None:
    """Asking who the bot is, or setting its commands, waits for nothing."""
    sender = Sender(sends_per_s=1)
    await together(*(sender.send("getMe") for _ in range(20)))
    assert sender.now() < 0.5


async def test_a_refused_chat_waits_and_no_other() -> None:
    """What Telegram refuses goes out again after the wait that it asked for."""
    sender = Sender(lambda call: RetryAfter(1) if call == 1 else None)
    await together(sender.send("sendMessage", chat_id=1), sender.send("sendMessage", chat_id=2))
    assert sender.times(2)[0] < 0.2
    assert len(sender.times(1)) == 2
    assert 1.0 <= gaps(sender.times(1))[0] < 1.5


async def test_a_refused_bot_waits_everywhere() -> None:
    """Several chats refused at once mean that the bot is too fast: then all wait."""
    sender = Sender(lambda call: RetryAfter(1) if call <= 3 else None)
    await together(
        *(sender.send("sendMessage", chat_id=chat) for chat in (1, 2, 3)), _later(sender)
    )
    assert sender.times(9)[0] >= 1.0
    assert len(sender.made) == 7


async def _later(sender: Sender) -> None:
    await asyncio.sleep(0.1)
    await sender.send("sendMessage", chat_id=9)


async def test_a_failed_call_is_made_again() -> None:
    """An error of Telegram's own passes."""
    sender = Sender(lambda call: NetworkError("Bad Gateway (502)") if call == 1 else None)
    assert await sender.send("setMessageReaction", chat_id=1) is True
    assert len(sender.made) == 2


async def test_a_refusal_is_raised_at_once() -> None:
    """What the Bot API does not take is the caller's to know."""
    sender = Sender(lambda _: BadRequest("message is not modified"))
    with pytest.raises(BadRequest):
        await sender.send("editMessageText", chat_id=1)
    assert len(sender.made) == 1
    assert not sender.took


async def test_quiet_chats_are_forgotten() -> None:
    """The pacer's memory does not grow with the number of chats that ever talked."""
    sender = Sender(sends_per_s=100_000, chat_sends_per_s=1000, group_sends_per_min=60_000)
    for chat in range(1, 3001):
        await sender.send("sendMessage", chat_id=chat)
    await asyncio.sleep(1.1)
    await sender.send("sendMessage", chat_id=1)
    assert len(sender.pacer._chats) == 1


async def test_a_chat_is_known_by_number_or_name() -> None:
    """A number as text is the same chat; a public name is a chat like a group."""
    sender = Sender()
    await together(
        sender.send("sendMessage", chat_id=1),
        sender.send("sendMessage", chat_id="1"),
        sender.send("sendMessage", chat_id="@channel"),
    )
    assert len(sender.pacer._chats) == 2
