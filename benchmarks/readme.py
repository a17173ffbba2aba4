"""The numbers of the README and of the pages of docs/, from the results of the benchmarks.

    python -m benchmarks.readme

A table stands between its two marks; a test holds the pages to the results.
"""

import json
from pathlib import Path
from typing import Any

from benchmarks.markdown import fill, rows
from benchmarks.paper_tables import (
    ablation_table,
    babi_table,
    curve_table,
    summary_table,
    world_table,
)
from benchmarks.scale_tables import (
    paper_scale_table,
    redis_table,
    scopes_table,
    short_table,
    sizes_table,
)

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAPER = ROOT / "docs" / "paper.md"
SCALE = ROOT / "docs" / "scale.md"
RESULTS = ROOT / "benchmarks" / "results"
_QUESTION_COLUMNS = ("hit_at_1", "all_supports", "accuracy", "precision", "declined")
_QUESTION_HEADS = ("hit@1", "all found", "accuracy", "of given, right", "declined")


def main() -> None:
    """Rewrite the tables of all pages."""
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
    PAPER.write_text(paper_filled(PAPER.read_text(encoding="utf-8")), encoding="utf-8")
    SCALE.write_text(scale_filled(SCALE.read_text(encoding="utf-8")), encoding="utf-8")


def filled(text: str) -> str:
    """The README with the tables of the latest results."""
    tables = {
        "results": answers_table(_read("conversations")),
        "speed": speed_table(_read("latency")),
        "load": load_table(_read("load"), _read("load_long")),
        "paper": summary_table(_read("babi"), _read("world")),
        "scale": short_table(_read("scale")),
    }
    return fill(text, tables)


def paper_filled(text: str) -> str:
    """docs/paper.md with the tables of the latest results."""
    babi = _read("babi")
    tables = {
        "babi": babi_table(babi),
        "curve": curve_table(babi),
        "world": world_table(_read("world")),
        "ablation": ablation_table(_read("ablation")),
    }
    return fill(text, tables)


def scale_filled(text: str) -> str:
    """docs/scale.md with the tables of the latest results."""
    scale, stored = _read("scale"), _read("scale_redis")
    tables = {
        "sizes": sizes_table(scale),
        "fourteen": paper_scale_table(scale),
        "redis": redis_table(stored),
        "scopes": scopes_table(stored),
    }
    return fill(text, tables)


def answers_table(result: dict[str, Any]) -> str:
    """How well kinds are told apart, and questions answered, by category."""
    score = result["score"]
    kinds = ", ".join(f"{kind} {_share(value['f1'])}" for kind, value in score["kinds"].items())
    asked = {"**all**": score["overall"], **score["categories"]}
    cells = [["questions", "number", *_QUESTION_HEADS]]
    cells += [
        [name, str(row["count"]), *(_share(row[column]) for column in _QUESTION_COLUMNS)]
        for name, row in asked.items()
    ]
    error = _share(score["overall"]["calibration_error"])
    told = f"F1 of the kinds: {kinds}. Expected calibration error of the confidence: {error}."
    return "\n".join([*rows(cells), "", told, ""])


def speed_table(result: dict[str, Any]) -> str:
    """What was measured, beside its goal."""
    cells = [["what", "median", "95th percentile", "goal"]]
    cells += [
        [row["name"], *(f"{_number(row[of])} {row['unit']}" for of in ("median", "p95", "goal"))]
        for row in result["lines"]
    ]
    return "\n".join([*rows(cells), ""])


def load_table(*results: dict[str, Any]) -> str:
    """What the bot bore in Telegram, step by step."""
    heads = "what, messages, a second, median, 95th percentile, resident, of it memories"
    cells = [heads.split(", ")]
    cells += [
        [
            step["name"],
            f"{step['messages']:,}",
            f"{step['handled']:.0f}",
            f"{_number(step['median_ms'])} ms",
            f"{_number(step['p95_ms'])} ms",
            f"{step['rss_mb']:.0f} MB",
            f"{step['hot_mb']:.0f} MB",
        ]
        for result in results
        for step in result["steps"]
    ]
    return "\n".join([*rows(cells), ""])


def _read(name: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return held


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"  # noqa: PLR2004 -- three digits


if __name__ == "__main__":
    main()
