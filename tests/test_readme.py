"""The README and the pages of docs/ say what was measured."""

from benchmarks.readme import PAPER, README, SCALE, filled, paper_filled, scale_filled


def test_the_numbers_are_those_of_the_results() -> None:
    """Every table of the README is what `python -m benchmarks.readme` makes of the results."""
    text = README.read_text(encoding="utf-8")
    assert text == filled(text)
    assert text.count("| **all** |") == 1


def test_the_paper_s_numbers_are_those_of_the_results() -> None:
    """Every table of docs/paper.md is what the same command makes of the results."""
    text = PAPER.read_text(encoding="utf-8")
    assert text == paper_filled(text)
    assert text.count("| 20 motivation |") == 1


def test_the_numbers_at_scale_are_those_of_the_results() -> None:
    """Every table of docs/scale.md is what the same command makes of the results."""
    text = SCALE.read_text(encoding="utf-8")
    assert text == scale_filled(text)
    assert text.count("| cluster hash |") > 1
