"""Tables in Markdown, and their places in a page."""

from collections.abc import Mapping, Sequence


def _row(*cells: str) -> str:
    """One line of a table."""
    return f"| {' | '.join(cells)} |"


def rows(cells: Sequence[Sequence[str]]) -> list[str]:
    """A table from its cells, heads first."""
    heads, *lines = cells
    return [_row(*heads), _row(*["---"] * len(heads)), *(_row(*line) for line in lines)]


def points(lines: Sequence[str]) -> list[str]:
    """Lines as points of a list."""
    return [f"- {line}" for line in lines]


def fill(text: str, tables: Mapping[str, str]) -> str:
    """A page with its tables: each stands between two marks with its name."""
    for name, table in tables.items():
        first, last = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, _, rest = text.partition(first)
        text = f"{before}{first}\n{table}\n{last}{rest.partition(last)[2]}"
    return text
