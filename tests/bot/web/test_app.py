"""The web application over a real socket: what it tells, whom it takes updates from."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp.test_utils import unused_port
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.meter import Meter
from bot.web import SECRET_HEADER, Health, Webhook, make_app, serve_web
from memnn.errors import StoreUnavailableError
from memnn.records import Kind

SECRET = "open-sesame"  # noqa: S105 -- of these tests alone
PATH = "/pushed"
GOOD = {SECRET_HEADER: SECRET}


@dataclass
class Place:
    """A running application, and what it took in."""

    url: str = ""
    meter: Meter = field(default_factory=Meter)
    taken: list[bytes] = field(default_factory=list)
    health: Health = field(default_factory=lambda: Health(ready=True, parts={"memory": "ok"}))
    broken: bool = False

    async def ask(self) -> Health:
        """The health of the moment."""
        return self.health

    async def take(self, body: bytes) -> None:
        """Keep an update, or fail to."""
        if self.broken:
            raise StoreUnavailableError("down")
        self.taken.append(body)

    async def call(
        self,
        path: str,
        body: bytes | io.BytesIO | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, str]:
        """Status and text of one request."""
        method = "GET" if body is None else "POST"
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.url + path, data=body, headers=headers) as response,
        ):
            return response.status, await response.text()


@asynccontextmanager
async def running(*, webhook: bool = True) -> AsyncIterator[Place]:
    """A place that listens on loopback."""
    place, port = Place(), unused_port()
    place.url = f"http://127.0.0.1:{port}"
    hook = Webhook(PATH, SECRET, place.take) if webhook else None
    async with serve_web(make_app(place.ask, place.meter, hook), "127.0.0.1", port):
        yield place


async def test_it_tells_whether_it_is_alive_and_ready() -> None:
    """/live answers always; /ready names every part, and is 503 where one is not well."""
    async with running() as place:
        assert (await place.call("/live"))[0] == 200
        assert await place.call("/ready") == (200, '{"ready": true, "memory": "ok"}')
        place.health = Health(ready=False, parts={"memory": "Redis does not answer"})
        status, text = await place.call("/ready")
        assert status == 503
        assert "Redis does not answer" in text
        assert (await place.call("/live"))[0] == 200


async def test_metrics_show_the_counts() -> None:
    """/metrics is what Prometheus reads, with the counts of the meter."""
    async with running() as place:
        place.meter.message(Kind.QUESTION, 0.004, declined=True, answered=False)
        status, text = await place.call("/metrics")
        assert status == 200
        assert 'memnn_messages_total{kind="question"} 1.0' in text
        assert 'memnn_answers_total{outcome="declined"} 1.0' in text


async def test_an_update_with_the_secret_is_taken_in() -> None:
    """It is answered once it is kept, and counts as a sign of life."""
    async with running() as place:
        assert (await place.call(PATH, b'{"update_id": 1}', GOOD))[0] == 200
        assert place.taken == [b'{"update_id": 1}']
        assert place.meter.last_poll_age_s is not None


@pytest.mark.parametrize("sent", [None, "", "open-sesam", "open-sesames", "ö"])
async def test_nobody_without_the_secret_gets_anything_in(sent: str | None) -> None:
    """A wrong or missing secret is refused without a word why; nothing is taken in."""
    headers = {} if sent is None else {SECRET_HEADER: sent}
    async with running() as place:
        status, text = await place.call(PATH, b"{}", headers)
        assert status == 403
        assert "ecret" not in text
        assert not place.taken


async def test_what_could_not_be_kept_is_sent_again() -> None:
    """A store that fails is a 503, for which Telegram comes again."""
    async with running() as place:
        place.broken = True
        assert (await place.call(PATH, b"{}", GOOD))[0] == 503
        assert place.meter.last_poll_age_s is None


async def test_what_is_too_large_is_refused() -> None:
    """More than a megabyte is no update."""
    async with running() as place:
        body = io.BytesIO(b'"' + b"x" * (1 << 20) + b'"')
        assert (await place.call(PATH, body, GOOD))[0] == 413
        assert not place.taken


async def test_where_telegram_is_polled_nothing_can_be_pushed() -> None:
    """Without a webhook there is no such route."""
    async with running(webhook=False) as place:
        assert (await place.call(PATH, b"{}", GOOD))[0] == 404


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_junk_is_refused(body: bytes) -> None:
    """Whatever is pushed is either JSON and taken in, or a 400."""

    async def push() -> None:
        async with running() as place:
            status, _ = await place.call(PATH, body, GOOD)
            assert status == (200 if place.taken else 400)

    asyncio.run(push())


async def test_a_request_at_work_is_finished_at_the_end() -> None:
    """Stopping lets an update that is being kept be kept."""
    release = asyncio.Event()
    async with running() as place:
        kept: Callable[[bytes], Awaitable[None]] = place.take

        async def slow(body: bytes) -> None:
            await release.wait()
            await kept(body)

        port = unused_port()
        app = make_app(place.ask, place.meter, Webhook(PATH, SECRET, slow))
        other = Place(url=f"http://127.0.0.1:{port}")
        async with serve_web(app, "127.0.0.1", port):
            pushing = asyncio.create_task(other.call(PATH, b"{}", GOOD))
            await asyncio.sleep(0.05)
            asyncio.get_running_loop().call_later(0.05, release.set)
        assert (await pushing)[0] == 200
        assert place.taken == [b"{}"]
