"""The scores, on examples small enough to count by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation_file import Gold, Judged, Prediction
from bot.score import is_right, pair, score
from memnn.errors import DataError
from memnn.records import Kind


def gold(i: int = 0, kind: str = "question", **more: object) -> Gold:
    """What would be right for one message."""
    return Gold.model_validate({"i": i, "kind": kind, **more})


def said(i: int = 0, answer: str | None = None, **more: object) -> Prediction:
    """What was said to one message."""
    values = {
        "user": "u",
        "i": i,
        "kind": "question",
        "answer": answer,
        "answers": [answer] if answer else [],
        "abstained": answer is None,
        "support": [],
        "confidence": 1.0,
        "ms": 1.0,
    }
    return Prediction.model_validate({**values, **more})


def test_an_accepted_answer_is_right() -> None:
    """Any one of the accepted answers will do, however it is written."""
    asked = gold(answers=["June 1st", "on June 1st"])
    assert is_right(asked, said(answer="On june 1st."))
    assert not is_right(asked, said(answer="June"))
    assert not is_right(asked, said())


def test_a_list_needs_all_and_no_other() -> None:
    """Of a list, neither may an item be missing nor one too many be there; order is free."""
    asked = gold(answers=["Angèle", "Stromae"], all_required=True)
    assert is_right(asked, said(answer="x", answers=["stromae", "Angèle"]))
    assert not is_right(asked, said(answer="x", answers=["Stromae"]))
    assert not is_right(asked, said(answer="x", answers=["Stromae", "Angèle", "Fauve"]))


def test_a_question_without_an_answer_is_right_when_declined() -> None:
    """Only "I don't know" is right where nothing is known."""
    assert is_right(gold(), said())
    assert not is_right(gold(), said(answer="x"))


def test_a_question_taken_for_something_else_is_wrong() -> None:
    """Even the right words do not count, nor does silence where it would be right to decline."""
    assert not is_right(gold(answers=["x"]), said(answer="x", kind="statement"))
    assert not is_right(gold(), said(kind="chitchat"))


def test_supports_count_where_gold_has_some() -> None:
    """hit@1 looks at the first support, all-supports at the set; questions without are left out."""
    pairs = [
        (gold(0, support=[3, 4], answers=["x"]), said(0, "x", support=[4, 3, 1])),
        (gold(1, support=[3, 4], answers=["x"]), said(1, "x", support=[3])),
        (gold(2, support=[3], answers=["x"]), said(2, "x", support=[1, 3])),
        (gold(3, support=[3], answers=["x"]), said(3, "x")),
        (gold(4), said(4)),
    ]
    overall = score(pairs).overall
    assert overall.hit_at_1 == pytest.approx(2 / 4)
    assert overall.all_supports == pytest.approx(2 / 4)


def test_kinds_are_scored_as_a_classifier() -> None:
    """Accuracy over all messages; precision, recall and F1 a kind; macro-F1 their mean."""
    pairs = [
        (gold(0, "statement"), said(0, kind="statement")),
        (gold(1, "statement"), said(1, kind="question")),
        (gold(2, "question"), said(2, kind="question")),
        (gold(3, "chitchat"), said(3, kind="chitchat")),
    ]
    result = score(pairs)
    assert result.kind_accuracy == pytest.approx(3 / 4)
    question = result.kinds[Kind.QUESTION]
    shares = [question.precision, question.recall, question.f1]
    assert shares == pytest.approx([1 / 2, 1, 2 / 3])
    assert result.kind_macro_f1 == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_precision_and_declined_look_at_what_was_given() -> None:
    """Precision is over answers given; declined is over questions that have an answer."""
    pairs = [
        (gold(0, answers=["x"]), said(0, "x")),
        (gold(1, answers=["x"]), said(1)),
        (gold(2), said(2, "y")),
        (gold(3), said(3)),
    ]
    overall = score(pairs).overall
    assert overall.accuracy == pytest.approx(2 / 4)
    assert overall.precision == pytest.approx(1 / 2)
    assert overall.declined == pytest.approx(1 / 2)


def test_calibration_compares_confidence_with_truth_by_bins() -> None:
    """Two answers at 0.95 of which one is right, one at 0.5 that is wrong: (0.9 + 0.5) / 3."""
    pairs = [
        (gold(0, answers=["x"]), said(0, "x", confidence=0.95)),
        (gold(1, answers=["x"]), said(1, "y", confidence=0.95)),
        (gold(2, answers=["x"]), said(2, "y", confidence=0.5)),
        (gold(3, answers=["x"]), said(3, confidence=0.9)),
    ]
    assert score(pairs).overall.calibration_error == pytest.approx((0.9 + 0.5) / 3)


def test_categories_are_scored_apart() -> None:
    """Each category has its own row."""
    pairs = [
        (gold(0, answers=["x"], category="single"), said(0, "x")),
        (gold(1, answers=["x"], category="list"), said(1, "y")),
    ]
    categories = score(pairs).categories
    assert {name: row.accuracy for name, row in categories.items()} == {"single": 1, "list": 0}


def test_nothing_is_no_number() -> None:
    """Where there is nothing to measure the score is empty, not zero."""
    result = score([])
    assert result.kind_accuracy is None
    assert result.overall.accuracy is None


def test_every_message_needs_its_prediction() -> None:
    """A missing or an extra line is an error that names user and message."""
    users = [Judged(user="u", messages=(gold(0), gold(1), gold(2)))]
    with pytest.raises(DataError, match=r"p: there is no prediction for user u, message 1 \(and 1"):
        pair(users, [said(0)], "p")
    with pytest.raises(DataError, match="p: there is no such message: user u, message 7"):
        pair(users, [said(0), said(1), said(2), said(7)], "p")


@given(st.lists(st.tuples(st.sampled_from(list(Kind)), st.sampled_from(list(Kind)), st.booleans())))
def test_shares_are_shares(rows: list[tuple[Kind, Kind, bool]]) -> None:
    """Every score is between 0 and 1 or empty, whatever was predicted."""
    pairs = [
        (gold(i, kind, answers=["x"], support=[1]), said(i, "x" if right else None, kind=taken))
        for i, (kind, taken, right) in enumerate(rows)
    ]
    overall = score(pairs).overall
    values = (overall.hit_at_1, overall.accuracy, overall.precision, overall.calibration_error)
    assert all(value is None or 0 <= value <= 1 for value in values)
