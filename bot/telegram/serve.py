"""`memnn-bot run`: the bot in Telegram, from its start to its end."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Any, Final

from telegram.error import TelegramError

from bot.errors import ConfigurationError
from bot.heap import give_back
from bot.runtime import Runtime
from bot.settings import Settings
from bot.telegram.edge import Edge, desk, health
from bot.telegram.greeting import greet, take_leave
from bot.telegram.handlers import register
from bot.telegram.menus import set_menus
from bot.telegram.polling import Polling
from bot.telegram.reaching import insist, named
from bot.telegram.webhook import secret_of, set_webhook
from bot.web import Webhook, make_app, serve_web

_NOTE_EVERY_S: Final = 10.0

log = logging.getLogger(__name__)


async def serve(settings: Settings, runtime: Runtime, *, stop: asyncio.Event | None = None) -> None:
    """Talk in Telegram until stopped by a signal or the event; then finish what is at work.

    Raises:
        ConfigurationError: There is no token, Telegram refuses it or the webhook, or the web server
            cannot listen.
        StoreError: What an earlier process left cannot be read.
    """
    stop = stop or asyncio.Event()
    edge, secret = Edge.of(settings, runtime), secret_of(settings)
    async with AsyncExitStack() as stack:
        stack.enter_context(_signals(stop))
        await edge.sharing.join()
        await _listen(stack, settings, edge, secret)
        stack.push_async_callback(edge.close)
        behind = await stack.enter_async_context(
            _tasks(edge.receipts.run(), _noting(edge), edge.worker.run(), *_sharing(edge))
        )
        stack.push_async_callback(edge.drain)
        front = await stack.enter_async_context(_tasks(stop.wait(), _live(edge, secret)))
        ended, _ = await asyncio.wait([*front, *behind], return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()


async def _live(edge: Edge, secret: str) -> None:
    """Reach Telegram, finish what the last process left, and take in what comes."""
    await insist("reach Telegram", edge.bot.initialize)
    await edge.application.initialize()
    register(edge.application, desk(edge))
    await edge.application.start()
    await greet(edge, await edge.intake.resume())
    async with _tasks(_menus(edge)):
        if edge.settings.webhook_url:
            await set_webhook(edge.bot, edge.settings, secret)
            await asyncio.Event().wait()
        polling = Polling(edge.bot, edge.intake.take, edge.meter.polled)
        try:
            await polling.run()
        finally:
            await polling.confirm()


async def _listen(stack: AsyncExitStack, settings: Settings, edge: Edge, secret: str) -> None:
    """Have the web server until the stack ends."""
    host, port = settings.web_host, settings.web_port
    hook = Webhook(settings.webhook_path, secret, edge.intake.take_body)
    app = make_app(partial(health, edge), edge.meter, hook if settings.webhook_url else None)
    try:
        await stack.enter_async_context(serve_web(app, host, port))
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else "no such address"
        mend = "set WEB_PORT to a free port, and WEB_HOST to an address of this machine"
        raise ConfigurationError(f"cannot listen on {host}:{port} ({why}): {mend}") from error


def _sharing(edge: Edge) -> Iterator[Coroutine[Any, Any, object]]:
    yield edge.sharing.run()
    if edge.settings.webhook_url:
        yield edge.sharing.listen()


async def _menus(edge: Edge) -> None:
    """Set the menus of commands; without them the bot still works."""
    try:
        await set_menus(edge.bot, edge.settings)
    except TelegramError as error:
        log.warning("the menus of commands could not be set (%s)", named(error))


async def _noting(edge: Edge) -> None:
    while True:
        await asyncio.sleep(_NOTE_EVERY_S)
        await edge.note()
        give_back()


@asynccontextmanager
async def _tasks(
    *coroutines: Coroutine[Any, Any, object],
) -> AsyncIterator[list[asyncio.Task[object]]]:
    """Let coroutines run meanwhile; cancel what is left of them at the end."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    """Let the first SIGTERM or Ctrl-C stop the bot gently; the second ends it."""
    loop = asyncio.get_running_loop()

    def gently(number: int) -> None:
        take_leave()
        stop.set()
        loop.remove_signal_handler(number)

    with suppress(NotImplementedError):  # Windows
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, gently, number)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)
