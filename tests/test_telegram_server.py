"""The Bot API server of the tests answers as Telegram does."""

import asyncio
import html
import json
import sys
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    MessageOriginHiddenUser,
    ReplyParameters,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from tests.telegram_server import TelegramServer, origin_hidden, parse_html, units

ANN = 1


@pytest.fixture(name="server")
async def _server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        server.user(ANN, first_name="Ann", username="ann")
        yield server


def client(server: TelegramServer, token: str = "") -> Bot:
    """The library's bot on the server."""
    base = server.url
    return Bot(token or server.token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot")


@pytest.fixture(name="bot")
async def _bot(server: TelegramServer) -> AsyncIterator[Bot]:
    async with client(server) as bot:
        yield bot


@given(st.text())
def test_escaped_text_is_itself(text: str) -> None:
    """What is escaped comes back as it was, without entities."""
    assert parse_html(html.escape(text)) == (text, [])


@given(st.text(), st.text(min_size=1))
def test_entities_are_counted_in_utf16(before: str, inside: str) -> None:
    """Offsets and lengths are UTF-16 units."""
    text, entities = parse_html(f"{html.escape(before)}<b>{html.escape(inside)}</b>")
    assert text == before + inside
    assert entities == [{"type": "bold", "offset": units(before), "length": units(inside)}]


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ("<b><i>x</i></b>", ["bold", "italic"]),
        ("<blockquote expandable>x</blockquote>", ["expandable_blockquote"]),
        ('<a href="https://a.example/?x=1&amp;y=2">x</a>', ["text_link"]),
        ('<pre><code class="language-py">x</code></pre>', ["pre"]),
        ("<tg-spoiler>x</tg-spoiler><u>y</u><s>z</s>", ["spoiler", "underline", "strikethrough"]),
        ("<b></b>&#x27;&#39;&quot;", []),
    ],
)
def test_tags(source: str, kinds: list[str]) -> None:
    """The documented tags are read."""
    assert [entity["type"] for entity in parse_html(source)[1]] == kinds


@pytest.mark.parametrize(
    "source",
    ["<", "a > b", "a & b", "&nbsp;", "<b>", "</b>", "<b><i>x</b></i>", "<p>x</p>", "<b x=y>z</b>",
     "<a>x</a>", "<code><b>x</b></code>", "<blockquote><blockquote>x</blockquote></blockquote>"],
)  # fmt: skip
def test_what_is_not_html(source: str) -> None:
    """Anything else is refused."""
    with pytest.raises(ValueError, match=r"(?i)tag|character"):
        parse_html(source)


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
    """A poll waits for the next update; a second poll ends it with a conflict."""
    first = asyncio.create_task(bot.get_updates(timeout=5))
    await server.wait_for(lambda: server.calls and server.calls[-1].method == "getUpdates")
    await asyncio.sleep(0.05)
    second = asyncio.create_task(bot.get_updates(timeout=5))
    with pytest.raises(Conflict):
        await first
    server.say(ANN, "hi")
    assert len(await second) == 1


async def test_wrong_token(server: TelegramServer) -> None:
    """A wrong token is told."""
    with pytest.raises(InvalidToken):
        await client(server, "1:wrong").initialize()


async def test_a_conversation(server: TelegramServer, bot: Bot) -> None:
    """Messages are checked, sent, edited, reacted to and deleted."""
    told = server.say(ANN, "Anna lives in 🦉 Rome.")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Source", callback_data="s")]])
    reply = ReplyParameters(told.message_id, quote="in 🦉 Rome")
    sent = await bot.send_message(
        ANN, "<b>🦉 Rome</b> &amp; more", "HTML", reply_parameters=reply, reply_markup=keyboard
    )
    assert sent.text_html == "<b>🦉 Rome</b> &amp; more"
    assert sent.quote is not None
    post = await server.wait_for(lambda: server.sent(ANN, after=told.message_id)[0])
    assert (post.text, post.keyboard, post.reply_to) == ("🦉 Rome & more", [["Source"]], 1)
    edited = await bot.edit_message_text("no", ANN, sent.message_id)
    assert isinstance(edited, Message)
    assert not post.keyboard
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("no", ANN, sent.message_id)
    await bot.set_message_reaction(ANN, told.message_id, "👍")
    assert told.reactions == ["👍"]
    await bot.delete_message(ANN, sent.message_id)
    assert server.transcript(ANN) == [told]


@pytest.mark.parametrize(
    ("text", "mode", "wrong"),
    [
        ("x" * 4097, None, "too long"),
        ("🦉" * 2049, None, "too long"),
        (" \n", None, "empty"),
        ("<b>x", "HTML", "parse entities"),
    ],
)
async def test_bad_texts(bot: Bot, text: str, mode: str | None, wrong: str) -> None:
    """A text is 1 to 4096 units after its entities are read, and those must be right."""
    assert (await bot.send_message(ANN, f"<b>{'x' * 4096}</b>", "HTML")).text == "x" * 4096
    with pytest.raises(BadRequest, match=wrong):
        await bot.send_message(ANN, text, mode)


async def test_bad_replies_and_buttons(server: TelegramServer, bot: Bot) -> None:
    """A reply needs its message and the exact quote; a button's data is at most 64 bytes."""
    told = server.say(ANN, "hello")
    with pytest.raises(BadRequest, match="replied not found"):
        await bot.send_message(ANN, "x", reply_parameters=ReplyParameters(99))
    free = ReplyParameters(99, allow_sending_without_reply=True)
    assert (await bot.send_message(ANN, "x", reply_parameters=free)).reply_to_message is None
    wrong = ReplyParameters(told.message_id, quote="goodbye")
    with pytest.raises(BadRequest, match=r"(?i)QUOTE"):
        await bot.send_message(ANN, "x", reply_parameters=wrong)
    for data in ("é" * 33, "x" * 65):
        button = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data=data)]])
        with pytest.raises(BadRequest, match=r"(?i)button"):
            await bot.send_message(ANN, "x", reply_markup=button)


async def test_taps(server: TelegramServer, bot: Bot) -> None:
    """A tap is told and answered once."""
    button = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="y")]])
    await bot.send_message(ANN, "Sure?", reply_markup=button)
    query = server.tap(ANN, "Yes")
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == "y"
    await bot.answer_callback_query(query, "Done")
    assert server.answer(query) == {"text": "Done", "show_alert": False}
    with pytest.raises(BadRequest, match="too old"):
        await bot.answer_callback_query(query)


async def test_files(server: TelegramServer, bot: Bot) -> None:
    """Files go both ways, byte by byte."""
    sent = await bot.send_document(ANN, b"bytes", "<i>all</i>", parse_mode="HTML", filename="a.txt")
    assert server.file_of(server.last(ANN)).content == b"bytes"
    assert sent.document is not None
    assert sent.caption_html == "<i>all</i>"
    server.document(ANN, b"\x00\xff", "b.bin", caption="mine")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.document is not None
    file = await update.message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"\x00\xff"
    await bot.send_photo(ANN, b"PNG", "x" * 1024)
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(ANN, b"PNG", "x" * 1025)


async def test_all_kinds_of_messages(server: TelegramServer, bot: Bot) -> None:
    """The library understands whatever people send."""
    told = server.say(ANN, "a 🦉 b", date=1_700_000_000)
    server.edit(ANN, told.message_id, "b")
    server.reply(ANN, told.message_id, "c", quote="b")
    server.forward(ANN, "d", origin_hidden("Bob"))
    server.photo(ANN, "caption")
    server.sticker(ANN)
    server.voice(ANN)
    server.poll(ANN, "e?", "f", "g")
    server.channel_post(server.channel("News"), "h")
    server.raw({"message": told.data | {"text": "i"}})
    server.forge(ANN, told.message_id, "forged")
    updates = await bot.get_updates()
    assert len(updates) == len(server.world.updates.log) == 11
    first = updates[0].message
    assert first is not None
    assert first.date.timestamp() == 1_700_000_000
    forwarded = updates[3].message
    assert forwarded is not None
    assert isinstance(forwarded.forward_origin, MessageOriginHiddenUser)


async def test_groups(server: TelegramServer, bot: Bot) -> None:
    """A group has members and administrators, a privacy mode, and may become a supergroup."""
    server.world.privacy = True
    group = server.group("Home", [1, 2], admins=[2], kind="group")
    server.say(group, "among us", user=2)
    server.say(group, "hello @memo_bot", user=2)
    updates = await bot.get_updates()
    kinds = [set(u.to_dict()) - {"update_id"} for u in updates]
    assert kinds == [{"my_chat_member"}, {"message"}, {"message"}]
    admins = await bot.get_chat_administrators(group)
    assert [(a.user.id, a.status) for a in admins] == [(1, "creator"), (2, "administrator")]
    assert (await bot.get_chat_member(group, 2)).status == "administrator"
    assert (await bot.get_chat(group)).title == "Home"
    new = server.migrate(group)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(group, "x")
    assert moved.value.new_chat_id == new
    await bot.leave_chat(new)
    with pytest.raises(Forbidden):
        await bot.send_message(new, "x")


async def test_refusals(server: TelegramServer, bot: Bot) -> None:
    """Blocked, unknown, and no reactions wanted."""
    told = server.say(ANN, "hi")
    server.refuse_reactions(ANN)
    with pytest.raises(BadRequest, match=r"(?i)REACTION"):
        await bot.set_message_reaction(ANN, told.message_id, "👍")
    server.block(ANN)
    with pytest.raises(Forbidden, match=r"(?i)blocked"):
        await bot.send_message(ANN, "x")
    with pytest.raises(BadRequest, match="not found"):
        await bot.send_message(99, "x")


async def test_menus(bot: Bot) -> None:
    """Each scope has its own menu."""
    await bot.set_my_commands([BotCommand("start", "Begin")])
    await bot.set_my_commands([BotCommand("stats", "Numbers")], BotCommandScopeChat(ANN))
    assert [c.command for c in await bot.get_my_commands()] == ["start"]
    assert [c.command for c in await bot.get_my_commands(BotCommandScopeChat(ANN))] == ["stats"]
    await bot.delete_my_commands()
    assert not await bot.get_my_commands()
    with pytest.raises(BadRequest, match=r"(?i)BOT_COMMAND_INVALID"):
        await bot.set_my_commands([BotCommand("Start", "Begin")])


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


async def test_parameters_as_json(server: TelegramServer) -> None:
    """Calls may bring JSON, or forms with nested JSON strings."""
    server.say(ANN, "hi")
    reply = {"message_id": 1}
    url = f"{server.url}/bot{server.token}/sendMessage"
    async with aiohttp.ClientSession() as http:
        body = {"chat_id": ANN, "text": "x", "reply_parameters": reply}
        async with http.post(url, json=body) as answer:
            assert (await answer.json())["result"]["reply_to_message"]["text"] == "hi"
        form = body | {"reply_parameters": json.dumps(reply)}
        async with http.post(url, data=form) as answer:
            assert (await answer.json())["result"]["reply_to_message"]["text"] == "hi"
        async with http.post(url + "s", data=form) as answer:
            assert answer.status == 404


async def test_throughput(server: TelegramServer) -> None:
    """A thousand messages pass without the server slowing down as they pile up."""
    start = time.monotonic()
    for n in range(5000):
        server.say(ANN + n % 100, f"message {n}")
    halves = []
    async with client(server) as bot:
        offset = 0
        for _ in range(2):
            for _ in range(25):
                offset = (await bot.get_updates(offset))[-1].update_id + 1
            halves.append(time.monotonic() - start)
    assert len(server.world.updates.pending) == 100  # the last poll confirms all but its own
    assert halves[1] < 10


async def test_the_command() -> None:
    """Another process can run it, with the control side over HTTP."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.telegram_server", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        base, token = (await process.stdout.readline()).decode().split()
        root = base.removesuffix("/bot")
        async with aiohttp.ClientSession() as http, Bot(token, base_url=base) as bot:
            said = {"chat": ANN, "text": "hi"}
            async with http.post(f"{root}/control/say", json=said) as answer:
                assert (await answer.json())["result"]["text"] == "hi"
            assert len(await bot.get_updates()) == 1
            await bot.send_message(ANN, "hello")
            async with http.get(f"{root}/control/transcript/{ANN}") as answer:
                assert [post["text"] for post in await answer.json()] == ["hi", "hello"]
    finally:
        process.terminate()
        await process.wait()
