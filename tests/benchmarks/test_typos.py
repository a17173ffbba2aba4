"""What counts as right where people mistype."""

from benchmarks.typos import stretches_as_typed


def test_an_answer_is_right_as_it_was_typed() -> None:
    """The words that took the place of the answer's, wherever it stood."""
    written, typed = "Anouk works at Decathlon, with Jo.", "Anouk worsk at Decathlno, with Jo."
    assert list(stretches_as_typed("decathlon", written, typed)) == ["Decathlno,"]


def test_an_answer_of_several_words_stays_whole() -> None:
    """All of them are taken over, the unharmed ones too."""
    found = stretches_as_typed(
        "the botanical garden", "At the botanical garden!", "At teh botanical gardne!"
    )
    assert "teh botanical gardne!" in found


def test_what_does_not_stand_there_has_no_other_form() -> None:
    """A count, or a yes, is right as it was."""
    assert not list(stretches_as_typed("3", "bought a ticket", "bougth a ticket"))
