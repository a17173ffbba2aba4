"""Progress bars of commands that take a while: on stderr, and only where that is a terminal."""

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn


def progress_bar(amount: ProgressColumn) -> Progress:
    """A bar with a name before it, and behind it how much is done and how long the rest takes.

    Args:
        amount: Shows how much is done.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), amount, TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)
