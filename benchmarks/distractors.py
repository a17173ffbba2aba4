"""How well supports are found among 10,000 statements of other people.

    python -m benchmarks.distractors [--quick] [--out FILE]

Each dev user's memory is mixed with statements of the training users, as if they were the user's
own; counted is how often the first support is still a right one. --quick takes four users.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.dev_memories import asked, dev, strangers
from bot.cli import guarded
from memnn import artifact
from memnn.generalization import Generalization
from memnn.model import Model
from memnn.output_map import choose_supports
from memnn.records import Memory
from memnn.slots import Slots
from memnn.training.conversations import Conversation, Turn

OUT = Path(__file__).parents[1] / "benchmarks" / "results" / "distractors.json"
COUNTS = (0, 1_000, 10_000)
QUICK_USERS = 4

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    out: Annotated[Path, typer.Option(help="Where the JSON goes.")] = OUT,
    quick: Annotated[bool, typer.Option(help="The first four users only.")] = False,
) -> None:
    """Mix, ask, print, write."""
    torch.set_num_threads(1)
    model = artifact.load()
    users = dev()[: QUICK_USERS if quick else None]
    filing = Filing(model)
    results = {}
    for count in COUNTS:
        mixed_in = strangers(count)
        hits = [found for user in users for found in hit(model, filing, user, mixed_in)]
        results[str(count)] = round(sum(hits) / len(hits), 4)
    shown = Table("statements of others", "hit@1", title=f"{len(users)} dev users")
    for name, share in results.items():
        shown.add_row(f"{int(name):,}", f"{share:.3f}")
    Console(highlight=False).print(shown)
    out.parent.mkdir(parents=True, exist_ok=True)
    about = {"users": len(users), "artifact": artifact.describe()["sha256"]}
    out.write_text(json.dumps({**about, "hit_at_1": results}, indent=2) + "\n")


class Filing:
    """Files memories as they would be stored; each text once, however often it is mixed in."""

    def __init__(self, model: Model) -> None:
        self._filing = Generalization(model)
        self._known: dict[str, tuple[bytes, tuple[int, ...]]] = {}

    def put(self, slots: Slots, memories: Sequence[Memory]) -> None:
        """Store memories."""
        fresh = list(dict.fromkeys(m.text for m in memories if m.text not in self._known))
        for text, features in zip(fresh, self._filing.features(fresh), strict=True):
            self._known[text] = features, self._filing.words(text)
        for memory in memories:
            features, words = self._known[memory.text]
            slots.put(replace(memory, features=features, words=words))


def hit(
    model: Model, filing: Filing, user: Conversation, mixed_in: Sequence[Turn]
) -> Iterator[bool]:
    """Of each question of a user, whether the first support that O chooses is a gold one."""
    slots = Slots()
    for question in asked(user, mixed_in):
        filing.put(slots, question.memories[len(slots) :])
        chosen = choose_supports(model, model.question(question.turn.text), slots)
        yield chosen.supports[0].id - 1 in question.gold


if __name__ == "__main__":
    guarded(app)
