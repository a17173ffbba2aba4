"""A progress bar of trainings, with the loss and the accuracy on the validation questions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from memnn.training.courses import Part, Watch

_SMOOTHING = 0.95  # of the loss that is shown


@contextmanager
def watching() -> Iterator[Callable[[str], Watch]]:
    """Gives a maker of watches, by the name of what is trained."""
    columns = (
        TextColumn("{task.description:>16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[state]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield lambda name: _watch(progress, name)


def _watch(progress: Progress, name: str) -> Watch:
    bars = {part: progress.add_task(f"{name} {part}", total=None, state="") for part in Part}
    losses: dict[Part, float] = {}
    held: dict[Part, float] = {}

    def show(part: Part) -> None:
        right = f", held out {held[part]:.1%}" if part in held else ""
        progress.update(bars[part], state=f"loss {losses.get(part, 0.0):.3f}{right}")

    def tick(part: Part, done: int, total: int, loss: float) -> None:
        losses[part] = _SMOOTHING * losses.get(part, loss) + (1 - _SMOOTHING) * loss
        progress.update(bars[part], completed=done, total=total, visible=done < total)
        show(part)

    def validated(part: Part, accuracy: float) -> None:
        held[part] = accuracy
        show(part)

    return Watch(tick, validated)
