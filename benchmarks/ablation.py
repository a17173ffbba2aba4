"""What each mechanism of the paper is worth to the served model, on `data/conversations/dev`.

    python -m benchmarks.ablation [--quick] [--out FILE]

The shipped model is asked all questions with one mechanism switched off at a time, without training
it again: what a mechanism is worth to a network that was trained with it. --quick takes four users.
"""

import asyncio
import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.conversations import FILE, QUICK_USERS
from bot.conversation import Conversation
from bot.conversation_file import Conversation as Said
from bot.conversation_file import read_conversations, read_gold
from bot.replay import replay
from bot.score import pair, score
from bot.score_table import plain
from memnn import artifact
from memnn.in_memory import InMemoryStore
from memnn.model import Model
from memnn.network import Network
from memnn.scorer import Role, Scorer

OUT = Path(__file__).parent / "results" / "ablation.json"
COLUMNS = {"hit_at_1": "hit@1", "all_supports": "all found", "accuracy": "accuracy"}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    out: Annotated[Path, typer.Option(help="Where the JSON goes.")] = OUT,
    quick: Annotated[bool, typer.Option(help="The first four users only.")] = False,
) -> None:
    """Switch off, replay, score, print, write."""
    torch.set_num_threads(1)
    users = read_conversations(FILE)[: QUICK_USERS if quick else None]
    model = artifact.load()
    rows = [
        {"name": name, "section": section, **asyncio.run(_scores(ablate(model), users))}
        for name, section, ablate in ABLATIONS
    ]
    result = {"users": len(users), "artifact": artifact.describe()["sha256"], "rows": rows}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    Console(highlight=False).print(table(result))


def table(result: dict[str, Any]) -> Table:
    """The table for a screen."""
    made = Table(title=f"without one mechanism, {result['users']} users")
    for head in ("without", "section", *COLUMNS.values()):
        made.add_column(head)
    for row in result["rows"]:
        made.add_row(row["name"], row["section"], *(f"{row[c]:.3f}" for c in COLUMNS))
    return made


def with_scorer(change: Callable[[Scorer], None]) -> Callable[[Model], Model]:
    """A model whose first pass is changed; the model itself stays as it is."""

    def ablate(model: Model) -> Model:
        scorer = copy.deepcopy(model.scorer)
        with torch.no_grad():
            change(scorer)
        return replace(model, scorer=scorer)

    return ablate


def with_config(**changes: int) -> Callable[[Model], Model]:
    """A model with other numbers in its configuration."""
    return lambda model: replace(model, config=replace(model.config, **changes))


def _no_match(scorer: Scorer) -> None:
    for weights in (scorer.match, scorer.hop_match, scorer.hop_new_match):
        weights.zero_()


def _no_embedding(scorer: Scorer) -> None:
    scorer.scale.zero_()
    scorer.hop_scale.zero_()


def _no_time(scorer: Scorer) -> None:
    scorer.time_gate.weight.zero_()
    scorer.time_gate.bias.zero_()


def _no_neighbours(scorer: Scorer) -> None:
    scorer.neighbours.zero_()


def _one_role(scorer: Scorer) -> None:
    matrices = scorer.parameters_of_roles()
    for matrix in matrices:
        matrix.copy_(matrices[Role.MEMORY])


def _one_doubt(model: Model) -> Model:
    return replace(model, calibration=replace(model.calibration, silence=1.0))


ABLATIONS: tuple[tuple[str, str, Callable[[Model], Model]], ...] = (
    ("nothing: the served model", "", lambda model: model),
    ("exact matches", "3.6", with_scorer(_no_match)),
    ("embedding", "3.1", with_scorer(_no_embedding)),
    ("a vector for each role of a word", "3.1", with_scorer(_one_role)),
    ("write time, in the first pass", "3.4", with_scorer(_no_time)),
    ("the neighbouring memory", "–", with_scorer(_no_neighbours)),
    ("second pass: the first one's best is read alone", "–", with_config(second_pass=1)),
    ("further hops: k = 1", "3.1", with_config(max_hops=1)),
    ("what nobody said, judged apart", "–", _one_doubt),
)


async def _scores(model: Model, users: Sequence[Said]) -> dict[str, float]:
    conversation = Conversation(Network(model, InMemoryStore()))
    predictions = [prediction async for prediction in replay(conversation, users)]
    gold = read_gold(FILE)[: len(users)]
    overall: dict[str, float] = plain(score(pair(gold, predictions, "ablation")))["overall"]
    return {column: overall[column] for column in COLUMNS}


if __name__ == "__main__":
    app()
