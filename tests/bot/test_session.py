"""What a conversation keeps in mind is bounded, and forgets with the memories."""

from datetime import UTC, datetime

from bot.replies import Answered
from bot.session import MAX_ANSWERS, MAX_UNDO, Session, Sessions, Stored
from memnn.records import Answer, Hop, Memory, Scored, Trace

TIME = datetime(2026, 3, 2, tzinfo=UTC)


def answered(*supports: int, looked_at: int = 99) -> Answered:
    """An answer over these memories, for which another one was looked at."""
    memories = tuple(Memory(i, f"m{i}", "x", TIME) for i in supports)
    seen = Scored(Memory(looked_at, "m", "x", TIME), 1.0)
    trace = Trace((Hop(1, (seen,), looked_at, 0.0),))
    return Answered("?", Answer("x", ("x",), memories, 1.0, trace))


def test_the_oldest_steps_and_answers_go() -> None:
    """Only so many steps can be undone, and only so many answers explained."""
    session = Session()
    for number in range(100):
        session.did(Stored((number,)))
        session.said(f"m{number}", answered(number))
    assert [step.ids for step in session.steps if isinstance(step, Stored)] == [
        (number,) for number in range(100 - MAX_UNDO, 100)
    ]
    assert list(session.answers) == [f"m{number}" for number in range(100 - MAX_ANSWERS, 100)]


def test_an_explanation_goes_with_any_memory_it_shows() -> None:
    """Whether a memory was a support or only looked at, its text must not live on."""
    session = Session()
    session.said("a", answered(1))
    session.said("b", answered(2, looked_at=1))
    session.said("c", answered(3))
    session.drop({1})
    assert list(session.answers) == ["c"]


def test_scopes_that_were_quiet_longest_go() -> None:
    """Of more scopes than are kept in mind, the least recently used are dropped."""
    sessions = Sessions(limit=2)
    first = sessions.of("one")
    sessions.of("two")
    assert sessions.of("one") is first
    sessions.of("three")
    assert sessions.of("one") is first
    assert sessions.of("two").steps == []
    assert sessions.of("one") is first
