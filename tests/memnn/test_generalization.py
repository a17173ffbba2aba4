"""G: what is stored of a message."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from memnn.features import FINGERPRINT_BYTES, unpack
from memnn.generalization import Generalization
from memnn.records import Kind, Message, Perception, Sentence
from memnn.scorer import Role
from memnn.text import content_words, tokenise
from tests import tiny
from tests.worlds import TIME

MODEL = tiny.model()
FILING = Generalization(MODEL)
SENTENCES = st.lists(
    st.tuples(st.text("abc .,-!5'é", min_size=1).filter(str.strip), st.sampled_from(Kind)),
    max_size=8,
)


def perception(*told: tuple[str, Kind], text: str = "") -> Perception:
    """A message with sentences of some kinds."""
    parts = tuple(Sentence(part.strip(), kind, (1.0, 0.0, 0.0)) for part, kind in told)
    message = Message("m", text or " ".join(s.text for s in parts), TIME, "Ann")
    return Perception(message, Kind.STATEMENT, 1.0, parts)


def words(*texts: str) -> list[str]:
    """The words of texts, one text after the other."""
    return [token.text for text in texts for token in tokenise(text)]


@settings(max_examples=60, deadline=None)
@given(SENTENCES)
def test_no_word_of_a_statement_is_lost(told: list[tuple[str, Kind]]) -> None:
    """The slots hold the words of the statements in order, and of nothing else."""
    plan = FILING.plan(perception(*told))
    stated = [text for text, kind in told if kind is Kind.STATEMENT]
    assert words(*(slot.text for slot in plan.slots)) == words(*stated)


@settings(max_examples=60, deadline=None)
@given(SENTENCES)
def test_slots_are_short_and_full(told: list[tuple[str, Kind]]) -> None:
    """A slot is read whole, and two neighbours would not have fitted into one."""
    plan = FILING.plan(perception(*((text, Kind.STATEMENT) for text, _ in told)))
    sizes = [len(words(slot.text)) for slot in plan.slots]
    assert all(size <= MODEL.config.memory_words for size in sizes)
    assert all(one + other > MODEL.config.slot_words for one, other in pairwise(sizes))


def test_short_sentences_are_joined() -> None:
    """What was said in one breath is one memory, in which sentences explain each other."""
    plan = FILING.plan(perception(("I met Ann.", Kind.STATEMENT), ("She is tall.", Kind.STATEMENT)))
    assert [slot.text for slot in plan.slots] == ["I met Ann. She is tall."]


def test_a_long_sentence_is_cut_between_words() -> None:
    """A sentence longer than what is read becomes several memories."""
    long = " ".join(f"w{i}" for i in range(45))
    plan = FILING.plan(perception((long, Kind.STATEMENT)))
    assert [len(words(slot.text)) for slot in plan.slots] == [20, 20, 5]
    assert " ".join(slot.text for slot in plan.slots) == long


def test_only_statements_are_stored() -> None:
    """A message that states nothing has a plan without slots."""
    plan = FILING.plan(perception(("Where?", Kind.QUESTION), ("Hi!", Kind.CHITCHAT)))
    assert (plan.message_id, plan.slots) == ("m", ())


def test_everything_is_stored_where_the_person_says_so() -> None:
    """What is to be remembered as a whole is stored as it is, line breaks included."""
    told = perception(("Where?", Kind.QUESTION), text=" Where?\nHere: 5 ")
    (slot,) = FILING.plan(told, everything=True).slots
    assert slot.text == "Where?\nHere: 5"
    blank = Perception(Message("m", " \n", TIME), Kind.CHITCHAT, 1.0, ())
    assert FILING.plan(blank, everything=True).slots == ()


def test_a_slot_carries_who_when_and_where_it_files() -> None:
    """Time and speaker are the message's; words and features are those of the slot's text."""
    (slot,) = FILING.plan(perception(("The spare key is here", Kind.STATEMENT))).slots
    assert (slot.time, slot.speaker) == (TIME, "Ann")
    assert slot.words == content_words(tokenise("spare key Ann")) == FILING.words(slot.text, "Ann")
    assert slot.features == FILING.features([slot.text])[0]


def test_features_are_marked_and_embed_the_text() -> None:
    """Features begin with the model's fingerprint, then hold the memory's embedding."""
    texts = list(tiny.TEXTS)
    vectors = MODEL.embed([MODEL.memory(text) for text in texts], Role.MEMORY).numpy()
    for text, features, vector in zip(texts, FILING.features(texts), vectors, strict=True):
        assert features[:FINGERPRINT_BYTES] == MODEL.fingerprint == FILING.fingerprint
        np.testing.assert_allclose(unpack(features), vector, atol=0.005)
        assert FILING.features([text]) == [features]
    assert FILING.features([]) == []
