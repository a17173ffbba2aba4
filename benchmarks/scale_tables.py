"""The tables of docs/scale.md, and the README's one of them."""

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
    """What it costs in Redis."""
    one, many = result["one_scope"], result["many_scopes"]
    scopes = f"{many['scopes']:,} scopes of {many['each']:,}"
    cold = sorted(one["cold_first_ms"])
    lines = [
        (f"Redis, a statement, {one['statements']:,} in one scope", f"{one['bytes']:.0f} bytes"),
        (f"Redis, a statement, {scopes}", f"{many['bytes']:.0f} bytes"),
        ("in process, a statement, hot", f"{one['hot_bytes']:.0f} bytes"),
        ("import", f"{one['import_per_s']:,.0f} a second"),
        ("one statement stored", f"{one['single_write']['p50_ms']:.1f} ms"),
        ("hot: asking Redis whether anything changed", f"{one['hot_store']['p50_ms']:.2f} ms"),
        ("hot: that, and the first pass", f"{one['hot']['p50_ms']:.1f} ms"),
        ("cold: the first search after a start", f"{cold[len(cold) // 2]:.0f} ms"),
        ("re-bucketing, the fit included", f"{one['rebucket_per_s']:,.0f} a second"),
    ]
    return "\n".join([*rows([["what", "cost"], *map(list, lines)]), ""])


def _ms(value: float) -> str:
    return f"{value:.1f} ms" if value < 10 else f"{value:,.0f} ms"  # noqa: PLR2004 -- digits
