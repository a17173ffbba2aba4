"""What the served network is trained from, and how long."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from memnn.training.trainer import Tick

Stage = Callable[[str], Tick]  # names a stage, gives its progress


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to train from, and how long.

    Attributes:
        conversations: File or folder of conversations with labels.
        data: Folder that holds ``tatoeba/`` and ``qamr/``.
        work: Folder for checkpoints; a run that was cut off goes on from them.
        seed: Of everything drawn by chance.
        held_out: Every how many-th user calibrates instead of training.
        scenes: Folder of scenes, told among the conversations; None for none.
        everyday: Sentences of no conversation for I.
        stories: File or folder of further conversations for the reader alone; None for none.
        encoder: Folder of the pre-trained encoder that the reader starts from; None for none.
        start: Artifact whose reader is taught further instead; None for none.
        epochs: Of the classifier, the folds, the scorer, and the reader.
        finish: Of each round with scenes.
        further: Of a reader that is taught further: with scenes, then without.
        threads: Processor threads.
        device: What the reader is trained on, as torch names it; all else is quick enough here.
    """

    conversations: Path
    data: Path
    work: Path
    seed: int = 1
    held_out: int = 11
    scenes: Path | None = None
    everyday: int = 8_000
    stories: Path | None = None
    encoder: Path | None = None
    start: Path | None = None
    epochs: tuple[int, int, int, int] = (4, 2, 2, 4)
    finish: tuple[int, int] = (2, 1)
    further: tuple[int, int] = (2, 1)
    threads: int = 2
    device: str = "cpu"
