"""The web application: is it alive, is it ready, what did it count, and what Telegram pushes."""

import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.meter import Meter
from memnn.errors import StoreError

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- its name
_LARGEST_BYTES: Final = 1 << 20  # an update has a few kB
_GRACE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Health:
    """Whether messages would be answered now.

    Attributes:
        ready: They would.
        parts: What each part says, by its name.
    """

    ready: bool
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram pushes updates.

    Attributes:
        path: The route; begins with "/".
        secret: What each call must carry.
        take: Takes in one update as JSON; returns once it is kept for good. Raises `StoreError`
            where it could not be: Telegram is to send it again.
    """

    path: str
    secret: str
    take: Callable[[bytes], Awaitable[None]]


def make_app(
    health: Callable[[], Awaitable[Health]], meter: Meter, webhook: Webhook | None
) -> web.Application:
    """The application with its routes.

    Args:
        health: Asked at each call of /ready.
        meter: What /metrics shows.
        webhook: None where Telegram is polled.
    """
    app = web.Application(client_max_size=_LARGEST_BYTES)
    app.router.add_get("/live", _live)
    app.router.add_get("/ready", _ready(health))
    app.router.add_get("/metrics", _metrics(meter))
    if webhook:
        app.router.add_post(webhook.path, _pushed(webhook, meter))
    return app


@asynccontextmanager
async def serve_web(app: web.Application, host: str, port: int) -> AsyncIterator[None]:
    """Listen until the end; requests that are at work are finished.

    Raises:
        OSError: The address cannot be listened on.
    """
    # No access log: an address may hold what is nobody's business.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()


async def _live(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")


def _ready(
    health: Callable[[], Awaitable[Health]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def ready(_: web.Request) -> web.Response:
        found = await health()
        status = HTTPStatus.OK if found.ready else HTTPStatus.SERVICE_UNAVAILABLE
        return web.json_response({"ready": found.ready, **found.parts}, status=status)

    return ready


def _metrics(meter: Meter) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def metrics(_: web.Request) -> web.Response:
        body = generate_latest(meter.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return metrics


def _pushed(webhook: Webhook, meter: Meter) -> Callable[[web.Request], Awaitable[web.Response]]:
    secret = webhook.secret.encode()

    async def pushed(request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, secret):
            raise web.HTTPForbidden
        body = await request.read()  # too large: aiohttp answers 413
        try:
            json.loads(body)
        except (ValueError, RecursionError):
            raise web.HTTPBadRequest(text="This is no JSON.\n") from None
        try:
            await webhook.take(body)
        except StoreError:
            raise web.HTTPServiceUnavailable(text="Send it again.\n") from None
        meter.polled()
        return web.Response()

    return pushed
