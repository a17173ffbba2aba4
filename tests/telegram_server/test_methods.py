"""Methods answer as Telegram's do."""

import asyncio
import json
import sys

import aiohttp
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    MessageOriginHiddenUser,
    ReplyParameters,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
)

from tests.telegram_server import TelegramServer, origin_hidden

ANN = 1


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
    server.group("Home", [2])
    with pytest.raises(Forbidden, match="initiate"):
        await bot.send_message(2, "x")


async def test_topics(server: TelegramServer, bot: Bot) -> None:
    """A topic is there once somebody wrote in it, and answers can stand in it."""
    group = server.group("Forum", [1])
    server.say(group, "hi", thread=7)
    assert (await bot.send_message(group, "x", message_thread_id=7)).message_thread_id == 7
    with pytest.raises(BadRequest, match="thread not found"):
        await bot.send_message(group, "x", message_thread_id=8)
    assert len(server.calls_of("sendMessage", group)) == 2


async def test_whose_message_it_is(server: TelegramServer, bot: Bot) -> None:
    """Others' messages are not edited, and in a group deleted by an administrator only."""
    group = server.group("Home", [1])
    told = server.say(group, "hi")
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("x", group, told.message_id)
    with pytest.raises(BadRequest, match="can't be deleted"):
        await bot.delete_message(group, told.message_id)
    server.bot_becomes(group, "administrator")
    await bot.delete_message(group, told.message_id)
    with pytest.raises(BadRequest, match="not found"):
        await bot.set_message_reaction(group, told.message_id, "👍")


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
