"""Two workers of one bot behind one webhook, as processes: what a front sends to either of them."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.server import EmbeddedServer
from tests.end_to_end.telegram import ADA, BOB, REPLY_S, Talk, free_port
from tests.servers import WHEEL
from tests.telegram_server import Post, TelegramServer

PEOPLE = (ADA, BOB, 103, 104, 105, 106)
EACH = 8
TAKEN_UP_S = 30.0


class Front:
    """A reverse proxy that sends each call to the next worker, and to another where one is away."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports
        self._next = itertools.cycle(range(len(ports)))
        self.passed = dict.fromkeys(ports, 0)

    async def handle(self, request: web.Request) -> web.Response:
        """Pass a call on."""
        body, first = await request.read(), next(self._next)
        async with aiohttp.ClientSession() as session:
            for port in (*self._ports[first:], *self._ports[:first]):
                url = f"http://127.0.0.1:{port}{request.path}"
                try:
                    async with session.post(url, data=body, headers=request.headers) as answer:
                        self.passed[port] += 1
                        return web.Response(status=answer.status)
                except aiohttp.ClientConnectionError:
                    continue
        return web.Response(status=502)


@asynccontextmanager
async def fronted(ports: list[int]) -> AsyncIterator[tuple[Front, int]]:
    """A front that listens; gives its port."""
    front, port = Front(ports), free_port()
    app = web.Application()
    app.router.add_post("/hook", front.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield front, port
    finally:
        await runner.cleanup()


@asynccontextmanager
async def two(directory: Path) -> AsyncIterator[tuple[Front, list[Talk]]]:
    """A server, a front, and two workers that share a memory."""
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(EmbeddedServer(directory / "redis", wheel=WHEEL))
        server = await stack.enter_async_context(TelegramServer())
        for person in PEOPLE:
            server.user(person, first_name=f"P{person}", username=f"p{person}")
        ports = [free_port(), free_port()]
        front, port = await stack.enter_async_context(fronted(ports))
        talks = [
            Talk(
                server,
                directory / f"worker-{number}",
                {
                    "REDIS_URL": redis.url,
                    "MEMORY_KEY_FILE": str(directory / "memory.key"),
                    "WEBHOOK_URL": f"http://127.0.0.1:{port}/hook",
                    "WEB_PORT": str(own),
                },
            )
            for number, own in enumerate(ports)
        ]
        for number, talk in enumerate(talks):
            stack.push_async_callback(_ended, talk)
            await _begin(talk, number + 1)
        yield front, talks


async def _begin(talk: Talk, hooks: int) -> None:
    def hooked() -> bool:
        return sum(call.method == "setWebhook" for call in talk.server.calls) >= hooks

    await talk.start(hooked)


def _unfolded(answer: Post) -> bool:
    return len(answer.text) > len("8206")


async def _ended(talk: Talk) -> None:
    if talk.process and talk.process.returncode is None:
        await talk.stop()


async def test_two_workers_share_the_chats(tmp_path: Path) -> None:
    """Each person is answered from their own memory, in order, buttons included."""
    async with two(tmp_path) as (front, (talk, _)):
        server = talk.server
        told = [
            server.say(person, f"my locker number {n} is in hall {person + n}")
            for n in range(EACH)
            for person in PEOPLE
        ]
        await server.wait_for(lambda: all(post.reactions for post in told), REPLY_S * 2)
        assert all(front.passed.values())
        for person in PEOPLE:
            page = await talk.ask(person, "/memories")
            assert page.text.startswith(f"{EACH} memories")
        for person in PEOPLE[:4]:
            await talk.tell(person, "my bike lock code is 8206")
            answer = await talk.ask(person, "what is my bike lock code?")
            assert answer.text == "8206"
            await talk.tap(person, "Why?", answer)
            await server.wait_for(partial(_unfolded, answer), REPLY_S)


async def test_a_killed_worker_is_not_missed(tmp_path: Path) -> None:
    """What it took in and did not finish is finished by the other; nothing is lost or doubled."""
    async with two(tmp_path) as (_, talks):
        server, dead = talks[0].server, talks[1]
        told = [
            server.say(person, f"my locker number {n} is in hall {person + n}")
            for n in range(EACH)
            for person in PEOPLE
        ]
        await server.wait_for(lambda: sum(bool(post.reactions) for post in told) > 5, REPLY_S)
        await dead.kill()
        await server.wait_for(lambda: all(post.reactions for post in told), TAKEN_UP_S)
        await _begin(dead, 3)
        more = [server.say(person, f"my desk is number {person}") for person in PEOPLE]
        await server.wait_for(lambda: all(post.reactions for post in more), REPLY_S)
        await asyncio.sleep(0.5)
        for person in PEOPLE:
            asked = server.say(person, "/memories")
            page = await talks[0].reply_to(person, asked)
            assert page.text.startswith(f"{EACH + 1} memories")
