"""What R should say, from gold answers and gold supports."""

import pytest

from memnn.reader import Form
from memnn.records import Kind
from memnn.text import tokenise
from memnn.training.conversations import Turn
from memnn.training.targets import Span, Target, span_target, target
from tests.worlds import TIME

SUPPORTS = [tokenise(t) for t in ("I bought red apples, and pears.", "Pears: 12, in Lyon.")]


def asked(*answers: str, category: str = "span") -> Turn:
    """A question with its labels."""
    return Turn(9, TIME, "?", Kind.QUESTION, answers=answers, category=category)


def test_a_span_may_stand_in_several_places() -> None:
    """Every place of every accepted answer counts, whatever its case."""
    assert target(asked("pears", "Lyon"), SUPPORTS) == Target(
        Form.SPAN, (Span(0, 6, 6), Span(1, 0, 0), Span(1, 5, 5))
    )


def test_a_span_of_several_words() -> None:
    """The first and the last word are both part of it."""
    assert target(asked("red apples"), SUPPORTS) == Target(Form.SPAN, (Span(0, 2, 3),))


def test_a_list_needs_all_its_items() -> None:
    """Each item counts where it stands first; with one missing there is no target."""
    spans = (Span(0, 3, 3), Span(0, 6, 6))
    assert target(asked("apples", "pears", category="list"), SUPPORTS) == Target(Form.LIST, spans)
    assert target(asked("apples", "plums", category="list"), SUPPORTS) is None


@pytest.mark.parametrize(("answer", "form"), [("Yes", Form.YES), ("no", Form.NO)])
def test_yes_and_no(answer: str, form: Form) -> None:
    """A question for yes or no has a form and nothing else; only if it is asked as one."""
    assert target(asked(answer, category="yesno"), SUPPORTS) == Target(form)
    assert target(asked(answer, category="span"), SUPPORTS) is None


@pytest.mark.parametrize(("answers", "count"), [(("three",), 3), (("2", "two"), 2), (("12x",), 0)])
def test_counts(answers: tuple[str, ...], count: int) -> None:
    """A number that is told nowhere is counted, in words or digits."""
    expected = Target(Form.COUNT, count=count) if count else None
    assert target(asked(*answers, category="count"), SUPPORTS) == expected
    assert target(asked(*answers, category="span"), SUPPORTS) is None


def test_as_many_supports_as_counted_are_counted() -> None:
    """A number that stands in one of several messages is another's: "round 2: a draw"."""
    turn = asked("2", "two", category="count")
    supports = [tokenise("won round 2"), tokenise("and round 3")]
    assert target(turn, supports) == Target(Form.COUNT, count=2)
    assert target(turn, [tokenise("we have 2 cats")]) == Target(Form.SPAN, (Span(0, 2, 2),))


def test_a_count_that_is_told_is_read() -> None:
    """A number that stands in a support is a span."""
    assert target(asked("12", category="count"), SUPPORTS) == Target(Form.SPAN, (Span(1, 2, 2),))


def test_what_is_not_there_has_no_target() -> None:
    """Without an answer, or one that stands nowhere, R learns nothing."""
    assert target(asked(), SUPPORTS) is None
    assert target(asked("plums"), SUPPORTS) is None
    assert target(asked(""), SUPPORTS) is None
    assert span_target("plums", SUPPORTS) is None
    assert span_target("Lyon", SUPPORTS) == Target(Form.SPAN, (Span(1, 5, 5),))
