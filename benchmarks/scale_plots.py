"""Pictures of `benchmarks.scale`: what is found by how much is scored, and time by size.

python -m benchmarks.scale_plots
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from benchmarks.scale import OUT

DOCS: Final = Path(__file__).parents[1] / "docs"
RECALL, TIME = DOCS / "scale-recall.png", DOCS / "scale-time.png"
PAPER: Final = {  # share of the candidates, F1 as a share of that without hashing (section 5.1)
    "the paper's word hash": (1 / 1000, 0.68 / 0.82),
    "the paper's cluster hash": (1 / 80, 0.80 / 0.82),
}
COLOURS: Final = {"word": "#c2410c", "cluster": "#1d4ed8"}
OURS: Final = {
    "exhaustive": "#6b7280",
    "word_hash": "#c2410c",
    "cluster_hash": "#1d4ed8",
}
_DPI: Final = 160
Row = dict[str, Any]


def main() -> None:
    """Draw both."""
    mpl.use("Agg")
    result = json.loads(OUT.read_text(encoding="utf-8"))
    recall(result["sizes"]).savefig(RECALL, dpi=_DPI)
    times(result["sizes"], result.get("paper")).savefig(TIME, dpi=_DPI)


def recall(sizes: Iterable[Row]) -> Figure:
    """What is found of what exhaustive scoring finds, by the share of memories that are scored."""
    (row,) = (row for row in sizes if "curve" in row)
    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for name, colour in COLOURS.items():
        line = [point for point in row["curve"] if point["hash"] == name]
        shares = [point["candidates"] / row["n"] for point in line]
        for field, style in (("hit1_of_exhaustive", "-o"), ("best8_of_exhaustive", "--s")):
            said = "best" if field.startswith("hit1") else "best eight"
            axes.plot(
                shares,
                [point[field] for point in line],
                style,
                color=colour,
                label=f"{name} hash, {said}",
                markersize=4,
            )
    for (name, (share, found)), mark in zip(PAPER.items(), "^D", strict=True):
        axes.plot(share, found, mark, color="black", label=f"{name} (F1)", markersize=7)
    axes.set_xscale("log")
    axes.set_xlabel("share of the memories that are scored")
    axes.set_ylabel("found of what exhaustive scoring finds")
    axes.set_title(f"{row['n']:,} statements")
    axes.grid(visible=True, which="both", alpha=0.2)
    axes.legend(fontsize=8, loc="lower right")
    return figure


def times(sizes: Iterable[Row], paper: Row | None) -> Figure:
    """Median time of a search, by the number of statements."""
    sizes = list(sizes)
    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for name, colour in OURS.items():
        rows = [*sizes, *([paper] if paper else [])]
        axes.plot(
            [row["n"] for row in rows],
            [row[name]["p50_ms"] for row in rows],
            "-o",
            color=colour,
            label=name.replace("_", " "),
        )
    for name in dict.fromkeys(name for row in sizes for name in row.get("peers", {})):
        rows = [row for row in sizes if name in row.get("peers", {})]
        axes.plot(
            [row["n"] for row in rows],
            [row["peers"][name]["p50_ms"] for row in rows],
            ":",
            label=name,
            linewidth=1.2,
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("statements")
    axes.set_ylabel("milliseconds, median")
    axes.set_title("one search, hot, one core")
    axes.grid(visible=True, which="both", alpha=0.2)
    axes.legend(fontsize=8)
    return figure


if __name__ == "__main__":
    main()
