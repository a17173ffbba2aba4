"""Updates come by polling or by webhook, until they are confirmed."""

import asyncio
import json
import time

import pytest
from aiohttp import web
from telegram import (
    Bot,
    Update,
)
from telegram.error import (
    Conflict,
)

from tests.telegram_server import TelegramServer
from tests.telegram_server.client import client

ANN = 1


async def test_polling_confirms(server: TelegramServer, bot: Bot) -> None:
    """Updates come until an offset confirms them, in order, as many as asked for."""
    for text in ("one", "two", "/three"):
        server.say(ANN, text)
    first = await bot.get_updates(limit=2)
    again = await bot.get_updates(limit=2)
    assert [u.update_id for u in first] == [u.update_id for u in again]
    (left,) = await bot.get_updates(offset=again[-1].update_id + 1)
    assert left.message is not None
    assert left.message.text == "/three"
    assert list(left.message.parse_entities()) == list(left.message.entities)
    assert not await bot.get_updates(offset=left.update_id + 1)


async def test_long_poll(server: TelegramServer, bot: Bot) -> None:
    """A poll waits for the next update; another's poll ends it with a conflict."""
    first = asyncio.create_task(bot.get_updates(timeout=5))
    await server.wait_for(lambda: server.calls[-1].method == "getUpdates")
    async with client(server) as other:
        second = asyncio.create_task(other.get_updates(timeout=5))
        with pytest.raises(Conflict):
            await first
        server.say(ANN, "hi")
        assert len(await second) == 1


async def test_webhook(server: TelegramServer, bot: Bot) -> None:
    """Updates are pushed with the secret, again until they are taken; polls conflict."""
    came: list[tuple[int, str | None]] = []

    async def hook(request: web.Request) -> web.Response:
        update = Update.de_json(json.loads(await request.read()), bot)
        came.append((update.update_id, request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        return web.Response(status=503 if len(came) == 1 else 200)

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        server.say(ANN, "one")
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        await bot.set_webhook(url, secret_token="s-1")  # noqa: S106 -- it is the test's
        server.say(ANN, "two")
        await server.wait_for(lambda: not server.world.updates.pending)
        first, second = server.world.updates.log
        assert came == [(first, "s-1"), (first, "s-1"), (second, "s-1")]
        info = await bot.get_webhook_info()
        assert (info.url, info.pending_update_count) == (url, 0)
        assert "503" in (info.last_error_message or "")
        with pytest.raises(Conflict):
            await bot.get_updates()
        await bot.delete_webhook()
        assert not await bot.get_updates()
    finally:
        await runner.cleanup()


async def test_many_updates(server: TelegramServer, bot: Bot) -> None:
    """The server does not slow down as updates and messages pile up."""
    for n in range(6000):
        server.say(ANN + n % 100, f"message {n}")
    offset, took_s = 0, []
    for _ in range(2):
        start = time.monotonic()
        for _ in range(30):
            updates = await bot.get_updates(offset)
            offset = updates[-1].update_id + 1
        took_s.append(time.monotonic() - start)
    assert not await bot.get_updates(offset)
    assert not server.world.updates.pending
    assert took_s[1] < 4 * took_s[0] + 0.5


async def test_what_is_told_on_request(server: TelegramServer, bot: Bot) -> None:
    """Reactions are told only to a bot that asks for them; the request stays in force."""
    told = server.say(ANN, "hi")
    server.react(ANN, told.message_id, "👍")
    (first,) = await bot.get_updates(allowed_updates=["message", "message_reaction"])
    server.react(ANN, told.message_id, "👍")
    server.edit(ANN, told.message_id, "not asked for")
    (second,) = await bot.get_updates(first.update_id + 1)
    assert second.message_reaction is not None
    assert second.message_reaction.new_reaction


async def test_an_update_may_come_again(server: TelegramServer, bot: Bot) -> None:
    """A confirmed update can be given once more, before newer ones."""
    server.say(ANN, "one")
    (first,) = await bot.get_updates()
    await bot.get_updates(first.update_id + 1)
    server.say(ANN, "two")
    server.repeat(first.update_id)
    assert [u.message.text for u in await bot.get_updates() if u.message] == ["one", "two"]
    assert server.world.updates.given[first.update_id] == 2
    (newest,) = await bot.get_updates(-1)
    assert newest.update_id > first.update_id
