"""I: sentences and kinds, of any text at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memnn.input_map import judge, perceive
from memnn.model import Model
from memnn.records import Kind, Message, Perception
from memnn.text import sentences
from memnn.training.kinds import train_classifier
from memnn.training.trainer import Schedule
from tests import tiny
from tests.worlds import TIME

TOLD = ("The spare key is under the pot.", "I moved to Lyon.", "My sister moved in March.")
ASKED = ("Where is the spare key?", "When did I move to Lyon?", "What is my number?")
CHAT = ("Thanks, that is lovely!", "Good night.", "Thanks!")


@pytest.fixture(scope="module", name="judging")
def _judging() -> Model:
    """A tiny network that has learnt to tell a few kinds apart."""
    model = tiny.model()
    texts = [
        (text, kind, 1.0)
        for kind, told in zip(Kind, (TOLD, ASKED, CHAT), strict=True)
        for text in told
    ]
    model.classifier.requires_grad_(requires_grad=True)
    schedule = Schedule(epochs=100, rates=(1e-1,), seed=1)
    train_classifier(
        model.classifier, model.scorer.vectors.weight, model.vocabulary, texts, schedule
    )
    return model


def seen(model: Model, text: str) -> Perception:
    """A message as I sees it."""
    return perceive(model, Message("1", text, TIME))


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 9), st.text(st.characters(codec=None)) | st.text("ab .!?\n\ud800é", min_size=3)
)
def test_any_text_is_perceived(seed: int, text: str) -> None:
    """Probabilities are such, no character but white space is lost, and the whole has its kind."""
    perception = seen(tiny.model(seed), text)
    if not any(c.isalnum() for c in text):
        assert (perception.kind, perception.sentences) == (Kind.CHITCHAT, ())
        return
    assert 1 / 3 <= perception.confidence <= 1
    for sentence in perception.sentences:
        assert sum(sentence.probabilities) == pytest.approx(1.0)
        assert sentence.text == sentence.text.strip() != ""
    told = "".join("".join(s.text for s in perception.sentences).split())
    assert told == "".join(text.split())
    if perception.kind is not Kind.CHITCHAT:
        assert any(s.kind is perception.kind for s in perception.sentences)


@pytest.mark.parametrize("text", ["", " \n", "?!…", "🙂🙂", "\x00", "\ud800"])
def test_a_message_without_a_word_is_chitchat(text: str) -> None:
    """Signs, emoji and nothing at all are stored nowhere and asked of nobody."""
    assert seen(tiny.model(), text) == Perception(Message("1", text, TIME), Kind.CHITCHAT, 1.0, ())


def test_kinds_are_learnt(judging: Model) -> None:
    """One message of each kind is told for what it is."""
    for kind, texts in zip(Kind, (TOLD, ASKED, CHAT), strict=True):
        assert {seen(judging, text).kind for text in texts} == {kind}


def test_a_fact_amid_chitchat_is_kept(judging: Model) -> None:
    """A clear statement makes a statement of the message; its company stays chitchat."""
    perception = seen(judging, "Thanks! Good night. Thanks! The spare key is under the pot.")
    assert perception.kind is Kind.STATEMENT
    assert [s.text for s in perception.sentences if s.kind is Kind.STATEMENT] == [TOLD[0]]


def test_a_question_keeps_its_question(judging: Model) -> None:
    """What was told before the question is still a statement."""
    perception = seen(judging, "I moved to Lyon. Where is the spare key?")
    kinds = [s.kind for s in perception.sentences]
    if perception.kind is Kind.QUESTION:
        assert kinds == [Kind.STATEMENT, Kind.QUESTION]
    else:  # a question amid statements is rhetorical
        assert kinds == [Kind.STATEMENT, Kind.STATEMENT]


def test_judging_many_is_judging_each(judging: Model) -> None:
    """What else is judged beside a text changes nothing."""
    texts = [*TOLD, *ASKED, *CHAT]
    for text, together in zip(texts, judge(judging, texts), strict=True):
        (alone,) = judge(judging, [text])
        assert alone.kind is together.kind
        assert alone.probabilities == pytest.approx(together.probabilities, abs=1e-5)


def test_of_very_many_sentences_the_rest_is_of_the_whole() -> None:
    """A message of thousands of sentences loses none, and is judged in bounded time."""
    text = "\n".join(f"key {i}" for i in range(3_000))
    perception = seen(tiny.model(2), text)
    assert [s.text for s in perception.sentences] == sentences(text)
    assert {s.kind for s in perception.sentences[200:]} == {perception.kind}
