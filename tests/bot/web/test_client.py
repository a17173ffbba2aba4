"""Calls: what goes out is what was given, and an error says whether it went out."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qs

import pytest

from bot.web.client import CallError, Client, DroppedError, File, LateError, NotSentError, Patience

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
PATIENCE = Patience(connect_s=1.0, answer_s=0.2, whole_s=2.0)
SECRET = "s3cret-path"  # noqa: S105 -- of nothing
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[str]:
    """A server on loopback; gives its address."""

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    listening = await asyncio.start_server(guarded, "127.0.0.1", 0)
    async with listening:
        host, port = listening.sockets[0].getsockname()
        yield f"http://{host}:{port}/{SECRET}"


async def asked(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Head and body of a request."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
    return head, await reader.readexactly(int(lines.get(b"Content-Length", 0)))


async def test_a_form_arrives_as_it_was_given() -> None:
    """Fields go out urlencoded; half a pair of surrogates does not keep the rest from going."""
    got: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.extend(await asked(reader))
        writer.write(OK + b"hi")

    async with server(serve) as url, Client(url, 1) as client:
        fields = {"text": "a&b=ü 🙂", "broken": "x\ud83dy"}
        assert await client.call("POST", url, fields, {}, PATIENCE) == (200, b"hi")
    assert b"Content-Type: application/x-www-form-urlencoded\r\n" in got[0]
    assert parse_qs(got[1].decode()) == {"text": ["a&b=ü 🙂"], "broken": ["x?y"]}


async def test_files_go_out_with_their_names() -> None:
    """Bytes and open files alike."""
    got: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.readuntil(b"the end"))
        writer.write(OK + b"hi")

    files: dict[str, File] = {
        "document": ("a.md", b"# memories", "text/markdown"),
        "thumb": ("b.txt", io.BytesIO(b"the end"), "text/plain"),
    }
    async with server(serve) as url, Client(url, 1) as client:
        assert await client.call("POST", url, {"chat_id": "7"}, files, PATIENCE) == (200, b"hi")
    for part in (b'name="chat_id"', b'filename="a.md"', b"text/markdown", b"# memories"):
        assert part in got[0]


async def test_an_unreachable_server_was_sent_nothing() -> None:
    """A refused connection is known to be harmless."""
    async with Client("http://127.0.0.1:9", 1) as client:
        with pytest.raises(NotSentError):
            await client.call("GET", f"http://127.0.0.1:9/{SECRET}", {}, {}, PATIENCE)


async def test_a_call_without_a_free_connection_was_not_sent() -> None:
    """Waiting for one ends as if the server could not be reached."""
    patience = Patience(connect_s=0.1, answer_s=2.0, whole_s=2.0)
    held = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        await held.wait()
        writer.write(OK + b"hi")

    async with server(serve) as url, Client(url, 1) as client:
        first = asyncio.create_task(client.call("GET", url, {}, {}, patience))
        await asyncio.sleep(0.05)
        with pytest.raises(NotSentError):
            await client.call("GET", url, {}, {}, patience)
        held.set()
        assert await first == (200, b"hi")


async def test_a_broken_connection_is_told_from_an_unreachable_server() -> None:
    """Before the answer or within it: the call may have been carried out."""
    for answer in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal", b"nonsense\r\n\r\n"):

        async def serve(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: bytes = answer
        ) -> None:
            await asked(reader)
            writer.write(answer)

        async with server(serve) as url, Client(url, 1) as client:
            with pytest.raises(DroppedError):
                await client.call("POST", url, {"a": "b"}, {}, PATIENCE)


async def test_a_late_answer_is_given_up() -> None:
    """Nobody waits for ever."""

    async def serve(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await asked(reader)
        await asyncio.sleep(1)

    async with server(serve) as url, Client(url, 1) as client:
        with pytest.raises(LateError):
            await client.call("POST", url, {"a": "b"}, {}, PATIENCE)


async def test_no_error_tells_the_address() -> None:
    """The token is part of it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(b"nonsense\r\n\r\n")

    async with server(serve) as url, Client(url, 1) as client:
        for address in (url, f"http://127.0.0.1:9/{SECRET}", f"http://no such host/{SECRET}"):
            with pytest.raises(CallError) as caught:
                await client.call("GET", address, {}, {}, PATIENCE)
            assert SECRET not in str(caught.value)
            assert caught.value.__cause__ is None


async def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the way out leads through a proxy, calls take it."""
    got: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.extend(await asked(reader))
        writer.write(OK + b"hi")

    async with server(serve) as url:
        monkeypatch.setenv("HTTP_PROXY", url.removesuffix(SECRET))
        monkeypatch.setenv("NO_PROXY", "")
        async with Client("http://telegram.invalid", 1) as client:
            answer = await client.call("GET", "http://telegram.invalid/x", {}, {}, PATIENCE)
    assert answer == (200, b"hi")
    assert got[0].startswith(b"GET http://telegram.invalid/x ")
