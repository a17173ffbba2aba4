"""``python -m memnn.training``: make the artifact, and the vectors it starts from.

distil   static vectors from a sentence encoder
served   the whole served network, from data to artifact
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from memnn.artifact import describe, save
from memnn.config import ModelConfig
from memnn.errors import MemnnError
from memnn.spelling import Spelling
from memnn.training.conversations import read_conversations
from memnn.training.corpora import (
    common_words,
    crowd_questions,
    everyday_sentences,
    subtitle_words,
)
from memnn.training.distil import (
    Static,
    distil,
    load_static,
    packaged_encoder,
    save_static,
)
from memnn.training.recipe import Recipe
from memnn.training.scenes import read_scenes
from memnn.training.served import train
from memnn.training.trainer import Tick

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
_console = Console(stderr=True)
_SMOOTHING = 0.98  # of the loss that is shown
_Stories = Annotated[Path | None, typer.Option(help="Further conversations, for the reader alone.")]
_Scenes = Annotated[Path | None, typer.Option(help="Scenes that are told among the conversations.")]
_Start = Annotated[
    Path | None, typer.Option(help="Artifact whose reader is taught further; else a new one.")
]


@app.command("distil")
def distil_command(
    out: Annotated[Path, typer.Option(help="Folder for the vectors and their tokenizer.")],
    encoder: Annotated[
        Path | None, typer.Option(help="Folder of a BERT-like encoder; else the packaged one.")
    ] = None,
    size: Annotated[int, typer.Option(help="Components to keep.")] = ModelConfig().static,
) -> None:
    """Distil static vectors of word pieces from a sentence encoder."""
    with _progress() as progress:
        save_static(_distilled(encoder, size, progress), out)
    _console.print(f"vectors written to {out}")


@app.command()
def served(  # noqa: PLR0913 -- an option each
    *,
    out: Annotated[Path, typer.Option(help="Folder for the artifact.")],
    data: Annotated[Path, typer.Option(help="Folder that holds tatoeba/ and qamr/.")],
    conversations: Annotated[
        Path, typer.Option(help="Conversations with labels: a file or a folder.")
    ] = Path("data/conversations/train"),
    stories: _Stories = Path("data/conversations/stories"),
    scenes: _Scenes = Path("data/conversations/scenes"),
    start: _Start = None,
    work: Annotated[
        Path | None, typer.Option(help="Folder for checkpoints; else OUT.work beside OUT.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of everything drawn by chance.")] = 1,
    threads: Annotated[int, typer.Option(help="Processor threads.")] = 2,
    device: Annotated[str, typer.Option(help="What trains the reader: cpu, or cuda.")] = "cpu",
) -> None:
    """Train the served network; cut off and called again, it goes on where it was."""
    work = work or out.with_name(out.name + ".work")
    config = ModelConfig()
    recipe = Recipe(
        conversations,
        data,
        work,
        seed=seed,
        scenes=scenes,
        stories=stories,
        start=start,
        threads=threads,
        device=device,
    )
    _try(recipe)
    with _progress() as progress, tempfile.TemporaryDirectory() as folder:
        encoder = packaged_encoder(Path(folder))
        if not (work / "static.safetensors").exists():
            save_static(_distilled(encoder, config.static, progress), work)
        model, about = train(
            replace(recipe, encoder=encoder),
            config,
            load_static(work),
            Spelling.of(common_words(subtitle_words())),
            lambda name: _ticker(progress, name),
        )
        save(model, out, about)
    _console.print(f"artifact written to {out}; {work} can be removed")


def _try(recipe: Recipe) -> None:
    """Read all data once: what is wrong with them is said before anything is made."""
    everyday_sentences(recipe.data)
    crowd_questions(recipe.data)
    read_conversations(recipe.conversations)
    if recipe.stories is not None:
        read_conversations(recipe.stories)
    if recipe.scenes is not None:
        read_scenes(recipe.scenes)
    if recipe.start is not None:
        describe(recipe.start)


def _distilled(encoder: Path | None, size: int, progress: Progress) -> Static:
    task = progress.add_task("distil", loss="")
    with tempfile.TemporaryDirectory() as folder:
        return distil(
            encoder or packaged_encoder(Path(folder)),
            size,
            lambda done, total: progress.update(task, completed=done, total=total),
        )


def _ticker(progress: Progress, name: str) -> Tick:
    task = progress.add_task(name, total=None, loss="")
    shown: list[float] = []

    def tick(done: int, total: int, loss: float) -> None:
        shown[:] = [_SMOOTHING * shown[0] + (1 - _SMOOTHING) * loss if shown else loss]
        progress.update(task, completed=done, total=total, loss=f"loss {shown[0]:.3f}")

    return tick


@contextmanager
def _progress() -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description:>12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[loss]}"),
    )
    with Progress(*columns, console=_console) as progress:
        yield progress


def main() -> None:
    """Run a command; what is wrong with the data is one line, not a traceback."""
    try:
        app()
    except (MemnnError, OSError) as error:
        _console.print(str(error), style="red", markup=False, highlight=False)
        sys.exit(2)


if __name__ == "__main__":
    main()
