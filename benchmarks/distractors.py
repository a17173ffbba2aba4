"""How well supports are found among 10,000 statements of other people.

    python -m benchmarks.distractors [--quick] [--out FILE]

Each dev user's memory is mixed with statements of the training users: in a group, where it is
known who said what, and, which is much harder, as if all of it were the user's own. Counted is how
often the first support is still a right one. --quick takes four users.
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

from benchmarks.dev_memories import Told, asked, dev, strangers
from bot.cli import guarded
from memnn import artifact
from memnn.generalization import Generalization
from memnn.model import Model
from memnn.output_map import choose_supports
from memnn.records import Memory
from memnn.slots import Slots
from memnn.training.conversations import Conversation

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
    results = {
        name: {str(count): share(model, filing, users, count, named=named) for count in COUNTS}
        for name, named in (("in a group", True), ("as the user's own", False))
    }
    shown = Table("statements of others", *results, title=f"hit@1, {len(users)} dev users")
    for count in COUNTS:
        shown.add_row(f"{count:,}", *(f"{shares[str(count)]:.3f}" for shares in results.values()))
    Console(highlight=False).print(shown)
    out.parent.mkdir(parents=True, exist_ok=True)
    about = {"users": len(users), "artifact": artifact.describe()["sha256"]}
    out.write_text(json.dumps({**about, "hit_at_1": results}, indent=2) + "\n")


def share(
    model: Model, filing: "Filing", users: Sequence[Conversation], count: int, *, named: bool
) -> float:
    """How often the first support is a right one, among so many statements of others."""
    others = strangers(count)
    hits = [h for user in users for h in hit(model, filing, user, others, named=named)]
    return round(sum(hits) / len(hits), 4)


class Filing:
    """Files memories as they would be stored; each text once, however often it is mixed in."""

    def __init__(self, model: Model) -> None:
        self._filing = Generalization(model)
        self._known: dict[str, bytes] = {}

    def put(self, slots: Slots, memories: Sequence[Memory]) -> None:
        """Store memories."""
        fresh = list(dict.fromkeys(m.text for m in memories if m.text not in self._known))
        for text, features in zip(fresh, self._filing.features(fresh), strict=True):
            self._known[text] = features
        for memory in memories:
            words = self._filing.words(memory.text, memory.speaker)
            slots.put(replace(memory, features=self._known[memory.text], words=words))


def hit(
    model: Model, filing: Filing, user: Conversation, mixed_in: Sequence[Told], *, named: bool
) -> Iterator[bool]:
    """Of each question of a user, whether the first support that O chooses is a gold one."""
    slots = Slots()
    asker = model.question(user.user if named else "")
    for question in asked(user, mixed_in, named=named):
        filing.put(slots, question.memories[len(slots) :])
        chosen = choose_supports(model, model.question(question.turn.text), slots, asker)
        yield chosen.supports[0].id - 1 in question.gold


if __name__ == "__main__":
    guarded(app)
