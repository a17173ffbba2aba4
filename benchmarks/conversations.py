"""How well the bot answers: `data/conversations/dev` through replay and score, on the artifact.

    python -m benchmarks.conversations [--quick] [--store memory|redis] [--out FILE]

Prints the table and writes it as JSON. --quick takes the first four users.
"""

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from bot.cli import StoreName, guarded
from bot.conversation_file import read_conversations, read_gold, read_predictions
from bot.score import pair, score
from bot.score_table import plain, table
from bot.settings import load
from bot.tasks import replay_to
from memnn import artifact

ROOT = Path(__file__).parents[1]
FILE = ROOT / "data" / "conversations" / "dev" / "conversations.jsonl"
OUT = ROOT / "benchmarks" / "results" / "conversations.json"
QUICK_USERS = 4


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    out: Annotated[Path, typer.Option(help="Where the JSON goes.")] = OUT,
    store: Annotated[StoreName, typer.Option(help="Where memories are kept.")] = StoreName.MEMORY,
    quick: Annotated[bool, typer.Option(help="The first four users only.")] = False,
) -> None:
    """Replay, score, print, write."""
    settings = load()
    users = read_conversations(FILE)[: QUICK_USERS if quick else None]
    gold = read_gold(FILE)[: len(users)]
    with TemporaryDirectory() as directory:
        predictions = Path(directory) / "predictions.jsonl"
        in_process = store is StoreName.MEMORY
        asyncio.run(replay_to(settings, users, predictions, in_process=in_process))
        result = score(pair(gold, read_predictions(predictions), predictions.name))
    Console(highlight=False).print(table(result))
    about = {
        "file": FILE.relative_to(ROOT).as_posix(),
        "users": len(users),
        "store": store,
        "artifact": artifact.describe(settings.artifact)["sha256"],
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({**about, "score": plain(result)}, indent=2) + "\n")


if __name__ == "__main__":
    guarded(app)
