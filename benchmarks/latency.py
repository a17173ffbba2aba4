"""How fast the bot is, and how much memory it takes: one core, the embedded server, all in.

    python -m benchmarks.latency [--quick] [--out FILE]

Memories and questions are those of `data/conversations/train`. A time is from text to reply, the
server's part included. Prints goals beside what was measured, and writes it as JSON. --quick stays
at a thousand memories.
"""

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import pexpect
import psutil
import typer
from rich.console import Console
from rich.table import Table

from bot.cli import guarded
from bot.conversation import Conversation
from bot.conversation_file import read_conversations, read_gold
from bot.replies import Reply
from bot.runtime import open_runtime
from bot.server import EmbeddedServer
from bot.settings import Settings, load
from bot.store import server_facts
from memnn.records import Kind, Message

ROOT = Path(__file__).parents[1]
TRAIN = ROOT / "data" / "conversations" / "train"
OUT = ROOT / "benchmarks" / "results" / "latency.json"
START = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = 250
TOLD = 250
STARTS = 5
SIZED_STATEMENTS = 2000
SIZED_CHARACTERS = 60
PROMPT = "\u203a "
_TIMEOUT_S = 60
_MS = 1e3
_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table.

    Attributes:
        name: What was measured.
        unit: Of all numbers.
        goal: What it should be at most.
        floor: What it must be at most.
        median: Of the single measurements.
        p95: Their 95th percentile; the median where there is one only.
        count: How many there are.
    """

    name: str
    unit: str
    goal: float
    floor: float
    median: float
    p95: float
    count: int


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    out: Annotated[Path, typer.Option(help="Where the JSON goes.")] = OUT,
    quick: Annotated[bool, typer.Option(help="Stay at a thousand memories.")] = False,
) -> None:
    """Measure, print, write."""
    one_core()
    with TemporaryDirectory(prefix="memnn-") as directory:
        settings = load().model_copy(
            update={"data_dir": Path(directory), "memory_key_file": None, "redis_url": None}
        )
        lines = asyncio.run(measured(settings, quick=quick))
        lines.extend(starts(settings))
    show(lines)
    out.parent.mkdir(parents=True, exist_ok=True)
    about = {"python": sys.version.split()[0], "cores_used": 1}
    out.write_text(json.dumps({**about, "lines": [asdict(m) for m in lines]}, indent=2) + "\n")


def one_core() -> None:
    """Keep this process and its children, the server too, on one core where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


async def measured(settings: Settings, *, quick: bool) -> list[Measured]:
    """Answers and statements at growing sizes, then bytes and resident memory."""
    texts = Texts()
    lines: list[Measured] = []
    async with open_runtime(settings) as runtime:
        talk = Talk(runtime.conversation)
        sizes = [(1000, 60.0, 60.0)] if quick else [(1000, 60.0, 60.0), (10_000, 60.0, 75.0)]
        for size, goal, floor in sizes:
            await talk.fill(texts.statements, size - TOLD)
            stored = await talk.told(texts.statements)
            lines.append(line(f"statement stored, {size:,} memories", "ms", (3.0, 8.0), stored))
            answered = await talk.answered(texts.questions)
            lines.append(line(f"answer, {size:,} memories", "ms", (goal, floor), answered))
        lines.append(line("resident, with all of them", "MB", (450.0, 450.0), [resident_mb()]))
    async with open_runtime(settings) as runtime:
        talk = Talk(runtime.conversation)
        first = await talk.answered(texts.questions, 1)
        lines.append(line("first answer after a start", "ms", (300.0, 1000.0), first))
        each = await bytes_each(settings, runtime.conversation, texts.statements)
        lines.append(line("Redis, a statement of 60", "B", (600.0, 600.0), [each]))
    return lines


class Texts:
    """Statements and questions of the training conversations, each again when all were used."""

    def __init__(self) -> None:
        said: dict[Kind, list[str]] = {kind: [] for kind in Kind}
        for path in sorted(TRAIN.glob("*.jsonl")):
            for user, gold in zip(read_conversations(path), read_gold(path), strict=True):
                for turn, judged in zip(user.messages, gold.messages, strict=True):
                    said[judged.kind].append(turn.text)
        self.statements = cycle(said[Kind.STATEMENT])
        self.questions = cycle(said[Kind.QUESTION])


class Talk:
    """A conversation in one scope with a stopwatch."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._numbers = count()

    async def fill(self, statements: Iterator[str], size: int) -> None:
        """Store statements until there are so many memories."""
        while (await self._conversation.memories("bench", limit=1)).total < size:
            for text in islice(statements, 50):
                await self._conversation.take_in("bench", self._message(text), [text])

    async def told(self, statements: Iterator[str]) -> list[float]:
        """Milliseconds of statements that were stored."""
        return await self._timed(statements, TOLD, lambda reply: bool(reply.stored))

    async def answered(self, questions: Iterator[str], number: int = ASKED) -> list[float]:
        """Milliseconds of questions that were answered, or declined."""
        return await self._timed(questions, number, lambda reply: reply.answered is not None)

    async def _timed(
        self, texts: Iterator[str], number: int, counts: Callable[[Reply], bool]
    ) -> list[float]:
        times: list[float] = []
        while len(times) < number:
            message = self._message(next(texts))
            began = time.perf_counter()
            reply = await self._conversation.handle("bench", message)
            ms = (time.perf_counter() - began) * _MS
            if counts(reply):
                times.append(ms)
        return times

    def _message(self, text: str) -> Message:
        number = next(self._numbers)
        return Message(f"{time.time_ns()}", text, START + timedelta(minutes=number))


async def bytes_each(
    settings: Settings, conversation: Conversation, statements: Iterator[str]
) -> float:
    """Bytes of the server's memory that a statement of sixty characters takes, all in."""
    async with EmbeddedServer(settings.data_dir) as server:
        before = (await server_facts(server.url)).used_bytes
        for number in range(SIZED_STATEMENTS):
            text = sized(statements)
            message = Message(f"s{number}", text, START + timedelta(minutes=number))
            await conversation.take_in("sized", message, [text])
        after = (await server_facts(server.url)).used_bytes
    return (after - before) / SIZED_STATEMENTS


def sized(statements: Iterator[str]) -> str:
    """People's words, cut to the length that is measured."""
    text = next(statements)
    while len(text) < SIZED_CHARACTERS:
        text = f"{text}, {next(statements)}"
    return text[:SIZED_CHARACTERS].replace(". ", ", ")


def starts(settings: Settings) -> list[Measured]:
    """Seconds from the start of the chat to its prompt, and its resident memory there."""
    seconds, megabytes = [], []
    environment = {**os.environ, "DATA_DIR": str(settings.data_dir), "PROMPT_TOOLKIT_NO_CPR": "1"}
    for _ in range(STARTS):
        began = time.perf_counter()
        chat = pexpect.spawn(
            sys.executable,
            ["-m", "bot", "chat"],
            env=environment,
            cwd=ROOT,
            encoding="utf-8",
            timeout=_TIMEOUT_S,
        )
        chat.expect(PROMPT)
        seconds.append(time.perf_counter() - began)
        chat.send("/question what did I say?\r")
        chat.expect(["\u2502", "know"])
        megabytes.append(psutil.Process(chat.pid).memory_info().rss / _MB)
        chat.send("/quit\r")
        chat.expect(pexpect.EOF)
        chat.close()
    return [
        line("start to prompt", "s", (4.0, 4.0), seconds),
        line("resident, chat", "MB", (450.0, 450.0), megabytes),
    ]


def resident_mb() -> float:
    """Megabytes that this process holds."""
    return float(psutil.Process().memory_info().rss / _MB)


def line(name: str, unit: str, limits: tuple[float, float], values: Sequence[float]) -> Measured:
    """Sum up single measurements."""
    p95 = sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]
    goal, floor = limits
    return Measured(name, unit, goal, floor, statistics.median(values), p95, len(values))


def show(lines: Sequence[Measured]) -> None:
    """Print the table."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("one core, embedded server")
    for name in ("median", "p95", "goal", "floor", "n"):
        table.add_column(name, justify="right")
    for m in lines:
        sign = "" if m.median <= m.goal else " (over the goal)"
        numbers = (f"{m.median:,.1f}", f"{m.p95:,.1f}", f"{m.goal:,g}", f"{m.floor:,g}")
        table.add_row(f"{m.name}, {m.unit}{sign}", *numbers, str(m.count))
    Console(highlight=False).print(table)


if __name__ == "__main__":
    guarded(app)
