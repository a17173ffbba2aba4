"""Conversations as the network sees them."""

import torch

from memnn.records import Kind
from memnn.spelling import Spelling
from memnn.text import word_hash
from memnn.training.conversations import Conversation, Turn
from memnn.training.examples import User, users
from memnn.training.first_pass import RATES, new_scorer, train_first_pass
from memnn.training.trainer import Schedule
from memnn.vocabulary import Vocabulary
from tests import tiny
from tests.worlds import TIME


def turn(index: int, text: str, kind: Kind, *support: int, **labels: tuple[str, ...]) -> Turn:
    """A message."""
    return Turn(index, TIME, text, kind, support=support, category="span", **labels)


TURNS = (
    turn(0, "Where is it?", Kind.QUESTION),
    turn(1, "The spare key is under the pot.", Kind.STATEMENT),
    turn(2, "Hello!", Kind.CHITCHAT),
    turn(3, "Where is the key?", Kind.QUESTION, 1, phrasings=("Is the key somewhere?",)),
    turn(4, "I moved to Lyon.", Kind.STATEMENT),
    turn(5, "Where do I live?", Kind.QUESTION, 4, 1),
    turn(6, "The key is with my sister.", Kind.STATEMENT),
)


def prepared(*, phrasings: bool = True) -> User:
    """One user."""
    (user,) = users([Conversation("u", TURNS)], tiny.vocabulary(), phrasings=phrasings)
    return user


def test_only_statements_are_memories() -> None:
    """A row a statement, in order; nothing else is stored."""
    user = prepared()
    assert [memory.text for memory in user.slots] == [TURNS[i].text for i in (1, 4, 6)]
    assert len(user.memories) == 3


def test_a_question_chooses_among_what_stood_before_it() -> None:
    """A question before the first statement is left out; each phrasing is a question."""
    user = prepared()
    assert [(q.text, q.earlier, q.support) for q in user.asked] == [
        ("Where is the key?", 1, (0,)),
        ("Is the key somewhere?", 1, (0,)),
        ("Where do I live?", 2, (1, 0)),
    ]
    assert user.allowed.tolist() == [[True, False, False]] * 2 + [[True, True, False]]
    assert user.gold.tolist() == [[True, False, False]] * 2 + [[True, True, False]]
    assert [q.text for q in prepared(phrasings=False).asked] == [TURNS[3].text, TURNS[5].text]


def test_matches_leave_out_what_was_asked_already() -> None:
    """Words of the question are no news when a support brings them along."""
    user = prepared()
    key = user.asked[0].words
    assert user.matches([key])[:, 2].tolist() == [1.0, 0.0, 1.0]
    assert user.matches([key], without=key)[:, 2].tolist() == [0.0, 0.0, 0.0]


def test_who_asks_nothing_is_left_out() -> None:
    """There is nothing to learn from them."""
    assert users([Conversation("u", TURNS[1:3])], tiny.vocabulary(), phrasings=True) == []


def test_a_new_scorer_is_what_was_distilled() -> None:
    """Vectors are the distilled ones, roles see them as they are, frequent pieces weigh less."""
    config = tiny.config()
    static = torch.randn(config.pieces, config.static)
    scorer = new_scorer(config, static)
    assert torch.equal(scorer.vectors.weight, static)
    for matrix in scorer.parameters_of_roles():
        assert torch.equal(matrix @ static[5], static[5, : config.embedding])
    assert (scorer.weight.diff() > 0).all()


def test_the_first_pass_learns() -> None:
    """After a few epochs the gold support of a question scores best."""
    config = tiny.config()
    torch.manual_seed(1)
    scorer = new_scorer(config, torch.randn(config.pieces, config.static))
    losses: list[float] = []
    schedule = Schedule(8, RATES, 1, tick=lambda _done, _all, loss: losses.append(loss))
    train_first_pass(scorer, [prepared()], schedule)
    assert losses[-1] < losses[0]


def test_a_mistyped_word_is_filed_as_it_was_meant() -> None:
    """As the bot files what it is told, so that training sees the matches that serving sees."""
    vocabulary = Vocabulary(tiny.tokenizer(), {}, Spelling.of({"restaurant": 9.0, "met": 9.0}))
    told = [turn(0, "met her at the resturant", Kind.STATEMENT), turn(1, "where?", Kind.QUESTION)]
    (user,) = users([Conversation("u", tuple(told))], vocabulary, phrasings=True)
    (memory,) = user.slots
    assert word_hash("restaurant") in memory.words
    assert memory.words == tuple(dict.fromkeys(w.hash for w in user.memories[0] if w.content))
