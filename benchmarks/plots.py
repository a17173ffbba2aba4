"""The pictures of the README, drawn from results and from networks trained for them.

    python -m benchmarks.plots --data DIR [--work DIR]

docs/learning.png     accuracy by number of training questions, task by task
docs/hops.png         which memory each hop attends to, over a story of task 3
docs/words.png        O's word vectors in the simulated world, with the clusters of cluster hash
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import matplotlib as mpl
import numpy as np
import torch
import typer
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.babi_runs import FIRST_SEED, PASSED, Run
from benchmarks.babi_table import NAMES
from benchmarks.watching import watching
from memnn.mechanisms import ORIGINAL, Hashing
from memnn.paper.dictionary import FIRST_WORD
from memnn.paper.hashing import k_means
from memnn.paper.network import PaperNetwork
from memnn.paper.stories import Question
from memnn.paper.write_time import FAIL, STOP
from memnn.training.babi import read_task, task_files
from memnn.training.courses import WORLD_COURSE, Watch
from memnn.training.paper import train
from memnn.training.world import World

RESULT = Path(__file__).parent / "results" / "babi.json"
DOCS = Path(__file__).parents[1] / "docs"
ALL_QUESTIONS = 1000
_CLUSTERS = 6
_STORY = 24  # memories at most in the picture of the hops
_INK, _SOFT = "#1f6f8b", "#c9d6da"

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    data: Annotated[Path, typer.Option(help="Folder of the tasks' files.")],
    work: Annotated[Path, typer.Option(help="Where trainings are kept.")] = Path("babi.work"),
) -> None:
    """Draw all pictures."""
    mpl.use("Agg")
    torch.set_num_threads(1)
    work.mkdir(parents=True, exist_ok=True)
    DOCS.mkdir(exist_ok=True)
    _save(learning(json.loads(RESULT.read_text(encoding="utf-8"))), "learning")
    with watching() as watch:
        question, network = _third_task(data, work, watch("task 3"))
        _save(hops(network, question), "hops")
        _save(words(_world(watch("world"))), "words")


def learning(result: dict[str, Any]) -> Figure:
    """Accuracy by number of training questions, a panel a task."""
    found = {int(few): row["tasks"] for few, row in result.get("curve", {}).items()}
    found[ALL_QUESTIONS] = result["full"]["tasks"]
    figure, panels = plt.subplots(4, 5, figsize=(11, 7), sharex=True, sharey=True)
    for task, panel in enumerate(panels.flat, start=1):
        points = sorted((few, row[str(task)]) for few, row in found.items() if str(task) in row)
        panel.axhline(PASSED, color=_SOFT, linewidth=1)
        panel.plot(*zip(*points, strict=True), "o-", color=_INK, markersize=3)
        panel.set_title(f"{task} {NAMES[task - 1]}", fontsize=8)
        panel.set_xscale("log")
        panel.set_xticks(sorted(found), [f"{few:,}" for few in sorted(found)], fontsize=6)
        panel.minorticks_off()
        panel.set_ylim(0, 104)
    figure.supxlabel("training questions", fontsize=9)
    figure.supylabel("accuracy, percent; a task is passed from 95 on", fontsize=9)
    return figure


def hops(network: PaperNetwork, question: Question) -> Figure:
    """How likely each memory is at each hop, over a story."""
    (answered,) = network.answer([question])
    chances = network.chances(question, answered.supports)
    shown = np.concatenate([np.delete(chances, [STOP, FAIL], axis=1), chances[:, [STOP]]], axis=1)
    figure, panel = plt.subplots(figsize=(7, 0.24 * len(question.story) + 1.4))
    panel.imshow(shown.T, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    told = [" ".join(memory) for memory in question.story]
    panel.set_yticks(range(len(told) + 1), [*told, "(enough: the null memory)"], fontsize=7)
    panel.set_xticks(range(len(chances)), [f"hop {hop}" for hop in range(1, len(chances) + 1)])
    asked, said = " ".join(question.text), " ".join(answered.words)
    panel.set_title(f"{asked}?  {said}", fontsize=9)
    return figure


def words(network: PaperNetwork) -> Figure:
    """O's word vectors by their two main directions, coloured by cluster."""
    vectors = torch.nn.functional.normalize(network.word_vectors()[FIRST_WORD:], dim=1)
    centred = vectors - vectors.mean(0)
    places = (centred @ torch.linalg.svd(centred, full_matrices=False).Vh[:2].T).numpy()
    clusters = k_means(vectors, _CLUSTERS).numpy()
    figure, panel = plt.subplots(figsize=(7, 5))
    panel.scatter(places[:, 0], places[:, 1], c=clusters, cmap="Dark2", s=24)
    for word, (x, y) in zip(network.dictionary.words, places, strict=True):
        panel.annotate(word, (x, y), (3, 3), textcoords="offset points", fontsize=7)
    _bare(panel)
    return figure


def _bare(panel: Axes) -> None:
    panel.set_xticks([])
    panel.set_yticks([])


def _third_task(data: Path, work: Path, watch: Watch) -> tuple[Question, PaperNetwork]:
    """A question with three supports on a short story, and a network that can answer it."""
    network = Run("full", (3,), FIRST_SEED).network(data, work, watch)
    asked = [q for q in read_task(task_files(data, 3)[1]) if len(q.story) <= _STORY]
    answers = zip(network.answer(asked), asked, strict=True)
    longest = max(
        (q for a, q in answers if a.words == q.answer and a.supports == q.supports),
        key=lambda q: len(q.story),
    )
    return longest, network


def _world(watch: Watch) -> PaperNetwork:
    stories = World().stories(200, 2)
    hashed = replace(ORIGINAL, hashing=Hashing.CLUSTERS, clusters=_CLUSTERS)
    return train(hashed, stories, (), WORLD_COURSE, watch)


def _save(figure: Figure, name: str) -> None:
    figure.tight_layout()
    figure.savefig(DOCS / f"{name}.png", dpi=130, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    app()
