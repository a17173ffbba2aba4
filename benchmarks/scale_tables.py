"""The tables of docs/scale.md, and the README's one of them."""

from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any, Final

from benchmarks.markdown import rows

Row = dict[str, Any]
_OURS: Final = {
    "exhaustive": "everything scored",
    "word_hash": "word hash",
    "cluster_hash": "cluster hash",
}
_PAPER: Final = (
    ("no hash", "1x", "0.82"),
    ("word hash", "1000x", "0.68"),
    ("cluster hash", "80x", "0.80"),
)


def short_table(result: Row) -> str:
    """How long a search takes at every size, everything scored and by cluster hash."""
    heads = (
        "statements, everything scored, by cluster hash, fewer candidates, best found, bytes each"
    )
    cells = [heads.split(", ")]
    for row in (*result["sizes"], result["paper"]):
        served = row["served"]
        cells.append(
            [
                f"{row['n']:,}",
                _ms(row["exhaustive"]["p50_ms"]),
                _ms(served["p50_ms"]),
                f"{served['fewer_candidates']:.0f}x",
                f"{served['hit1_of_exhaustive']:.0%}",
                str(row["bytes_a_statement"]),
            ]
        )
    return "\n".join([*rows(cells), ""])


def sizes_table(result: Row) -> str:
    """Every scorer and peer at every size."""
    heads = "statements, scorer, candidates, support first, of the best eight, median, p95"
    cells = [heads.split(", ")]
    for size in result["sizes"]:
        named = {title: size[name] for name, title in _OURS.items()} | size["peers"]
        cells += [
            [
                f"{size['n']:,}",
                name,
                f"{row['candidates']:,.0f}" if "candidates" in row else "–",
                f"{row['hit1']:.3f}",
                f"{row['best8_of_exhaustive']:.3f}",
                _ms(row["p50_ms"]),
                _ms(row["p95_ms"]),
            ]
            for name, row in named.items()
        ]
    return "\n".join([*rows(cells), ""])


def paper_scale_table(result: Row) -> str:
    """The paper's scale: its speed-up and F1 beside candidates, speed-up and hits here."""
    heads = "scorer, the paper: faster, F1, here: fewer candidates, faster, best found, median"
    cells = [heads.split(", ")]
    for (name, faster, f1), key in zip(_PAPER, _OURS, strict=True):
        row = result["paper"][key]
        cells.append(
            [
                name,
                faster,
                f1,
                f"{row['fewer_candidates']:.0f}x",
                f"{row.get('speed_up', 1.0):.0f}x",
                f"{row['hit1_of_exhaustive']:.0%}",
                _ms(row["p50_ms"]),
            ]
        )
    held = result["paper"]
    built = f"Built in {held['build_s'] / 60:.0f} minutes; {held['resident_mb'] / 1000:.1f} GB"
    peak = f" resident, {held['peak_mb'] / 1000:.1f} GB at the most."
    return "\n".join([*rows(cells), "", built + peak, ""])


def redis_table(result: Row) -> str:
    """What a statement and a search cost in Redis, by the statements of a scope."""
    scopes = sorted(result["one_scope"], key=lambda row: int(row["statements"]))
    cells = [["in one scope", *(f"{row['statements']:,}" for row in scopes)]]
    for name, shown in _IN_REDIS.items():
        cells.append([name, *map(shown, scopes)])
    return "\n".join([*rows(cells), ""])


def scopes_table(result: Row) -> str:
    """The same of many small scopes."""
    many = result["many_scopes"]
    cells = [["scopes", *(f"{row['scopes']:,} of {row['each']:,}" for row in many)]]
    for name, shown in _IN_SCOPES.items():
        cells.append([name, *map(shown, many)])
    return "\n".join([*rows(cells), ""])


def _beside(row: Row, what: str) -> str:
    """How much longer the slowest twentieth takes beside the job."""
    if f"{what}_beside" not in row:
        return "–"
    alone, during = (row[f"{what}_beside"][when]["p95_ms"] for when in ("alone", "during"))
    return f"{_ms(alone)} → {_ms(during)}: {during / alone:.2f} times"


def _ms(value: float) -> str:
    return f"{value:.1f} ms" if value < 10 else f"{value:,.0f} ms"  # noqa: PLR2004 -- digits


_IN_REDIS: Final[dict[str, Callable[[Row], str]]] = {
    "a statement in Redis": lambda row: f"{row['bytes']:.0f} bytes",
    "a statement in process, hot": lambda row: f"{row['hot_bytes']:.0f} bytes",
    "import": lambda row: f"{row['import_per_s']:,.0f} a second",
    "one statement stored": lambda row: _ms(row["single_write"]["p50_ms"]),
    "re-bucketing, the fit included": lambda row: f"{row['rebucket_per_s']:,.0f} a second",
    "cold: the first search after a start": lambda row: _ms(median(row["cold_first_ms"])),
    "hot: asking Redis whether anything changed": lambda row: _ms(row["hot_store"]["p50_ms"]),
    "hot: that, and the first pass": lambda row: _ms(row["hot"]["p50_ms"]),
    "its 95th percentile, questions a pause apart, alone → while buckets are made anew": partial(
        _beside, what="hot"
    ),
    "a whole answer, likewise": partial(_beside, what="answer"),
}
_IN_SCOPES: Final[dict[str, Callable[[Row], str]]] = {
    "a statement in Redis": lambda row: f"{row['bytes']:.0f} bytes",
    "opening the store and a first search": lambda row: _ms(row["start_ms"]),
    "a search, first of its scope": lambda row: _ms(row["answer"]["p50_ms"]),
    "naming all scopes": lambda row: _ms(row["names_ms"]),
    "a run of the job that finds nothing to file": lambda row: f"{row['rebucket_s']:.2f} s",
}
