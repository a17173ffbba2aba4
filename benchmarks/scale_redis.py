"""What large memories cost in Redis, and how quick they are: bytes, writes, cold answers, buckets.

    python -m benchmarks.scale_redis --data DIR [--n N …] [--scopes N …] [--quick]

Everything goes through the bot's own server on a unix socket, with the shipped model's features.
DIR holds `tatoeba/english_sentences.txt`; without it, the project's own conversations are used.
Sizes that are not asked for stay in the file as they were measured before.
"""

import argparse
import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any, Final

from bot.conversation import Conversation
from bot.export import Exported, take_in
from bot.rebucket import FAST, GENTLY, rebucket
from bot.server import EmbeddedServer
from bot.store import RedisStore
from memnn import artifact
from memnn.network import Network
from memnn.parts import Parts
from memnn.records import Kind, Message, Perception, Sentence
from memnn.served import parts_of

RESULTS: Final = Path(__file__).parent / "results" / "scale_redis.json"
OWN: Final = Path(__file__).parent.parent / "data" / "conversations"
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_CHARACTERS: Final = 60
_COUNTS, _SCOPES, _EACH = (10_000, 100_000, 1_000_000), (1_000, 10_000), 100
_SINGLE, _ASKED = 300, 100  # writes, questions that are timed
_HOT_BYTES: Final = 4 << 30
_BESIDE: Final = 100_000  # the job takes its time beside a bot that answers
_PAUSE_S: Final = 0.02  # from one question to the next, beside the job and for comparison without
_ALONE_S: Final = 30.0  # that questions are asked without the job, before it and after it

Row = dict[str, Any]


def statements(data: Path | None, count: int) -> list[str]:
    """So many natural statements of about `_CHARACTERS` characters, no two alike where possible."""
    sentences = list(dict.fromkeys(_sentences(data)))
    stride = 7919 % len(sentences) or 1
    found, at = [], 0
    for number in range(count):
        text = sentences[at % len(sentences)]
        while len(text) < _CHARACTERS - 8:
            at += stride + number // len(sentences)
            text = f"{text} {sentences[at % len(sentences)]}"
        at += 1
        found.append(text[: _CHARACTERS + 5])
    return found


def _sentences(data: Path | None) -> Iterator[str]:
    if data is not None:
        lines = (data / "tatoeba" / "english_sentences.txt").read_text("utf-8").splitlines()
        yield from (line for line in lines if _CHARACTERS // 3 < len(line) < 2 * _CHARACTERS)
        return
    for file in sorted(OWN.rglob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            messages = json.loads(line)["messages"]
            yield from (m["text"] for m in messages if m["kind"] == "statement")


@asynccontextmanager
async def fresh() -> AsyncIterator[tuple[Path, EmbeddedServer]]:
    """A server of its own, and the directory that goes with it."""
    with TemporaryDirectory(prefix="memnn-") as name:
        directory = Path(name)
        async with EmbeddedServer(directory / "data") as server:
            yield directory, server


@asynccontextmanager
async def again(directory: Path, server: EmbeddedServer, parts: Parts) -> AsyncIterator[RedisStore]:
    """Another process's view of the same data: nothing of it is hot."""
    async with RedisStore.open(
        server.url,
        key_file=directory / "key",
        featuriser=parts,
        hot_bytes=_HOT_BYTES,
        revive=server.ensure,
    ) as store:
        yield store


async def import_(store: RedisStore, parts: Parts, scope: str, told: Sequence[str]) -> None:
    """Store statements as `memnn-bot import` does, each a message of its own."""
    memories = [
        Exported(message=f"{n}", time=_START + timedelta(minutes=n), text=text)
        for n, text in enumerate(told)
    ]
    await take_in(Conversation(Network(parts, store)), scope, memories)


async def timed(count: int, call: Callable[[int], Awaitable[object]]) -> Row:
    """Milliseconds of calls, one after the other."""
    times = []
    for number in range(count):
        start = time.perf_counter()
        await call(number)
        times.append((time.perf_counter() - start) * 1000)
    return {**_row(times), "first_ms": times[0]}


async def one_scope(parts: Parts, told: Sequence[str]) -> Row:
    """All statements in one scope: imported, filed, asked cold and hot."""
    row: Row = {"statements": len(told)}
    async with fresh() as (directory, server):
        async with again(directory, server, parts) as store:
            empty = (await store.server()).used_bytes
            row["import_per_s"] = await rate(len(told), import_(store, parts, "1", told))
            row["single_write"] = await timed(_SINGLE, _single(store, parts, told))
            row["bytes_unfiled"] = ((await store.server()).used_bytes - empty) / len(told)
            made = rebucket(store, parts, lambda _: None, pace=FAST, large=1)
            row["rebucket_per_s"] = await rate(len(told), made)
            row["recall"] = (await store.rebucketing.state()).recall
            row["bytes"] = ((await store.server()).used_bytes - empty) / len(told)
        row["cold_first_ms"] = []
        for number in range(5):
            async with again(directory, server, parts) as store:
                asked = _asked(parts, told, number * 17)
                cold = await timed(2, _ask(store, parts, [asked]))
                row["cold_first_ms"].append(cold["first_ms"])
        async with again(directory, server, parts) as store:
            await _ask(store, parts, [told[0]])(0)
            row["warming_s"] = await seconds(store._warming.settled())  # noqa: SLF001 -- measured
            await _ask(store, parts, [told[0]])(0)
            row["hot_bytes"] = store.hot_bytes / len(told)
            questions = [_asked(parts, told, n * 31) for n in range(_ASKED)]
            row["hot_store"] = await timed(_ASKED, _fetch(store, parts, questions))
            for what, asking in (("hot", _ask), ("answer", _answer)):
                ask = asking(store, parts, questions)
                row[what] = await timed(_ASKED, ask)
                if len(told) <= _BESIDE:
                    row[f"{what}_beside"] = await beside(store, parts, ask)
    return row


async def beside(store: RedisStore, parts: Parts, ask: Callable[[int], Awaitable[object]]) -> Row:
    """Questions alone, while a whole job runs as the bot runs it, and alone once more."""
    before = await _paced(ask, asyncio.sleep(_ALONE_S))
    start = time.perf_counter()
    during = await _paced(ask, rebucket(store, parts, lambda _: None, pace=GENTLY, large=1))
    job_s = time.perf_counter() - start
    after = await _paced(ask, asyncio.sleep(_ALONE_S))
    return {"alone": _row(before + after), "during": _row(during), "job_s": job_s}


async def _paced(
    ask: Callable[[int], Awaitable[object]], work: Coroutine[Any, Any, object]
) -> list[float]:
    """Milliseconds of questions that come a pause apart, until some work is done."""
    task = asyncio.create_task(work)
    times: list[float] = []
    while not task.done():
        times.append(await seconds(ask(len(times))) * 1000)
        await asyncio.sleep(_PAUSE_S)
    await task
    return times


def _row(times: Sequence[float]) -> Row:
    return {"p50_ms": median(times), "p95_ms": quantiles(times, n=20)[-1], "asked": len(times)}


async def many_scopes(parts: Parts, told: Sequence[str], scopes: int, each: int) -> Row:
    """Many small scopes: what they take, and that nothing grows with their number."""
    row: Row = {"scopes": scopes, "each": each}
    texts = cycle(told)
    async with fresh() as (directory, server):
        async with again(directory, server, parts) as store:
            empty = (await store.server()).used_bytes
            for scope in range(scopes):
                await import_(store, parts, f"{scope}", list(islice(texts, each)))
            row["bytes"] = ((await store.server()).used_bytes - empty) / (scopes * each)
        start = time.perf_counter()
        async with again(directory, server, parts) as store:
            await _ask(store, parts, told, "7")(0)
            row["start_ms"] = (time.perf_counter() - start) * 1000
            row["names_ms"] = await seconds(store.scopes()) * 1000
            row["rebucket_s"] = await seconds(rebucket(store, parts, lambda _: None))
            row["answer"] = await timed(
                _ASKED, lambda n: _ask(store, parts, told, f"{n * 7 % scopes}")(n)
            )
    return row


async def rate(count: int, work: Awaitable[object]) -> float:
    """Statements a second."""
    return count / await seconds(work)


async def seconds(work: Awaitable[object]) -> float:
    """How long something takes."""
    start = time.perf_counter()
    await work
    return time.perf_counter() - start


def _asked(parts: Parts, told: Sequence[str], number: int) -> str:
    """A question: every second content word of a statement."""
    words = [word for word in told[number * 101 % len(told)].split() if parts.words(word)]
    return " ".join(words[::2])


def _ask(
    store: RedisStore, parts: Parts, questions: Sequence[str], scope: str = "1"
) -> Callable[[int], Awaitable[object]]:
    async def ask(number: int) -> None:
        """Fetch what may answer, and score it: first pass and store alone."""
        question = questions[number % len(questions)]
        slots = await store.candidates(scope, parts.words(question))
        parts.rank(question, slots)

    return ask


def _answer(
    store: RedisStore, parts: Parts, questions: Sequence[str]
) -> Callable[[int], Awaitable[object]]:
    async def answer(number: int) -> None:
        """Fetch what may answer, and answer from it: both passes and R."""
        question = questions[number % len(questions)]
        parts.take_up(question, await store.candidates("1", parts.words(question)))()

    return answer


def _fetch(
    store: RedisStore, parts: Parts, questions: Sequence[str]
) -> Callable[[int], Awaitable[object]]:
    return lambda n: store.candidates("1", parts.words(questions[n % len(questions)]))


def _single(
    store: RedisStore, parts: Parts, told: Sequence[str]
) -> Callable[[int], Awaitable[object]]:
    async def write(number: int) -> None:
        """Plan one statement and store it, durable."""
        text = told[number]
        message = Message(f"single {number}", text, _START)
        sentence = Sentence(text, Kind.STATEMENT, (1.0, 0.0, 0.0))
        plan = parts.plan(Perception(message, Kind.STATEMENT, 1.0, (sentence,)))
        await store.add("1", plan)

    return write


async def measure(data: Path | None, counts: Sequence[int], scopes: Sequence[int]) -> Row:
    """All of it."""
    parts, told = parts_of(artifact.load()), statements(data, max((*counts, 2000)))
    return {
        "characters": sum(map(len, told)) / len(told),
        "one_scope": [await one_scope(parts, told[:count]) for count in counts],
        "many_scopes": [await many_scopes(parts, told[:100_000], n, _EACH) for n in scopes],
    }


def main() -> None:
    """Run it, print it, keep it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="given corpora")
    parser.add_argument("--n", type=int, nargs="*", default=_COUNTS, help="sizes of one scope")
    parser.add_argument("--scopes", type=int, nargs="*", default=_SCOPES, help="small scopes")
    parser.add_argument("--quick", action="store_true", help="small sizes, under a minute")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    sizes = ([5_000], [50]) if given.quick else (given.n, given.scopes)
    found = asyncio.run(measure(given.data, *sizes))
    print(json.dumps(found, indent=2))
    merged = (
        _merged(json.loads(given.out.read_text("utf-8")), found) if given.out.exists() else found
    )
    given.out.write_text(json.dumps(merged, indent=2) + "\n", encoding="utf-8")


def _merged(before: Row, fresh: Row) -> Row:
    """What was measured now, and of what stood there the sizes that were not."""
    merged: Row = {"characters": fresh["characters"]}
    for part, size in (("one_scope", "statements"), ("many_scopes", "scopes")):
        rows = {row[size]: row for row in (*before[part], *fresh[part])}
        merged[part] = [rows[count] for count in sorted(rows)]
    return merged


if __name__ == "__main__":
    main()
