"""Side by side in one run: what finds the right memory how often, how fast, and at what size.

    python -m benchmarks.peers [--quick] [--out FILE]

Every ranker holds the same dev user's memories and is asked the same questions, one core each.
--quick takes the first four users. Needs the extras ``bench`` and ``train``.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import psutil
import torch
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.dev_memories import asked, dev
from benchmarks.rankers import Bm25, Ours, Ranker, Sentences
from bot.cli import guarded
from memnn import artifact

OUT = Path(__file__).parents[1] / "benchmarks" / "results" / "peers.json"
QUICK_USERS = 4
_BEST = 5
_MS, _MB = 1e3, 1 << 20

PEERS: dict[str, Callable[[], Ranker]] = {
    "BM25 (bm25s)": Bm25,
    "MiniLM (sentence-transformers)": Sentences,
    "ours, first pass": lambda: Ours(artifact.load(), reads=False),
    "ours, both passes": lambda: Ours(artifact.load()),
}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    out: Annotated[Path, typer.Option(help="Where the JSON goes.")] = OUT,
    quick: Annotated[bool, typer.Option(help="The first four users only.")] = False,
    only: Annotated[str, typer.Option(help="One ranker, in this process, as JSON.")] = "",
) -> None:
    """Measure each in a process of its own; print, write."""
    if only:
        typer.echo(json.dumps(measured(PEERS[only](), users=QUICK_USERS if quick else None)))
        return
    results = {name: _apart(name, quick=quick) for name in PEERS}
    shown = Table("ranker", "hit@1", "R@5", "ms a question", "MB resident", title="dev")
    for name, found in results.items():
        shown.add_row(
            name,
            *(f"{found[key]:.3f}" for key in ("hit_at_1", "recall_at_5")),
            f"{found['ms']:.2f}",
            f"{found['mb']:.0f}",
        )
    Console(highlight=False).print(shown)
    out.parent.mkdir(parents=True, exist_ok=True)
    about = {"artifact": artifact.describe()["sha256"]}
    out.write_text(json.dumps({**about, "peers": results}, indent=2) + "\n")


def _apart(name: str, *, quick: bool) -> dict[str, float]:
    """Measure one in a fresh process, so that its memory is its own."""
    command = [sys.executable, "-m", "benchmarks.peers", "--only", name]
    command += ["--quick"] if quick else []
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=one_core())
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def one_core() -> dict[str, str]:
    """The environment in which numerical libraries use one thread."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}


def measured(ranker: Ranker, users: int | None) -> dict[str, float]:
    """Hits and recall over the dev questions, time a question, and memory at the end."""
    torch.set_num_threads(1)
    hits, recalls, times = [], [], []
    for user in dev()[:users]:
        for question in asked(user):
            ranker.hold(question.memories)
            began = time.perf_counter()
            scores = ranker.scores(question.turn.text)
            times.append((time.perf_counter() - began) * _MS)
            best = np.argsort(-scores, kind="stable")[:_BEST].tolist()
            hits.append(best[0] in question.gold)
            recalls.append(sum(at in best for at in question.gold) / len(question.gold))
    return {
        "hit_at_1": round(float(np.mean(hits)), 4),
        "recall_at_5": round(float(np.mean(recalls)), 4),
        "ms": round(float(np.median(times)), 3),
        "mb": round(psutil.Process().memory_info().rss / _MB, 1),
        "questions": len(hits),
    }


if __name__ == "__main__":
    guarded(app)
