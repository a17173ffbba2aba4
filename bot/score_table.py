"""Scores as a table for people, and as plain values for machines."""

from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.score import Questions, Score

_COLUMNS = ("n", "hit@1", "all supports", "answer", "precision", "declined", "ECE")


def table(score: Score) -> RenderableType:
    """Kinds, then questions by category and overall."""
    kinds = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    kinds.add_column("kind")
    for name in ("n", "precision", "recall", "F1"):
        kinds.add_column(name, justify="right")
    for kind, k in score.kinds.items():
        kinds.add_row(str(kind), str(k.count), *map(share, (k.precision, k.recall, k.f1)))
    overall = f"accuracy {share(score.kind_accuracy)}, macro-F1 {share(score.kind_macro_f1)}"
    questions = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    questions.add_column("questions")
    for name in _COLUMNS:
        questions.add_column(name, justify="right")
    for category, values in score.categories.items():
        questions.add_row(category, *_row(values))
    questions.add_section()
    questions.add_row("overall", *_row(score.overall), style="bold")
    median = "" if score.ms_median is None else f", median {score.ms_median:.1f} ms a message"
    return Group(
        kinds, Text(f"{overall} over {score.messages:,} messages{median}", "dim"), Text(), questions
    )


def plain(score: Score) -> dict[str, Any]:
    """The same as values that JSON can hold."""
    return asdict(score)


def share(value: float | None) -> str:
    """A share with three digits; a dash where there was nothing to measure."""
    return "-" if value is None else f"{value:.3f}"


def _row(values: Questions) -> tuple[str, ...]:
    shares = (
        values.hit_at_1,
        values.all_supports,
        values.accuracy,
        values.precision,
        values.declined,
        values.calibration_error,
    )
    return (str(values.count), *map(share, shares))
