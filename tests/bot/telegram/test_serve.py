"""The bot's life: it starts when Telegram lets it, loses nothing, and ends gently."""

import asyncio
import gc
import json
import logging
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from telegram.error import Conflict

from bot.errors import ConfigurationError
from bot.log import Discreet, foreign
from bot.telegram.application import make_bot
from bot.web import SECRET_HEADER
from memnn.model import Model
from tests.bot.telegram.served import ADA, BOB, served, settings_for, telegram
from tests.servers import Backend, kill_server, opened
from tests.telegram_server import Post, TelegramServer

SECRET = "a_secret-of-4"  # noqa: S105 -- of nothing
TOLD = "the spare key is under the blue flower pot"
SLOW_S = 20.0


@pytest.fixture(name="server")
async def _server() -> AsyncIterator[TelegramServer]:
    async with telegram() as server:
        for user in (ADA, BOB):
            server.user(user, first_name=f"User {user}")
        yield server


async def noticed(server: TelegramServer, post: Post) -> None:
    """Wait until a message was dealt with in some way that its writer sees."""
    chat = post.data["chat"]["id"]
    await server.wait_for(
        lambda: post.reactions or server.sent(chat, after=post.message_id), SLOW_S
    )


def polls(server: TelegramServer) -> bool:
    """Whether the bot has asked for updates."""
    return bool(server.calls_of("getUpdates"))


async def test_a_message_is_dealt_with_and_confirmed(
    server: TelegramServer, backend: Backend, tiny: Model
) -> None:
    """It is answered once, and after the end Telegram has nothing left to give again."""
    async with served(server, backend, tiny) as bot:
        await noticed(server, server.say(ADA, TOLD))
        await bot.end()
    assert not server.world.updates.pending
    assert set(server.world.updates.given.values()) == {1}


async def test_a_wrong_token_ends_the_start(
    server: TelegramServer, backend: Backend, tiny: Model
) -> None:
    """The error says what to do, and does not show the token."""
    wrong = "4242:this-one-is-wrong_really_it_is"
    async with served(server, backend, tiny, telegram_token=wrong) as bot:
        with pytest.raises(ConfigurationError, match="TELEGRAM_TOKEN was refused") as caught:
            await bot.task
    assert wrong not in str(caught.value)


async def test_a_revoked_token_ends_the_bot(
    server: TelegramServer, backend: Backend, tiny: Model
) -> None:
    """There is no use in asking on."""
    async with served(server, backend, tiny) as bot:
        await server.wait_for(lambda: polls(server), SLOW_S)
        server.token = "4242:another"  # noqa: S105 -- of nothing
        server.say(ADA, "wakes the poll that waits")
        with pytest.raises(ConfigurationError, match="TELEGRAM_TOKEN was refused"):
            await asyncio.wait_for(bot.task, 10)


async def test_it_waits_for_telegram(server: TelegramServer, backend: Backend, tiny: Model) -> None:
    """Started without a network it says that it is not ready, and goes on once there is one."""
    await server.stop()
    async with served(server, backend, tiny) as bot:
        await asyncio.sleep(0.2)
        assert (await bot.get("/live"))[0] == 200
        status, told = await bot.get("/ready")
        assert (status, json.loads(told)["telegram"]) == (503, "not reached yet")
        await server.start()
        await noticed(server, server.say(ADA, TOLD))
        status, told = await bot.get("/ready")
        assert (status, json.loads(told)["memory"]) == (200, "ok")
        assert json.loads(told)["telegram"].startswith("ok, polling, heard ")


async def test_a_stop_is_heard_while_it_waits(
    server: TelegramServer, backend: Backend, tiny: Model
) -> None:
    """Nobody has to kill a bot whose network is down."""
    await server.stop()
    async with served(server, backend, tiny) as bot:
        await asyncio.sleep(0.1)
        await bot.end()


@pytest.mark.parametrize("turns", [0, 4, 8, 16, 60])
async def test_a_stop_comes_at_any_moment(
    turns: int, server: TelegramServer, backend: Backend, tiny: Model
) -> None:
    """In the first moments, too; nothing is left open."""
    async with served(server, backend, tiny):
        for _ in range(turns):
            await asyncio.sleep(0)
    gc.collect()  # what was left open says so now


async def test_another_poller_is_told_of_and_outlived(
    server: TelegramServer, backend: Backend, tiny: Model, caplog: pytest.LogCaptureFixture
) -> None:
    """A 409 is logged with what to do; when the other is gone, updates come again."""
    server.fault("getUpdates", status=409, times=2)
    async with served(server, backend, tiny):
        await noticed(server, server.say(ADA, TOLD))
    assert "another process polls with its token" in caplog.text


async def test_a_poller_that_comes_between_is_outlived(
    server: TelegramServer, backend: Backend, tiny: Model, caplog: pytest.LogCaptureFixture
) -> None:
    """Another process takes the turn away and loses it again; nothing that was said is lost."""
    async with served(server, backend, tiny) as bot:
        await server.wait_for(lambda: polls(server), SLOW_S)
        async with make_bot(bot.settings, None) as other:
            with pytest.raises(Conflict):
                await other.fetch(0, 20)
        await noticed(server, server.say(ADA, TOLD))
    assert "another process polls with its token" in caplog.text


async def test_what_comes_again_is_answered_once(
    server: TelegramServer, backend: Backend, tiny: Model
) -> None:
    """Repeated at once or after a restart: the bot remembers what it is done with."""
    async with served(server, backend, tiny):
        post = server.say(ADA, "/help")
        await noticed(server, post)
        server.repeat(max(server.world.updates.log))
        await noticed(server, server.say(ADA, "/privacy"))
    async with served(server, backend, tiny):
        for update_id in list(server.world.updates.log):
            server.repeat(update_id)
        await noticed(server, server.say(ADA, "/start"))
    assert [sent.text[:5] for sent in server.sent(ADA)] == ["Tell ", "What ", "Hello"]


async def test_what_a_crash_left_is_answered_once(
    server: TelegramServer, backend: Backend, tiny: Model
) -> None:
    """The next process finishes it, though Telegram, which was not told, sends it again."""
    post = server.say(ADA, "/help")
    ((update_id, update),) = server.world.updates.log.items()
    async with opened(backend) as store:
        inbox = store.ledger(server.world.me["id"]).inbox
        assert await inbox.put({update_id: json.dumps(update).encode()}) == (update_id,)
    async with served(server, backend, tiny):
        await noticed(server, post)
        await server.wait_for(lambda: server.world.updates.given, SLOW_S)
        await noticed(server, server.say(ADA, "/privacy"))
    assert [sent.text[:5] for sent in server.sent(ADA)] == ["Tell ", "What "]


@pytest.mark.parametrize(
    "fault",
    [{"status": 502}, {"status": 429, "retry_after_s": 1}, {"drop": "before"}, {"drop": "after"}],
    ids=["502", "429", "dropped", "answer lost"],
)
async def test_a_failed_fetch_is_repeated(
    fault: dict[str, Any], server: TelegramServer, backend: Backend, tiny: Model
) -> None:
    """Whatever happens to a fetch, the updates come with the next, and are handled once."""
    server.fault("getUpdates", **fault)
    async with served(server, backend, tiny):
        post = server.say(ADA, TOLD)
        await noticed(server, post)
        await noticed(server, server.say(ADA, "hello"))
    done = [*server.calls_of("setMessageReaction", ADA), *server.calls_of("sendMessage", ADA)]
    assert len(done) == 2


async def test_a_webhook_that_is_set_is_taken_away(
    server: TelegramServer, backend: Backend, tiny: Model
) -> None:
    """Polling after pushing loses nothing: what waits is not dropped."""
    async with served(server, backend, tiny, webhook_url=f"http://127.0.0.1:{9}/hook"):
        await server.wait_for(lambda: server.world.updates.webhook, SLOW_S)
        post = server.say(ADA, TOLD)
    async with served(server, backend, tiny):
        await noticed(server, post)
    assert server.world.updates.webhook is None


async def test_pushed_updates_need_the_secret(
    server: TelegramServer, backend: Backend, tiny: Model
) -> None:
    """Who does not know it changes nothing; Telegram does."""
    settings = settings_for(server)
    port = settings.web_port
    url = f"http://127.0.0.1:{port}/hook"
    more = {"webhook_url": url, "webhook_secret": SECRET, "web_port": port}
    async with served(server, backend, tiny, **more):
        await server.wait_for(lambda: server.world.updates.webhook, SLOW_S)
        assert server.world.updates.webhook
        assert server.world.updates.webhook.secret == SECRET
        forged = {"update_id": 5, "message": {"text": "forged", "chat": {"id": BOB}}}
        async with aiohttp.ClientSession() as session:
            for headers in ({}, {SECRET_HEADER: "wrong"}, {SECRET_HEADER: "ä"}):
                async with session.post(url, json=forged, headers=headers) as answer:
                    assert answer.status == 403
            headers = {SECRET_HEADER: SECRET}
            for body, status in ((b"{", 400), (b"[" * 10**5, 400), (b" " * (2 << 20), 413)):
                async with session.post(url, data=BytesIO(body), headers=headers) as answer:
                    assert answer.status == status
            for odd in (b"[]", b"5", b"null", b'{"update_id": "x"}', b'{"update_id": 7}'):
                async with session.post(url, data=odd, headers=headers) as answer:
                    assert answer.status == 200  # or Telegram would send it for ever
        await noticed(server, server.say(ADA, TOLD))
    assert not server.calls_of("sendMessage", BOB)


async def test_a_webhook_that_telegram_refuses_ends_the_start(
    server: TelegramServer, backend: Backend, tiny: Model
) -> None:
    """Telegram's reason is passed on."""
    server.fault("setWebhook", status=400, description="Bad Request: bad webhook: no such host")
    url = "https://telegram.example/hook"
    async with served(server, backend, tiny, webhook_url=url) as bot:
        with pytest.raises(ConfigurationError, match=r"WEBHOOK_URL: .*no such host"):
            await bot.task


async def test_a_taken_port_ends_the_start(
    server: TelegramServer, backend: Backend, tiny: Model
) -> None:
    """Two bots on one machine need two ports, and the second one says so."""
    async with served(server, backend, tiny) as first:
        await server.wait_for(lambda: polls(server), SLOW_S)
        port = first.settings.web_port
        async with served(telegram(), backend, tiny, web_port=port) as second:
            with pytest.raises(ConfigurationError, match=rf"{port} .*in use.*set WEB_PORT"):
                await second.task


async def test_updates_wait_at_telegram_while_the_memory_is_down(
    server: TelegramServer, place: Backend, tiny: Model, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be kept is not confirmed, and is dealt with once it can be."""
    assert place.server
    async with served(server, place, tiny) as bot:
        await server.wait_for(lambda: polls(server), SLOW_S)
        kill_server(place.server)
        post = server.say(ADA, TOLD)
        await server.wait_for(lambda: "Updates wait at Telegram" in caplog.text, SLOW_S)
        assert (await bot.get("/ready"))[0] == 503
        assert server.world.updates.pending
        await place.server.ensure()
        await noticed(server, post)


async def test_what_cannot_be_read_holds_up_nothing(
    server: TelegramServer, backend: Backend, tiny: Model
) -> None:
    """Updates of unknown kinds, without fields, or that are none at all are passed over."""
    async with served(server, backend, tiny) as bot:
        chat = {"id": ADA, "type": "private"}
        updates: tuple[dict[str, Any], ...] = (
            {"message": {}},
            {"message": {"chat": chat}},
            {"message": {"chat": chat, "message_id": 1, "date": "soon"}},
            {"callback_query": {"id": "1"}},
            {"edited_message": 5},
            {"of_the_future": {"chat": chat}},
            {"channel_post": {"chat": chat, "message_id": 1, "date": 1}},
        )
        for update in updates:
            server.raw(update)
        await noticed(server, server.say(ADA, TOLD))
        assert "memnn_errors_total" in (await bot.get("/metrics"))[1]


async def test_a_stop_lets_what_is_at_work_be_finished(
    server: TelegramServer, backend: Backend, tiny: Model
) -> None:
    """What was taken in is dealt with before the end, also where Telegram is slow."""
    async with served(server, backend, tiny) as bot:
        await server.wait_for(lambda: polls(server), SLOW_S)
        for method in ("setMessageReaction", "sendMessage"):
            server.fault(method, delay_s=0.5, times=9)
        posts = [server.say(ADA, f"{TOLD} {number}") for number in range(3)]
        await server.wait_for(lambda: len(server.world.updates.given) == 3, SLOW_S)
        await asyncio.sleep(0.05)
        await bot.end()
        assert all(post.reactions or server.sent(ADA, after=post.message_id) for post in posts)


async def test_a_reply_whose_answer_is_lost_comes_twice_at_most(
    server: TelegramServer, backend: Backend, tiny: Model
) -> None:
    """Telegram may have taken it; without it nobody would know, so it is sent once more."""
    async with served(server, backend, tiny):
        await server.wait_for(lambda: polls(server), SLOW_S)
        server.fault("sendMessage", drop="after", times=5)
        post = server.say(ADA, "/help")
        await noticed(server, post)
        await noticed(server, server.say(BOB, TOLD))
        await asyncio.sleep(1.0)
    assert len(server.sent(ADA, after=post.message_id)) == 2


async def test_no_log_line_tells_the_token_or_what_was_said(
    server: TelegramServer, backend: Backend, tiny: Model, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not at the finest level, not when things go wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet("%(name)s %(message)s"))
    handler.addFilter(foreign)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        async with served(server, backend, tiny):
            server.fault("sendMessage", status=400, description=f"can't parse “{TOLD}”")
            server.fault("setMessageReaction", status=400, description=f'bad "{TOLD}"')
            server.fault("getUpdates", status=502)
            await noticed(server, server.say(ADA, TOLD))
            await noticed(server, server.say(ADA, f"{TOLD}?"))
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    told = capfd.readouterr().err
    assert "cannot fetch updates (NetworkError: 502)" in told
    assert server.token.partition(":")[2] not in told
    assert "flower pot" not in told
