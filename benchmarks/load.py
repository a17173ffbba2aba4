"""How the bot holds up in Telegram: the real process, a Bot API server, Redis, all on one machine.

    python -m benchmarks.load [--quick] [--long RATE] [--out FILE]

A time is from a person's message at the Bot API server to the bot's call that reacts or answers, so
it holds the way there and back on loopback. First one person after the other, a thousand memories
each; then a hundred at once at a growing rate, until the slowest twentieth takes too long.
Telegram's own limits on sending are lifted. What is said is that of `data/conversations/train`, two
statements to a question as people have them (dev: 769 to 399); a hundred at once also ask as often
as they tell. --quick measures less of everything.

--long measures something else: how flat memory stays over 20,000 messages of a hundred people, at a
rate that is no strain. Before them stand some that fill what is kept for each of them, such as the
explanations of their last answers.
"""

import asyncio
import json
import os
import statistics
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from urllib.request import urlopen

import psutil
import typer
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console
from rich.table import Table

from benchmarks.latency import ROOT, Texts
from bot.cli import guarded
from bot.runtime import open_runtime
from bot.scopes import chat_scope
from bot.settings import Settings, load
from memnn.encoder import fastest_precision
from memnn.records import Message
from tests.telegram_server import Call, TelegramServer

OUT = ROOT / "benchmarks" / "results" / "load.json"
LONG_OUT = OUT.with_name("load_long.json")
FIRST_CHAT = 1_000
MEMORIES = 1_000
PEOPLE_ONE_BY_ONE = 5
PEOPLE_AT_ONCE = 100
RATES = (50, 75, 100, 125, 150, 200, 250, 300, 350, 400)
TOLD = 2  # statements to a question
STEP_S = 15.0
SLOWEST_MS = 250.0
LONG_RUN, BEFORE_IT = 20_000, 8_000
_REPLIES = frozenset({"sendMessage", "setMessageReaction"})
_MS = 1e3
_MB = 1 << 20
_UNLIMITED = "100000"
_WEB_PORT = 18080
_START_S = 60.0
_WAIT_S = 30.0

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass(frozen=True, slots=True)
class Step:
    """What was measured at one rate.

    Attributes:
        name: What it was.
        messages: How many.
        rate: Messages a second that were sent.
        handled: Messages a second that were handled.
        median_ms: From message to reply.
        p95_ms: Likewise.
        rss_mb: Of the bot at its end.
        hot_mb: How much of that are memories kept ready for answers, about.
    """

    name: str
    messages: int
    rate: float
    handled: float
    median_ms: float
    p95_ms: float
    rss_mb: float
    hot_mb: float


class People:
    """Everybody who talks, with a stopwatch for each message."""

    def __init__(self, server: TelegramServer, bot: psutil.Process) -> None:
        self._server = server
        self._bot = bot
        self._waiting: dict[int, deque[float]] = {}
        self._read = len(server.calls)
        self.times: list[float] = []

    def say(self, chat: int, text: str) -> None:
        """Write a message."""
        self._waiting.setdefault(chat, deque()).append(time.monotonic())
        self._server.say(chat, text)

    @property
    def unanswered(self) -> int:
        """Messages that the bot did not react to yet."""
        self._match()
        return sum(map(len, self._waiting.values()))

    async def settle(self, most: int = 0, limit_s: float = _WAIT_S) -> None:
        """Wait until no more than so many messages are unanswered."""
        await self._server.wait_for(lambda: self.unanswered <= most, limit_s)

    def step(self, name: str, rate: float, took_s: float) -> Step:
        """What was measured since the last step."""
        times, self.times = sorted(self.times), []
        return Step(
            name,
            len(times),
            rate,
            len(times) / took_s,
            statistics.median(times) * _MS,
            times[int(0.95 * (len(times) - 1))] * _MS,
            self._bot.memory_info().rss / _MB,
            _hot_bytes() / _MB,
        )

    def _match(self) -> None:
        """Each reply in a chat belongs to its oldest message that has none."""
        for call in islice(self._server.calls, self._read, None):
            self._read += 1
            waiting = self._waiting.get(call.chat_id or 0)
            if call.method in _REPLIES and waiting:
                self.times.append(call.at - waiting.popleft())


@app.command()
def main(
    *,
    out: Annotated[Path | None, typer.Option(help="Where the JSON goes.")] = None,
    quick: Annotated[bool, typer.Option(help="Measure less of everything.")] = False,
    long: Annotated[float | None, typer.Option(help="A long run, so many a second.")] = None,
) -> None:
    """Measure, print, write."""
    with TemporaryDirectory(prefix="memnn-") as directory:
        steps = asyncio.run(measured(Path(directory), quick=quick, long=long))
    show(steps)
    out = out or (OUT if long is None else LONG_OUT)
    out.parent.mkdir(parents=True, exist_ok=True)
    about = {
        "python": sys.version.split()[0],
        "cores": os.cpu_count(),
        "computes in": str(fastest_precision()).removeprefix("torch."),
    }
    out.write_text(json.dumps({**about, "steps": [asdict(s) for s in steps]}, indent=2) + "\n")


async def measured(directory: Path, *, quick: bool, long: float | None) -> list[Step]:
    """All steps."""
    console = Console(stderr=True)
    async with TelegramServer() as server:
        settings = _settings(directory, server)
        if long is None:
            with console.status("filling memories"):
                await _fill(settings)
        async with _running(settings, server) as bot:
            people, usual = People(server, bot), Mix(TOLD)
            if long is not None:
                with console.status("a long run"):
                    return await _long(people, usual, long, 20 if quick else 1)
            with console.status("one by one"):
                steps = [await _one_by_one(people, usual.texts, 50 if quick else 400)]
            with console.status("a hundred at once"):
                steps += await _rising(people, usual, 4.0 if quick else STEP_S)
                steps += await _rising(people, Mix(1), 4.0 if quick else STEP_S)
    return steps


def show(steps: Sequence[Step]) -> None:
    """Print the table."""
    table = Table("what", "messages", "sent /s", "handled /s", "median", "p95", "resident", "hot")
    for s in steps:
        table.add_row(
            s.name,
            f"{s.messages:,}",
            f"{s.rate:.0f}",
            f"{s.handled:.0f}",
            f"{s.median_ms:.1f} ms",
            f"{s.p95_ms:.1f} ms",
            f"{s.rss_mb:.0f} MB",
            f"{s.hot_mb:.0f} MB",
        )
    Console().print(table)


def _settings(directory: Path, server: TelegramServer) -> Settings:
    changed = {
        "DATA_DIR": str(directory),
        "TELEGRAM_TOKEN": server.token,
        "TELEGRAM_API_URL": server.url,
        "SENDS_PER_S": _UNLIMITED,
        "CHAT_SENDS_PER_S": _UNLIMITED,
        "GROUP_SENDS_PER_MIN": _UNLIMITED,
        "WEB_PORT": str(_WEB_PORT),
    }
    for name in ("REDIS_URL", "WEBHOOK_URL", "MEMORY_KEY_FILE"):
        os.environ.pop(name, None)
    os.environ.update(changed)
    return load(None)


async def _fill(settings: Settings) -> None:
    """Give some people their memories, before the bot starts: a message each, as people tell."""
    said = Texts().statements
    async with open_runtime(settings) as runtime:
        for chat in range(FIRST_CHAT, FIRST_CHAT + PEOPLE_ONE_BY_ONE):
            scope = chat_scope(settings.bot_id, chat)
            for number, text in enumerate(islice(said, MEMORIES)):
                message = Message(f"before-{number}", text, datetime.now(UTC))
                await runtime.conversation.take_in(scope, message, [text])


@asynccontextmanager
async def _running(settings: Settings, server: TelegramServer) -> AsyncIterator[psutil.Process]:
    """The bot's process, once it asks for updates."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=settings.data_dir, env=dict(os.environ)
    )
    try:
        await server.wait_for(lambda: any(_polls(call) for call in server.calls), _START_S)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        await process.wait()


def _hot_bytes() -> float:
    """What the bot says of itself; up to ten seconds old."""
    with urlopen(f"http://127.0.0.1:{_WEB_PORT}/metrics", timeout=5) as page:
        families = text_string_to_metric_families(page.read().decode())
    return next(f.samples[0].value for f in families if f.name == "memnn_hot_memory_bytes")


def _polls(call: Call) -> bool:
    return call.method == "getUpdates"


class Mix:
    """So many statements and a question in turn, for ever."""

    def __init__(self, told: int) -> None:
        said = Texts()
        self.turn = told + 1  # messages of one person, one after the other
        one = [*[said.statements] * told, said.questions]  # one iterator, several times
        self.texts: Iterator[str] = chain.from_iterable(zip(*one, strict=True))

    def __str__(self) -> str:
        return f"a question in {self.turn}"


async def _one_by_one(people: People, texts: Iterator[str], each: int) -> Step:
    """Everybody alone, one message after the other."""
    start = time.monotonic()
    for chat in range(FIRST_CHAT, FIRST_CHAT + PEOPLE_ONE_BY_ONE):
        for text in islice(texts, each):
            people.say(chat, text)
            await people.settle()
    took_s = time.monotonic() - start
    return people.step(f"one by one, {MEMORIES:,} memories", len(people.times) / took_s, took_s)


async def _rising(people: People, mix: Mix, step_s: float) -> list[Step]:
    """A hundred at once, at rates that rise until it takes too long."""
    steps: list[Step] = []
    name = f"{PEOPLE_AT_ONCE} at once, {mix}"
    for rate in RATES:
        took_s = await _at_rate(people, mix, rate, int(rate * step_s))
        steps.append(people.step(name, rate, took_s))
        if steps[-1].p95_ms > SLOWEST_MS:
            break
    return steps


async def _long(people: People, mix: Mix, rate: float, part: int) -> list[Step]:
    """Many messages at a rate that is no strain, in quarters, after what fills the rest."""
    took_s = await _at_rate(people, mix, rate, BEFORE_IT // part)
    steps = [people.step("before a long run", rate, took_s)]
    for quarter in range(1, 5):
        took_s = await _at_rate(people, mix, rate, LONG_RUN // part // 4)
        steps.append(people.step(f"a long run, quarter {quarter}", rate, took_s))
    return steps


async def _at_rate(people: People, mix: Mix, rate: float, count: int) -> float:
    """So many messages at a rate, whether or not the bot keeps up; returns the seconds it took."""
    start = time.monotonic()
    for number, text in enumerate(islice(mix.texts, count)):
        await asyncio.sleep(start + number / rate - time.monotonic())
        person = number // mix.turn % PEOPLE_AT_ONCE  # who tells something, and then asks
        people.say(FIRST_CHAT + PEOPLE_ONE_BY_ONE + person, text)
    await people.settle(limit_s=120.0)
    return time.monotonic() - start


if __name__ == "__main__":
    guarded(app)
