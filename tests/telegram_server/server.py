"""The server: HTTP in front of a world."""

import asyncio
import json
import time
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.telegram_server import asking, changing, sending, taking
from tests.telegram_server.call import Call, read
from tests.telegram_server.errors import Refused, too_many
from tests.telegram_server.faults import Fault, Limits
from tests.telegram_server.groups import Groups
from tests.telegram_server.people import People
from tests.telegram_server.taps import Taps
from tests.telegram_server.watching import Watching
from tests.telegram_server.world import World

MOST_REQUEST_BYTES = 60_000_000
QUICK = {
    name.lower(): method
    for methods in (sending.METHODS, changing.METHODS, asking.METHODS)
    for name, method in methods.items()
}
WAITING = {name.lower(): method for name, method in taking.METHODS.items()}
USUAL = {403: "Forbidden: bot was blocked by the user", 400: "Bad Request", 401: "Unauthorized"}

T = TypeVar("T")


class TelegramServer(People, Groups, Taps, Watching):
    """A Bot API server on loopback, with people to talk to the bot.

    Attributes:
        token: The bot's; assign another and the old one is wrong.
        calls: Every call, in order of arrival; also those with a wrong token (status 401).
        faults: What shall go wrong; the first that meets a call happens.
        limits: Telegram's limits on sending; off until ``limits.on`` is set.

    """

    def __init__(self, *, port: int = 0, bot_id: int = 4242, username: str = "memo_bot") -> None:
        self.world = World(bot_id, username)
        self.token = f"{bot_id}:TEST-token_of_a_bot_that_is_not_there"
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.limits = Limits()
        self.host = "127.0.0.1"
        self._port = port
        self._runner: web.AppRunner | None = None
        self.app = web.Application(client_max_size=MOST_REQUEST_BYTES)
        self.app.router.add_route("*", "/bot{token:[^/]+}/{method}", self._answer)
        self.app.router.add_get("/file/bot{token:[^/]+}/files/{file_id}/{name}", self._download)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.world.updates.set_webhook(None)
        await self.stop()

    async def start(self) -> None:
        """Listen; again at the same port after a stop."""
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self._port).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Listen no more, and drop what is connected; the world stays."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    @property
    def url(self) -> str:
        """The server's address; the API is at /bot below it, files are at /file/bot."""
        return f"http://127.0.0.1:{self._port}"

    def fault(self, method: str, **details: Any) -> Fault:  # noqa: ANN401 -- fields of Fault
        """Let the next calls of a method go wrong; see Fault."""
        self.faults.append(Fault(method, **details))
        return self.faults[-1]

    def calls_of(self, method: str, chat: int | None = None) -> list[Call]:
        """The calls of a method, in a chat or in all."""
        return [c for c in self.calls if c.method == method and chat in {None, c.chat_id}]

    async def wait_for(self, predicate: Callable[[], T], timeout_s: float = 5.0) -> T:
        """Wait until something is true of the world; gives what the predicate gave.

        Raises:
            TimeoutError: It did not become true in time.

        """
        async with asyncio.timeout(timeout_s):
            while True:
                change = self.world.next_change
                if found := predicate():
                    return found
                await change.wait()
                await asyncio.sleep(0.002)  # many changes at once are looked at once

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        call = Call(request.match_info["method"], {})
        try:
            call = await read(request, call.method)
            self.calls.append(call)
            self.world.change()
            if request.match_info["token"] != self.token:
                raise Refused(401, "Unauthorized")  # noqa: TRY301 -- answered as any refusal is
            answer = await self._faulty(call, request)
        except Refused as refused:
            answer = _refusal(refused)
        call.status = answer.status if call.status == 0 else call.status
        self.world.change()
        return answer

    async def _faulty(self, call: Call, request: web.Request) -> web.Response:
        """Do what was called for, unless a fault comes between."""
        fault = next((fault for fault in self.faults if fault.meets(call)), None)
        if fault is None:
            return _result(await self._do(call))
        fault.times -= 1
        if fault.times == 0:
            self.faults.remove(fault)
        if fault.drop == "before":
            return _dropped(call, request)
        if fault.status:
            await asyncio.sleep(fault.delay_s)
            return _failure(fault)
        result = await self._do(call)
        self.world.change()
        await asyncio.sleep(fault.delay_s)
        return _dropped(call, request) if fault.drop else _result(result)

    async def _do(self, call: Call) -> object:
        self.limits.check(call)
        method = call.method.lower()
        if quick := QUICK.get(method):
            return quick(self.world, call)
        if waiting := WAITING.get(method):
            return await waiting(self.world, call)
        raise Refused(404, "Not Found: method not found")

    async def _download(self, request: web.Request) -> web.Response:
        file = self.world.files.get(request.match_info["file_id"])
        if request.match_info["token"] != self.token or file is None:
            return _refusal(Refused(404, "Not Found"))
        call = Call("download", {"file_id": file.file_id}, at=time.monotonic(), status=200)
        self.calls.append(call)
        return web.Response(body=file.content, content_type="application/octet-stream")


def _result(result: object) -> web.Response:
    return _json({"ok": True, "result": result}, 200)


def _refusal(refused: Refused) -> web.Response:
    body = {"ok": False, "error_code": refused.code, "description": refused.description}
    parameters = {"parameters": refused.parameters} if refused.parameters else {}
    return _json(body | parameters, refused.code)


def _json(body: object, status: int) -> web.Response:
    return web.Response(text=json.dumps(body), status=status, content_type="application/json")


def _failure(fault: Fault) -> web.Response:
    """What a fault answers; gateways speak HTML."""
    if fault.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        phrase = f"{fault.status} {HTTPStatus(fault.status).phrase}"
        text = f"<html><head><title>{phrase}</title></head></html>"
        return web.Response(text=text, status=fault.status, content_type="text/html")
    if fault.status == HTTPStatus.TOO_MANY_REQUESTS:
        return _refusal(too_many(fault.retry_after_s))
    words = fault.description or USUAL.get(fault.status, HTTPStatus(fault.status).phrase)
    return _refusal(Refused(fault.status, words))


def _dropped(call: Call, request: web.Request) -> web.Response:
    call.status = -1
    if request.transport:
        request.transport.abort()
    return web.Response()
