"""What goes wrong on order, goes wrong as it does at Telegram."""

import pytest
from telegram import (
    Bot,
)
from telegram.error import (
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from tests.telegram_server import TelegramServer
from tests.telegram_server.client import client

ANN = 1


async def test_wrong_token(server: TelegramServer) -> None:
    """A wrong token is told."""
    with pytest.raises(InvalidToken):
        async with client(server, "1:wrong"):
            pass
    assert server.calls[-1].status == 401


async def test_faults(server: TelegramServer, bot: Bot) -> None:
    """What is ordered goes wrong, so often; a dropped answer may have had its effect."""
    server.fault("sendMessage", status=429, retry_after_s=7)
    with pytest.raises(RetryAfter):
        await bot.send_message(ANN, "x")
    server.fault("sendMessage", status=403)
    with pytest.raises(Forbidden):
        await bot.send_message(ANN, "x")
    server.fault("*", status=502, times=2)
    for _ in range(2):
        with pytest.raises(NetworkError):
            await bot.send_message(ANN, "x")
    server.fault("sendMessage", drop="before")
    with pytest.raises(NetworkError):
        await bot.send_message(ANN, "never")
    assert not server.sent(ANN)
    server.fault("sendMessage", drop="after")
    with pytest.raises(NetworkError):
        await bot.send_message(ANN, "lost")
    server.fault("sendMessage", delay_s=1)
    with pytest.raises(TimedOut):
        await bot.send_message(ANN, "slow", read_timeout=0.1)
    await bot.send_message(ANN, "fine")
    assert [post.text for post in server.sent(ANN)] == ["lost", "slow", "fine"]
    assert not server.faults


async def test_limits(server: TelegramServer, bot: Bot) -> None:
    """Limits are enforced where they are on, and what broke them is kept."""
    server.limits.on = True
    await bot.send_message(ANN, "x")
    await bot.send_chat_action(ANN, "typing")
    with pytest.raises(RetryAfter):
        await bot.send_message(ANN, "y")
    group = server.group("Home", [1])
    for _ in range(20):
        await bot.send_message(group, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(group, "y")
    assert [(v.chat, v.limit) for v in server.limits.violations] == [
        (ANN, "chat"), (group, "group"),
    ]  # fmt: skip


async def test_an_outage(server: TelegramServer, bot: Bot) -> None:
    """The server may go away for a while; what waits is still there afterwards."""
    server.say(ANN, "hi")
    await server.stop()
    with pytest.raises(NetworkError):
        await bot.get_updates()
    await server.start()
    assert len(await bot.get_updates()) == 1
