"""How many memories are scored, how quickly, and what is found: from a thousand to 14 million.

    python -m benchmarks.scale --data DIR [--n N] [--quick] [--paper] [--out FILE]

The first pass over natural statements (`benchmarks.scale_corpus`), hot, in process: exhaustively,
by word hash, by cluster hash, and beside them faiss, usearch and bm25s. DIR holds ``tatoeba/`` and
``qamr/``. --n takes one size and writes its numbers alone; --quick leaves out what takes minutes;
--paper does the first paper's scale, 14 million statements, without the peers. Every size has a
process of its own, so that its resident memory is its own.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Annotated, Any, Final, TypeVar

import numpy as np
import psutil
import torch
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks import scale_peers
from benchmarks.scale_corpus import Corpus, Filed, corpus
from benchmarks.scale_peers import BEST, Peer
from bot.cli import guarded
from memnn import artifact
from memnn.clustering import fit
from memnn.first_pass import first_pass
from memnn.hashing import Codebook, Hashing
from memnn.model import Model
from memnn.scorer import Role
from memnn.slots import Slots
from memnn.text import tokenise
from memnn.vocabulary import Word

OUT: Final = Path(__file__).parent / "results" / "scale.json"
SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)
PAPER: Final = 14_000_000
CURVE_AT: Final = 100_000
EVERYTHING: Final = Hashing(score_all=1 << 62)
_BUDGETS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
_QUICK_QUESTIONS, _FEW_QUESTIONS = 120, 60
_SLOW: Final = 200_000  # memories from which exhaustive scoring, and some peers, take long
_MS, _MB = 1e3, 1e6
Row = dict[str, Any]
Found = tuple[NDArray[np.int64], int]  # the best rows, how many were scored
Answer = tuple[NDArray[np.int64], int, float]  # and milliseconds
T = TypeVar("T")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    data: Annotated[Path, typer.Option(help="Folder that holds tatoeba/ and qamr/.")] = Path(
        "../shared/data"
    ),
    n: Annotated[int | None, typer.Option(help="One size only.")] = None,
    quick: Annotated[bool, typer.Option(help="Fewer questions and peers.")] = False,
    paper: Annotated[bool, typer.Option(help="14 million statements.")] = False,
    out: Annotated[Path, typer.Option(help="Where the JSON goes.")] = OUT,
) -> None:
    """Measure, print, write."""
    if n is not None:
        result = measured(data, n, quick=quick, peers=not paper)
    else:
        result = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
        if paper:
            result["paper"] = _in_its_own_process(data, PAPER, "--quick", "--paper")
        else:
            options = ["--quick"] if quick else []
            result["sizes"] = [_in_its_own_process(data, size, *options) for size in SIZES]
    for row in [result] if n else [*result.get("sizes", ()), *filter(None, [result.get("paper")])]:
        Console(highlight=False).print(table(row))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def _in_its_own_process(data: Path, size: int, *options: str) -> Row:
    out = OUT.with_name(f"scale.{size}.json")
    arguments = ["--data", str(data), "--n", str(size), "--out", str(out), *options]
    # glibc otherwise keeps what arrays leave behind as they grow.
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "1000000"}
    subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", *arguments], check=True, env=environment
    )
    row: Row = json.loads(out.read_text(encoding="utf-8"))
    out.unlink()
    return row


def measured(data: Path, n: int, *, quick: bool, peers: bool) -> Row:
    """All numbers of one size."""
    torch.set_num_threads(1)
    model = artifact.load()
    gathered = corpus(data)
    filed = Filed(model, gathered)
    row: Row = {"n": n}
    slots = _built(filed, n, row)
    book = _codebook(model, gathered, slots, row)
    count = _FEW_QUESTIONS if n > PAPER // 2 else _QUICK_QUESTIONS if quick else None
    trial = Trial(model, gathered, slots, count)
    row |= trial.ours(book)
    if n == CURVE_AT and not quick:
        row["curve"] = trial.curve(book)
    if peers:
        row["peers"] = trial.peers(filed, n, quick=quick)
    return row


def _built(filed: Filed, n: int, row: Row) -> Slots:
    """The memories, with how long it takes to build them and what they take."""
    process = psutil.Process()
    before, start = process.memory_info().rss, time.perf_counter()
    slots = Slots(filed.memories(n))
    row["build_s"] = round(time.perf_counter() - start, 2)
    row["bytes_a_statement"] = round(slots.nbytes / n)
    row["resident_bytes_a_statement"] = round((process.memory_info().rss - before) / n)
    row["resident_mb"] = round(process.memory_info().rss / _MB)
    return slots


def _codebook(model: Model, gathered: Corpus, slots: Slots, row: Row) -> Codebook:
    """A codebook of all words of the statements, as re-bucketing fits one."""
    known = {
        word.hash: token.name
        for sentence in gathered.sentences
        for token, word in _read(model, sentence)
        if word.content
    }
    held = {word: count for word in known if (count := slots.count(word))}
    written = {word: known[word] for word in held}
    counts = np.array(list(held.values()), dtype=np.int64)
    start = time.perf_counter()
    names = list(written.values())
    vectors = [
        model.embed([model.memory(name) for name in names[at : at + 1024]], Role.MEMORY)
        for at in range(0, len(names), 1024)
    ]
    with torch.inference_mode():
        table = torch.cat(vectors).detach().numpy()
    book = fit(table, np.array(list(written), np.uint32), counts, slots.rows, seed=1)
    row["codebook_s"] = round(time.perf_counter() - start, 2)
    row["words"], row["clusters"] = len(book.words), int(book.clusters.max(initial=-1)) + 1
    return book


def _read(model: Model, sentence: str) -> list[tuple[Any, Word]]:
    tokens = tokenise(sentence)
    return list(zip(tokens, model.vocabulary.words(tokens), strict=True))


class Trial:
    """Questions to the memories of one size.

    Args:
        model: The network.
        gathered: Sentences and questions.
        slots: The memories.
        count: How many questions; None for all.
    """

    def __init__(self, model: Model, gathered: Corpus, slots: Slots, count: int | None) -> None:
        places = {sentence: at for at, sentence in enumerate(gathered.sentences)}
        step = max(slots.rows // gathered.golds, 1)
        told = [
            (question, places[question.support] * step)
            for question in gathered.questions
            if places[question.support] * step < slots.rows
        ][:count]
        self.texts = [question.text for question, _ in told]
        self.gold = [row for _, row in told]
        self._model = model
        self._slots = slots
        self._questions = [model.question(text) for text in self.texts]
        self._whole = self._asked(EVERYTHING)

    def ours(self, book: Codebook) -> Row:
        """Exhaustively, by word hash, and by cluster hash."""
        exhaustive = self._summed(self._whole)
        shown: Row = {"exhaustive": exhaustive}
        for name, hashing in (
            ("word_hash", Hashing(score_all=0)),
            ("cluster_hash", Hashing(score_all=0, codebook=book)),
            ("served", Hashing(codebook=book)),
        ):
            shown[name] = self._summed(self._asked(hashing))
            shown[name]["speed_up"] = round(exhaustive["p50_ms"] / shown[name]["p50_ms"], 1)
        return shown

    def curve(self, book: Codebook) -> list[Row]:
        """What is found by how many candidates are scored."""
        return [
            {"hash": name, "budget": budget, **self._summed(self._asked(hashing))}
            for budget in _BUDGETS
            for name, hashing in (
                ("word", Hashing(0, 2 * budget, budget, 1, 0)),
                ("cluster", Hashing(0, 2 * budget, budget, 1, 0, book)),
            )
        ]

    def peers(self, filed: Filed, n: int, *, quick: bool) -> Row:
        """Other indices over the same statements."""
        vectors = self._slots.vectors()
        asking = self._model.embed(self._questions, Role.QUESTION).detach().numpy()
        made: dict[str, Callable[[], Peer]] = {
            "faiss flat": lambda: scale_peers.flat(vectors, asking),
            "faiss IVF": lambda: scale_peers.inverted(vectors, asking),
        }
        if not quick or n < _SLOW:
            made["faiss HNSW"] = lambda: scale_peers.graph(vectors, asking)
            made["usearch"] = lambda: scale_peers.usearch(vectors, asking)
            texts = (memory.text for memory in filed.memories(n))
            made["bm25s"] = lambda: scale_peers.words(texts, self.texts)
        return {name: self._peer(make()) for name, make in made.items()}

    def _peer(self, peer: Peer) -> Row:
        answers = [_timed(peer.search, number) for number in range(len(self.texts))]
        return {**self._summed(answers, candidates=False), "mb": round(peer.nbytes / _MB, 1)}

    def _asked(self, hashing: Hashing) -> list[Answer]:
        self._slots.hashing = hashing
        return [_timed(self._ranked, words) for words in self._questions]

    def _ranked(self, words: Sequence[Word]) -> Found:
        ranking = first_pass(self._model, words, self._slots)
        return np.array(ranking.best(BEST)), ranking.considered

    def _summed(self, answers: Sequence[Answer], *, candidates: bool = True) -> Row:
        """The numbers of one way to look."""
        hits = [
            found[:1].tolist() == [gold]
            for (found, _, _), gold in zip(answers, self.gold, strict=True)
        ]
        whole = [
            found[:1].tolist() == [gold]
            for (found, _, _), gold in zip(self._whole, self.gold, strict=True)
        ]
        kept = [
            np.isin(best, found).mean()
            for (found, _, _), (best, _, _) in zip(answers, self._whole, strict=True)
        ]
        times = [ms for _, _, ms in answers]
        shown: Row = {
            "hit1": round(float(np.mean(hits)), 4),
            "hit1_of_exhaustive": round(sum(hits) / max(1, sum(whole)), 4),
            "best8_of_exhaustive": round(float(np.mean(kept)), 4),
            "p50_ms": round(median(times), 3),
            "p95_ms": round(float(np.percentile(times, 95)), 3),
        }
        if candidates:
            mean = float(np.mean([count for _, count, _ in answers]))
            shown["candidates"] = round(mean, 1)
            shown["fewer_candidates"] = round(len(self._slots) / max(mean, 1.0), 1)
        return shown


def _timed(search: Callable[[T], Found], asked: T) -> Answer:
    start = time.perf_counter()
    found, considered = search(asked)
    return found, considered, (time.perf_counter() - start) * _MS


def table(row: Row) -> Table:
    """One size for people."""
    shown = Table(title=f"{row['n']:,} statements, {row['bytes_a_statement']} B each")
    heads = ("candidates", "fewer_candidates", "hit1", "best8_of_exhaustive", "p50_ms", "p95_ms")
    for head in ("", *heads):
        shown.add_column(head.replace("_", " "), justify="right" if head else "left")
    ours = {name: row[name] for name in ("exhaustive", "word_hash", "cluster_hash", "served")}
    for name, held in (*ours.items(), *row.get("peers", {}).items()):
        shown.add_row(
            name.replace("_", " "),
            *(f"{held.get(head, '–'):,}" if head in held else "–" for head in heads),
        )
    return shown


if __name__ == "__main__":
    guarded(app)
