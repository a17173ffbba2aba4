"""The simulated world of the paper (section 5.2): its table, with ours beside it.

    python -m benchmarks.world [--seed 1] [--work DIR] [--out FILE]

Recurrent baselines and Memory Networks with one hop, with write time, and with two hops, trained on
3,000 questions each and tested on 3,000 of another seed; then a network of unseen words on a
world in which every name is new, the segmenter on a stream of words, and hashing. Trainings are
kept in --work.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.babi_runs import accuracy, kept, kept_network
from benchmarks.watching import watching
from benchmarks.world_baselines import StoryReader, train_reader
from memnn.mechanisms import ORIGINAL, UNSEEN_WORDS, Hashing, Mechanisms
from memnn.paper import artifact
from memnn.paper.hashing import candidates
from memnn.paper.hops import Hops
from memnn.paper.network import PaperNetwork
from memnn.paper.stories import Encoded, Question, Words
from memnn.training.courses import WORLD_COURSE, Part, Watch
from memnn.training.paper import train
from memnn.training.segments import train_segmenter
from memnn.training.world import UNSEEN, World, tale

OUT = Path(__file__).parent / "results" / "world.json"
STORIES = 500  # of 14 statements and 6 questions: 7,000 and 3,000, as in the paper
HELD = 50  # stories that validate
BASELINE_EPOCHS = 6
CLUSTERS = 12
SEGMENTER_EPOCHS = 30
WORLDS = {
    "1, actor, no before": World(difficulty=1, before=False, objects=False),
    "1, actor": World(difficulty=1, objects=False),
    "1, actor + object": World(difficulty=1),
    "5, actor": World(difficulty=5, objects=False),
    "5, actor + object": World(difficulty=5),
}
HARDEST = WORLDS["5, actor + object"]
NETWORKS = {
    "MemNN k=1": replace(ORIGINAL, hops=1, write_time=False),
    "MemNN k=1 + time": replace(ORIGINAL, hops=1),
    "MemNN k=2 + time": ORIGINAL,
}
BASELINES = ("RNN", "LSTM")
PAPER = {  # table 3, percent; only the last column of all but the first two rows was checked
    "RNN": (100, 60.9, 27.9, 23.8, 17.8),
    "LSTM": (100, 64.8, 49.1, 35.2, 29.0),
    "MemNN k=1": (97.8, 31.0, 24.0, 21.9, 18.5),
    "MemNN k=1 + time": (99.9, 60.2, 42.5, 60.8, 44.4),
    "MemNN k=2 + time": (100, 100, 100, 100, 99.9),
}
_console = Console(highlight=False)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    seed: Annotated[int, typer.Option(help="Of worlds and trainings.")] = 1,
    work: Annotated[Path, typer.Option(help="Where trainings are kept.")] = Path("world.work"),
    out: Annotated[Path, typer.Option(help="Where the JSON goes.")] = OUT,
) -> None:
    """Simulate, train, test, print, write."""
    torch.set_num_threads(1)
    work.mkdir(parents=True, exist_ok=True)
    with watching() as watch:
        lab = _Lab(seed, work, watch)
        found = {
            "unseen": lab.unseen(),
            "tale": lab.tale(),
            "segmenter": lab.segmenter(),
            "hashing": {kind: lab.hashing(kind) for kind in Hashing},
        }
        rows = {
            name: {world: lab.cell(name, world) for world in WORLDS}
            for name in (*NETWORKS, *BASELINES)
        }
        result = {
            "paper": {name: dict(zip(WORLDS, row, strict=True)) for name, row in PAPER.items()},
            "ours": {name: rows[name] for name in PAPER},
            **found,
            "seed": seed,
        }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    _console.print(table(result))
    for name in ("unseen", "tale", "segmenter", "hashing"):
        _console.print(f"{name}: {result[name]}")


def table(result: dict[str, Any]) -> Table:
    """Ours, with the paper's in brackets."""
    made = Table(title="accuracy, percent [the paper's]")
    for head in ("difficulty", *WORLDS):
        made.add_column(head)
    for name, row in result["ours"].items():
        paper = result["paper"][name]
        made.add_row(name, *(f"{value} [{paper[world]:g}]" for world, value in row.items()))
    return made


class _Lab:
    """Trains and tests; what was found once is read from a file."""

    def __init__(self, seed: int, work: Path, watch: Callable[[str], Watch]) -> None:
        self.seed, self.work, self.watch = seed, work, watch

    def cell(self, name: str, world: str) -> float:
        """Accuracy of one network in one world, in percent."""

        def measure() -> dict[str, float]:
            tests = self._tests(WORLDS[world])
            if name not in NETWORKS:
                return {"accuracy": self._read(name, WORLDS[world]).accuracy(tests)}
            network = self._train(NETWORKS[name], WORLDS[world], name)
            return {"accuracy": accuracy(network, tests)}

        return self._kept(f"{name}, {world}", measure)["accuracy"]

    def unseen(self) -> dict[str, float]:
        """Accuracy with the names of training, and where all names are new."""

        def measure() -> dict[str, float]:
            network = self._unseen_words()
            new = replace(HARDEST, names=UNSEEN)
            return {
                "seen": accuracy(network, self._tests(HARDEST)),
                "unseen": accuracy(network, self._tests(new)),
            }

        return self._kept("unseen", measure)

    def tale(self) -> dict[str, str]:
        """What it answers about Bilbo and the ring."""
        questions = tale()
        answers = self._unseen_words().answer(questions)
        return {
            " ".join(q.text): " ".join(a.words) for q, a in zip(questions, answers, strict=True)
        }

    def _unseen_words(self) -> PaperNetwork:
        name = "unseen words"
        file = self.work / f"{name}{artifact.SUFFIX}"
        return kept_network(file, lambda: self._train(UNSEEN_WORDS, HARDEST, name))

    def segmenter(self) -> dict[str, float]:
        """Accuracy where statements come one by one, and where they come as a stream of words."""

        def measure() -> dict[str, float]:
            network = self._train(ORIGINAL, HARDEST, "segmenter")
            told = {memory for q in self._stories(HARDEST) for memory in q.story}
            segmenter = train_segmenter(told, SEGMENTER_EPOCHS, self.seed)
            tests = self._tests(HARDEST)
            cut = [replace(q, story=tuple(segmenter.cut(_stream(q))), supports=()) for q in tests]
            right = sum(a.story == b.story for a, b in zip(tests, cut, strict=True))
            return {
                "statements": accuracy(network, tests),
                "stream": accuracy(network, cut),
                "stories cut right": round(100 * right / len(tests), 1),
            }

        return self._kept("segmenter", measure)

    def hashing(self, kind: Hashing) -> dict[str, float]:
        """Accuracy, and how many of the memories are scored in the first hop, both in percent."""

        def measure() -> dict[str, float]:
            hashed = replace(ORIGINAL, hashing=kind, clusters=CLUSTERS)
            network = self._train(hashed, HARDEST, f"hashing by {kind}")
            tests = self._tests(HARDEST)
            encoded = [network.dictionary.encode(question) for question in tests]
            shares = [self._scored(network, [question]) for question in encoded]
            return {
                "accuracy": accuracy(network, tests),
                "scored": round(100 * sum(shares) / len(shares), 1),
            }

        return self._kept(f"hashing by {kind}", measure)

    @staticmethod
    def _scored(network: PaperNetwork, asked: Sequence[Encoded]) -> float:
        """Share of the memories that are scored in the first hop."""
        hops = Hops.of(asked, range(len(asked)), [()] * len(asked))
        if network.config.hashing is Hashing.NONE:
            return 1.0
        return float(candidates(network.buckets, hops).float().mean())

    def _kept(self, name: str, measure: Callable[[], dict[str, float]]) -> dict[str, float]:
        def told() -> dict[str, float]:
            found = measure()
            _console.print(f"{name}: {found}", style="dim")
            return found

        return kept(self.work / f"{name}.json", told)

    def _train(self, config: Mechanisms, world: World, name: str) -> PaperNetwork:
        taught, held = self._split(world)
        course = replace(WORLD_COURSE, seed=self.seed)
        return train(config, taught, held, course, self.watch(name))

    def _read(self, name: str, world: World) -> StoryReader:
        tick = partial(self.watch(name).tick, Part.RESPONSE)
        taught, _ = self._split(world)
        lstm = name == "LSTM"
        return train_reader(taught, lstm=lstm, epochs=BASELINE_EPOCHS, seed=self.seed, tick=tick)

    def _split(self, world: World) -> tuple[Sequence[Question], Sequence[Question]]:
        questions = self._stories(world)
        kept = [q for q in questions if q.of >= HELD]
        return kept, questions[: len(questions) - len(kept)]

    def _stories(self, world: World) -> list[Question]:
        return world.stories(STORIES, 2 * self.seed)

    def _tests(self, world: World) -> list[Question]:
        return world.stories(STORIES, 2 * self.seed + 1)


def _stream(question: Question) -> Words:
    return tuple(word for memory in question.story for word in memory)


if __name__ == "__main__":
    app()
