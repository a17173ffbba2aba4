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
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import psutil
import torch
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import scale_peers
from benchmarks.scale_corpus import Corpus, Filed, corpus
from benchmarks.scale_trial import Row, Trial
from bot.cli import guarded
from memnn import artifact
from memnn.clustering import fit
from memnn.generalization import Generalization
from memnn.hashing import Codebook
from memnn.model import Model
from memnn.scorer import Role
from memnn.slots import Slots
from memnn.text import tokenise

OUT: Final = Path(__file__).parent / "results" / "scale.json"
SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)
PAPER: Final = 14_000_000
CURVE_AT: Final = 100_000
_QUICK_QUESTIONS, _FEW_QUESTIONS, _PAPER_QUESTIONS = 120, 30, 60
_MANY: Final = 50_000  # memories from which most peers take long to build
_VERY_MANY: Final = 200_000  # memories from which exhaustive scoring takes long
_MB = 1e6

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
    gathered = corpus(data).within(n)
    filed = Filed(model, gathered)
    row: Row = {"n": n}
    slots = _built(filed, n, row)
    book = _codebook(model, gathered, slots, row)
    row["peak_mb"] = _peak_mb()
    trial = Trial(model, gathered, slots, _questions(n, quick=quick) if peers else _PAPER_QUESTIONS)
    row |= trial.ours(book)
    if n == CURVE_AT and not quick:
        row["curve"] = trial.curve(book)
    if peers:
        row["peers"] = _peers(trial, filed, n, quick=quick)
    return row


def _peak_mb() -> int:
    """The most that this process ever had in memory; Linux counts it in KiB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / _MB)


def _questions(n: int, *, quick: bool) -> int | None:
    """How many are asked, None for all."""
    if not quick:
        return None
    return _QUICK_QUESTIONS if n < _VERY_MANY else _FEW_QUESTIONS


def _peers(trial: Trial, filed: Filed, n: int, *, quick: bool) -> Row:
    vectors, asking = trial.embedded()
    row = {"faiss flat": trial.peer(scale_peers.flat(vectors, asking))}
    if not quick or n < _MANY:
        row["faiss IVF"] = trial.peer(scale_peers.inverted(vectors, asking))
        row["faiss HNSW"] = trial.peer(scale_peers.graph(vectors, asking))
        row["usearch"] = trial.peer(scale_peers.usearch(vectors, asking))
        texts = (memory.text for memory in filed.memories(n))
        row["bm25s"] = trial.peer(scale_peers.words(texts, trial.texts))
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
    words = Generalization(model).words
    seen = {token.name for sentence in gathered.sentences for token in tokenise(sentence)}
    known = {word: name for name in sorted(seen) for word in words(name)}
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
