"""How right the bot is against how sure it says it is: the reliability plot."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

_BINS = 10


def draw(judged: Sequence[tuple[float, bool]], file: Path) -> None:
    """Draw the share of right answers in each tenth of the confidence.

    Args:
        judged: Confidence of every answer that was given, and whether it was right.
        file: The picture; its ending says the format.
    """
    confidence = np.array([sure for sure, _ in judged])
    right = np.array([is_right for _, is_right in judged], dtype=float)
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    figure = Figure(figsize=(4.6, 4.2), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for number in sorted(set(bins.tolist())):
        here = bins == number
        sure, share = float(confidence[here].mean()), float(right[here].mean())
        axes.scatter(sure, share, s=12 + 3 * here.sum(), color="#2a6f97", alpha=0.85)
        axes.annotate(str(int(here.sum())), (sure, share), (7, -3), textcoords="offset points")
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="confidence", ylabel="share of right answers")
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, metadata={"Date": None})
