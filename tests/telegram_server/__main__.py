"""A server of its own, with the control side over HTTP.

POST /control/ACTION takes the arguments of the method of that name as a JSON object, for example
``{"chat": 1, "text": "hi"}`` for say; GET /control/transcript/CHAT and /control/calls tell.
"""

import argparse
import asyncio

from aiohttp import web

from tests.telegram_server.model import Json, Post
from tests.telegram_server.server import TelegramServer

ACTIONS = (
    "user", "say", "message", "edit", "delete", "reply", "forward", "photo", "document",
    "sticker", "voice", "raw", "repeat", "group", "channel", "channel_post", "member_becomes",
    "bot_becomes", "block", "unblock", "refuse_reactions", "migrate", "tap", "forge", "answer",
    "react", "fault",
)  # fmt: skip


def add_control(server: TelegramServer) -> None:
    """Put the control side on the server's own port."""

    async def act(request: web.Request) -> web.Response:
        action = request.match_info["action"]
        if action not in ACTIONS:
            raise web.HTTPNotFound
        given: Json = await request.json()
        if isinstance(given.get("content"), str) and action != "message":
            given["content"] = given["content"].encode()  # of a file
        try:
            done = getattr(server, action)(**given)
        except Exception as error:  # noqa: BLE001 -- whoever asked shall see what was wrong
            return web.json_response({"error": repr(error)}, status=400)
        plain = isinstance(done, str | int | dict | None)
        result = done.about() if isinstance(done, Post) else done if plain else repr(done)
        return web.json_response({"result": result})

    async def transcript(request: web.Request) -> web.Response:
        posts = server.transcript(int(request.match_info["chat"]))
        return web.json_response([post.about() for post in posts])

    async def calls(_: web.Request) -> web.Response:
        return web.json_response(
            [{"method": c.method, "chat": c.chat_id, "status": c.status} for c in server.calls]
        )

    server.app.router.add_post("/control/{action}", act)
    server.app.router.add_get("/control/transcript/{chat}", transcript)
    server.app.router.add_get("/control/calls", calls)


async def serve(host: str, port: int, token: str) -> None:
    """Serve until the process is told to end."""
    server = TelegramServer(port=port)
    server.host, server.token = host, token or server.token
    add_control(server)
    async with server:
        print(f"{server.url}/bot {server.token}", flush=True)  # noqa: T201 -- it tells people
        await asyncio.Event().wait()


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8081, help="0 takes a free one")
    parser.add_argument("--token", default="", help="the bot's token; it has one otherwise")
    parser.add_argument("--host", default="127.0.0.1", help="another inside containers only")
    options = parser.parse_args()
    asyncio.run(serve(options.host, options.port, options.token))


if __name__ == "__main__":
    main()
