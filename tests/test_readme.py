"""The README says what was measured."""

from benchmarks.readme import README, filled


def test_the_numbers_are_those_of_the_results() -> None:
    """Every table of the README is what `python -m benchmarks.readme` makes of the results."""
    text = README.read_text(encoding="utf-8")
    assert text == filled(text)
    assert text.count("| **all** |") == 1
