"""What is shown in Telegram is valid for it, whatever users wrote."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.replies import Answered, Undone
from bot.telegram import render, texts
from memnn.records import Answer, Event, EventKind, Hop, Memory, Page, Scored, Trace
from tests.telegram_server import parse_html, units

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class _Long(str):
    """Prints short, so that a failure can be read."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{self[:3]!r} * {len(self) // max(1, len(self[:3]))}"


_NASTY = st.one_of(
    st.text(),
    st.text(alphabet=st.sampled_from("<>&\"'/ab; \n\u202e\U0001f600\u200d")),
    st.sampled_from(["<b>", "x", "\U0001f600", "&"]).map(lambda part: _Long(part * 3000)),
    st.just("\u200b"),
)
_MEMORIES = st.builds(
    Memory,
    st.integers(1, 10**9),
    st.just("7"),
    _NASTY,
    st.datetimes(datetime(2000, 1, 1), datetime(2026, 3, 1), timezones=st.just(UTC)),  # noqa: DTZ001 -- the bounds that hypothesis wants
    _NASTY,
)
_some = st.lists(_MEMORIES, max_size=8).map(tuple)


def valid(html: str) -> str:
    """The text of HTML that Telegram takes as a message."""
    text, _ = parse_html(html)
    assert text.strip()
    assert units(text) <= 4096
    return text


@st.composite
def answers(draw: st.DrawFn) -> Answered:
    """Any answer, given or declined."""
    supports, nearest = draw(_some), draw(_some)
    text = draw(st.none() | _NASTY)
    best = tuple(Scored(memory, 0.5, draw(st.floats(-9, 9))) for memory in supports)
    chosen = supports[0].id if supports else None
    hops = tuple(Hop(3, best, chosen, 0.1) for _ in range(draw(st.integers(0, 6)))) if best else ()
    readings = tuple((draw(_NASTY), 0.5) for _ in range(draw(st.integers(0, 3))))
    answer = Answer(text, (), supports, 0.7, Trace(hops, "span", readings))
    return Answered("who?", answer, nearest)


_many = settings(max_examples=60, print_blob=False, suppress_health_check=[HealthCheck.too_slow])


@_many
@given(answers(), st.booleans())
def test_every_answer_is_valid(value: Answered, quoted: bool) -> None:  # noqa: FBT001 -- drawn
    """Answers, evidence and traces, together in one message, parse and fit."""
    valid(render.answer(value, NOW, quoted=quoted))
    valid(render.explained(value, NOW, quoted=quoted))
    picks = render.listing(value.nearest[:5], NOW)
    valid(f"{render.answer(value, NOW, quoted=quoted)}\n\n{texts.WHICH}\n{picks}")


def test_a_long_trace_loses_its_last_hops() -> None:
    """Below the longest answer, of whoever has the longest name, as many stand as fit."""
    told = [Memory(n, "7", "told " * 90, NOW, f"{n} " + "speaker " * 8) for n in range(1, 11)]
    best = tuple(Scored(memory, 0.5, float(memory.id)) for memory in told)
    hops = tuple(Hop(10**9, best, memory.id, 0.1) for memory in told[:6])
    answer = Answer("answer " * 90, (), tuple(told), 0.7, Trace(hops, "span", (("x" * 90, 0.5),)))
    value = Answered("who?", answer)
    shown = valid(render.explained(value, NOW, quoted=False))
    assert "hop 1" in shown
    assert units(shown) > 3000
    assert shown.endswith("70% sure")
    few = Answered("who?", Answer("8206", (), (told[0],), 0.7, Trace(hops[:2])))
    assert "hop 2" in valid(render.explained(few, NOW, quoted=False))


@_many
@given(_some)
def test_every_list_of_memories_is_valid(memories: tuple[Memory, ...]) -> None:
    """Pages, what was forgotten and what was undone parse and fit."""
    valid(render.page(Page(memories, len(memories)), 1, 1, NOW))
    valid(render.undone(Undone(forgotten=memories)))
    valid(render.undone(Undone(restored=memories)))
    if memories:
        valid(render.forgotten(memories))


@_many
@given(st.lists(_NASTY, max_size=20))
def test_every_history_is_valid(old: list[str]) -> None:
    """Old texts parse and fit."""
    events = [Event(EventKind.EDITED, NOW, number, text) for number, text in enumerate(old)]
    valid(render.history(events, NOW))


@given(_NASTY)
def test_every_line_is_valid(line: str) -> None:
    """A single line parses, fits, and is never blank."""
    valid(render.text(line))


def test_our_own_texts_are_valid() -> None:
    """All texts of the edge parse and fit."""
    for name, value in vars(texts).items():
        if name.isupper() and isinstance(value, str):
            valid(value)
    valid(texts.HELP + texts.HELP_GROUP + texts.PAUSED_NOW)
