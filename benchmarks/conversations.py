"""How well the bot answers: `data/conversations/dev` through replay and score, on the artifact.

    python -m benchmarks.conversations [--quick] [--typos] [--store memory|redis] [--out FILE]
                                       [--plot FILE] [--errors FILE]

Prints the table and writes it as JSON. --quick takes the first four users, --typos makes one slip
in every fifth word of what they write, --plot draws how right the bot is against how sure, and
--errors writes the questions that went wrong, to be read.
"""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.reliability import draw
from benchmarks.typos import gold_as_typed, mistyped
from bot.cli import StoreName, guarded
from bot.conversation_file import Conversation, read_conversations, read_gold, read_predictions
from bot.score import Pair, is_right, pair, score
from bot.score_table import plain, table
from bot.settings import load
from bot.tasks import replay_to
from memnn import artifact
from memnn.records import Kind

ROOT = Path(__file__).parents[1]
FILE = ROOT / "data" / "conversations" / "dev" / "conversations.jsonl"
OUT = ROOT / "benchmarks" / "results" / "conversations.json"
TYPOS = OUT.with_name("typos.json")
QUICK_USERS = 4

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    out: Annotated[Path | None, typer.Option(help="Where the JSON goes.")] = None,
    store: Annotated[StoreName, typer.Option(help="Where memories are kept.")] = StoreName.MEMORY,
    quick: Annotated[bool, typer.Option(help="The first four users only.")] = False,
    typos: Annotated[bool, typer.Option(help="Mistype every fifth word.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Where the reliability plot goes.")] = None,
    errors: Annotated[Path | None, typer.Option(help="Where the wrong answers go.")] = None,
) -> None:
    """Replay, score, print, write."""
    settings = load()
    out = out or (TYPOS if typos else OUT)
    users = read_conversations(FILE)[: QUICK_USERS if quick else None]
    gold = read_gold(FILE)[: len(users)]
    if typos:
        written, users = users, mistyped(users)
        gold = gold_as_typed(gold, written, users)
    with TemporaryDirectory() as directory:
        predictions = Path(directory) / "predictions.jsonl"
        in_process = store is StoreName.MEMORY
        asyncio.run(replay_to(settings, users, predictions, in_process=in_process))
        pairs = pair(gold, read_predictions(predictions), predictions.name)
    result = score(pairs)
    Console(highlight=False).print(table(result))
    about = {
        "file": FILE.relative_to(ROOT).as_posix(),
        "users": len(users),
        "store": store,
        "artifact": artifact.describe(settings.artifact)["sha256"],
    }
    if plot is not None:
        draw([(p.confidence, is_right(g, p)) for g, p in pairs if p.answer is not None], plot)
    if errors is not None:
        errors.write_text(wrong(users, pairs), encoding="utf-8")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({**about, "score": plain(result)}, indent=2) + "\n")


def wrong(users: Sequence[Conversation], pairs: Sequence[Pair]) -> str:
    """The questions that went wrong, with what was found and what should have been."""
    said = {user.user: {turn.i: turn.text for turn in user.messages} for user in users}
    lines: list[str] = []
    for gold, found in pairs:
        if gold.kind is not Kind.QUESTION or is_right(gold, found):
            continue
        texts = said[found.user]
        lines.append(f"[{gold.category}] {texts[gold.i]}")
        lines.append(f"    wanted {list(gold.answers)}, got {list(found.answers)} ({found.kind})")
        lines += [f"    + {texts[i]}" for i in gold.support]
        lines += [f"    - {texts[i]}" for i in found.support if i not in gold.support]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    guarded(app)
