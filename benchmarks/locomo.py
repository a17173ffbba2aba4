"""Which turns of very long conversations are evidence: LoCoMo (Maharana et al. 2024).

    python -m benchmarks.locomo --data FOLDER [--quick] [--out FILE]

Ten conversations of two people; a question is looked up among all turns of its conversation, and
counted is the share of its evidence among the best five and ten. Never trained on. --quick takes
the first conversation only. Needs the extras ``bench`` and ``train``.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.rankers import Bm25, Both, Ours, Ranker, Sentences
from bot.cli import guarded
from memnn import artifact
from memnn.records import Memory

OUT = Path(__file__).parents[1] / "benchmarks" / "results" / "locomo.json"
CATEGORIES = {1: "several turns", 2: "time", 3: "common sense", 4: "one turn"}
CUTS = (1, 5, 10)
_WRITTEN = datetime(2023, 1, 1, tzinfo=UTC)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the places of its evidence among the turns."""

    text: str
    category: str
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation: its turns as memories, and its questions."""

    memories: tuple[Memory, ...]
    questions: tuple[Asked, ...]


@app.command()
def main(
    *,
    data: Annotated[Path, typer.Option(help="Folder that holds locomo/locomo10.json.")],
    out: Annotated[Path, typer.Option(help="Where the JSON goes.")] = OUT,
    quick: Annotated[bool, typer.Option(help="The first conversation only.")] = False,
) -> None:
    """Rank, count, print, write."""
    torch.set_num_threads(1)
    model = artifact.load()
    talks = list(read(data / "locomo" / "locomo10.json"))[: 1 if quick else None]
    rankers: dict[str, Ranker] = {
        "BM25": Bm25(),
        "MiniLM": Sentences(),
        "BM25 + MiniLM": Both(Bm25(), Sentences()),
        "first pass": Ours(model, reads=False),
        "both passes": Ours(model),
    }
    results = {name: measured(ranker, talks) for name, ranker in rankers.items()}
    Console(highlight=False).print(table(results))
    out.parent.mkdir(parents=True, exist_ok=True)
    about = {
        "conversations": len(talks),
        "questions": sum(len(talk.questions) for talk in talks),
        "artifact": artifact.describe()["sha256"],
    }
    out.write_text(json.dumps({**about, "recall": results}, indent=2) + "\n")


def read(file: Path) -> Iterator[Talk]:
    """Read the conversations; questions without an answer or evidence are left out."""
    for entry in json.loads(file.read_text(encoding="utf-8")):
        turns = list(_turns(entry["conversation"]))
        place = {turn["dia_id"]: at for at, turn in enumerate(turns)}
        asked = [
            Asked(q["question"], CATEGORIES[q["category"]], found)
            for q in entry["qa"]
            if q["category"] in CATEGORIES
            if (found := tuple(place[e] for e in q.get("evidence", ()) if e in place))
        ]
        memories = tuple(
            Memory(at, turn["dia_id"], f"{turn['speaker']}: {turn['text']}", _WRITTEN)
            for at, turn in enumerate(turns, 1)
        )
        yield Talk(memories, tuple(asked))


def _turns(conversation: dict[str, Any]) -> Iterator[dict[str, str]]:
    number = 1
    while f"session_{number}" in conversation or f"session_{number}_date_time" in conversation:
        yield from conversation.get(f"session_{number}", ())
        number += 1


def measured(ranker: Ranker, talks: Sequence[Talk]) -> dict[str, dict[str, float]]:
    """Share of the evidence among the best, by category and over all."""
    shares: dict[str, list[list[float]]] = {"all": []}
    for talk in talks:
        ranker.hold(talk.memories)
        for asked in talk.questions:
            best = np.argsort(-ranker.scores(asked.text), kind="stable")[: max(CUTS)].tolist()
            found = [
                sum(place in best[:cut] for place in asked.evidence) / len(asked.evidence)
                for cut in CUTS
            ]
            for group in ("all", asked.category):
                shares.setdefault(group, []).append(found)
    return {
        group: {
            f"R@{cut}": round(float(mean), 4)
            for cut, mean in zip(CUTS, np.mean(lines, 0), strict=True)
        }
        | {"questions": len(lines)}
        for group, lines in shares.items()
    }


def table(results: dict[str, dict[str, dict[str, float]]]) -> Table:
    """The results for people."""
    shown = Table(title="LoCoMo: share of the evidence among the best")
    groups = ["all", *CATEGORIES.values()]
    shown.add_column("ranker")
    for group in groups:
        shown.add_column(f"{group}\nR@5 / R@10", justify="right")
    for name, found in results.items():
        cells = [f"{found[g]['R@5']:.3f} / {found[g]['R@10']:.3f}" for g in groups if g in found]
        shown.add_row(name, *cells)
    return shown


if __name__ == "__main__":
    guarded(app)
