"""What `check` says of Telegram."""

import asyncio

import pytest

from bot.telegram.application import make_bot
from bot.telegram.probe import probe
from tests.bot.telegram.served import ADA, settings_for, telegram

HOOK = "https://bot.example/hook"


async def test_no_token_is_no_fault() -> None:
    """The terminal needs none."""
    async with telegram() as server:
        finding = await probe(settings_for(server, telegram_token=None))
    assert finding.well
    assert "terminal only" in finding.detail


async def test_the_bot_is_named() -> None:
    """Whose token it is, and how it is reached."""
    async with telegram() as server:
        finding = await probe(settings_for(server))
    assert (finding.well, finding.detail) == (True, "@memo_bot, polling")


async def test_a_wrong_token_is_a_fault() -> None:
    """With the way to the right one, and without the token."""
    async with telegram() as server:
        finding = await probe(settings_for(server, telegram_token="1:wrong-one"))  # noqa: S106
    assert not finding.well
    assert "@BotFather" in finding.detail
    assert "wrong-one" not in finding.detail


async def test_an_unreachable_server_is_a_fault() -> None:
    """With what to look at."""
    async with telegram() as server:
        settings = settings_for(server)
    finding = await probe(settings)
    assert not finding.well
    assert "TELEGRAM_API_URL" in finding.detail


@pytest.mark.parametrize("ours", [True, False])
async def test_a_webhook_that_is_set_is_told(ours: bool) -> None:  # noqa: FBT001 -- a case
    """Whether it is the one of the settings or another."""
    async with telegram() as server:
        settings = settings_for(server)
        async with make_bot(settings, None) as bot:
            await bot.set_webhook(HOOK)
        finding = await probe(settings_for(server, webhook_url=HOOK if ours else None))
    assert finding.well
    assert ("takes away" in finding.detail) is not ours


async def test_pushing_that_fails_is_a_fault() -> None:
    """Telegram says why, and the finding what to look at."""
    hook = "http://127.0.0.1:9/hook"
    async with telegram() as server:
        settings = settings_for(server, webhook_url=hook)
        async with make_bot(settings, None) as bot:
            await bot.set_webhook(hook)
        server.say(ADA, "hello")
        await asyncio.sleep(0.3)  # Telegram tries, in vain
        finding = await probe(settings)
    assert not finding.well
    assert "WEB_PORT" in finding.detail
