"""The library's calls over our client: what it sends arrives, and errors keep their cause."""

import asyncio

import pytest
from telegram.error import NetworkError, RetryAfter, TimedOut

from bot.telegram.application import make_bot
from bot.telegram.request import Request
from bot.web.client import DroppedError, LateError, NotSentError
from tests.bot.telegram.served import ADA, settings_for, telegram


async def test_text_and_files_arrive() -> None:
    """A message as it was written, a file with its name, and a file back."""
    async with telegram() as server, make_bot(settings_for(server), None) as bot:
        server.say(ADA, "hello")
        await bot.send_message(ADA, "a & b = ü 🙂")
        sent = await bot.send_document(ADA, b"# memories", filename="memories.md", caption="all")
        assert server.sent(ADA)[0].text == "a & b = ü 🙂"
        assert server.file_of(server.last(ADA)).content == b"# memories"
        assert sent.document
        file = await bot.get_file(sent.document.file_id)
        assert bytes(await file.download_as_bytearray()) == b"# memories"


async def test_updates_come_as_they_are() -> None:
    """What cannot be read as an update comes with the others, and can be confirmed."""
    async with telegram() as server, make_bot(settings_for(server), None) as bot:
        number = server.raw({"message": {"broken": True}})
        assert await bot.fetch(0, 1) == [{"update_id": number, "message": {"broken": True}}]
        assert await bot.fetch(number + 1, 0) == []


async def test_an_error_says_whether_the_call_was_sent() -> None:
    """A broken connection, an answer that comes too late, and no server at all."""
    async with telegram() as server, make_bot(settings_for(server), None) as bot:
        server.say(ADA, "hello")
        server.fault("sendMessage", drop="before")
        with pytest.raises(NetworkError) as dropped:
            await bot.send_message(ADA, "x")
        assert isinstance(dropped.value.__cause__, DroppedError)
        server.fault("sendMessage", delay_s=1.0)
        with pytest.raises(TimedOut) as late:
            await bot.send_message(ADA, "x", read_timeout=0.1)
        assert isinstance(late.value.__cause__, LateError)
        server.fault("sendMessage", status=429, retry_after_s=7)
        with pytest.raises(RetryAfter):
            await bot.send_message(ADA, "x")
        await server.stop()
        with pytest.raises(NetworkError) as unsent:
            await bot.send_message(ADA, "x")
        assert isinstance(unsent.value.__cause__, NotSentError)


async def test_many_calls_at_once_are_made() -> None:
    """None of them fails for want of a connection."""
    async with telegram() as server, make_bot(settings_for(server), None) as bot:
        server.say(ADA, "hello")
        await asyncio.gather(*(bot.send_message(ADA, str(n)) for n in range(300)))
        assert len(server.sent(ADA)) == 300


async def test_a_closed_request_opens_again() -> None:
    """The library may initialise a bot twice."""
    request = Request("http://127.0.0.1:9", connections=1)
    with pytest.raises(NetworkError):
        await request.do_request("http://127.0.0.1:9/x", "GET")
    async with telegram() as server:
        for _ in range(2):
            async with request:
                status, _body = await request.do_request(f"{server.url}/bot1:x/getMe", "GET")
                assert status == 401
