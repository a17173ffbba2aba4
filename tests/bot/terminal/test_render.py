"""How replies look: what is shown, what is not, and that it fits."""

from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console, RenderableType

from bot import words
from bot.replies import Answered, Reply, Undone
from bot.terminal import render
from bot.terminal.trace import why
from memnn.records import Answer, Event, EventKind, Hop, Kind, Memory, Page, Scored, Trace

NOW = datetime(2026, 3, 25, 12, 0, tzinfo=UTC)


def memory(number: int = 1, text: str = "my sister is Anouk", days: int = 23) -> Memory:
    """One memory of some weeks ago."""
    return Memory(number, f"m{number}", text, NOW - timedelta(days=days))


def shown(what: RenderableType, width: int = 80) -> str:
    """What a terminal of that width shows, without colours and without filling."""
    console = Console(width=width, no_color=True, highlight=False)
    with console.capture() as captured:
        console.print(what)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def an_answer(text: str | None = "Anouk", *supports: Memory) -> Answered:
    """An answer over its supports, in two hops of which the second stops."""
    first = Hop(2, (Scored(memory(1), 2.5, 0.9), Scored(memory(2, "rain"), 0.5)), 1, 0.1)
    second = Hop(1, (Scored(memory(2, "rain"), 0.5, 0.1),), None, 0.8)
    trace = Trace((first, second), "span", (("Anouk", 0.87),))
    answer = Answer(text, (text,) if text else (), supports, 0.87, trace)
    return Answered("who is my sister?", answer, () if text else supports)


def test_a_statement_is_acknowledged_in_a_word() -> None:
    """One memory is noted; several are counted."""
    assert shown(render.reply(Reply("m", Kind.STATEMENT, stored=(1,)), NOW)) == "  ✍ noted"
    several = shown(render.reply(Reply("m", Kind.STATEMENT, stored=(1, 2)), NOW))
    assert several == "  ✍ noted as 2 memories"


def test_an_answer_stands_over_its_evidence() -> None:
    """The answer first; under it each statement as it was said, and when."""
    supports = (memory(1), memory(2, "she works at Decathlon", 2))
    reply = Reply("m", Kind.QUESTION, answered=an_answer("Decathlon", *supports))
    assert shown(render.reply(reply, NOW)).splitlines() == [
        "  Decathlon",
        "  │ “my sister is Anouk”  3 weeks ago, Mon 2 Mar",
        "  │ “she works at Decathlon”  2 days ago, Mon 23 Mar",
    ]


def test_not_knowing_offers_what_is_closest() -> None:
    """Without an answer the closest memories are shown; without memories that is said."""
    reply = Reply("m", Kind.QUESTION, answered=an_answer(None, memory(1)))
    assert shown(render.reply(reply, NOW)).splitlines() == [
        "  I don't know. The closest that you told me:",
        "  │ “my sister is Anouk”  3 weeks ago, Mon 2 Mar",
    ]
    assert "nothing yet" in shown(
        render.reply(Reply("m", Kind.QUESTION, answered=an_answer(None)), NOW)
    )


def test_a_message_that_tells_and_asks_shows_both() -> None:
    """Answer and acknowledgement stand together, and so does what went wrong."""
    reply = Reply("m", Kind.QUESTION, stored=(7,), answered=an_answer("Anouk", memory()))
    assert [line.strip()[0] for line in shown(render.reply(reply, NOW)).splitlines()] == [
        "A",
        "│",
        "✍",
    ]
    failed = Reply("m", Kind.STATEMENT, line="The server is away.", failed=True)
    assert shown(render.reply(failed, NOW)) == "  ! The server is away."


@pytest.mark.parametrize(
    ("reply", "hint"),
    [
        (Reply("m", Kind.STATEMENT, stored=(1,), unsure=True), words.MAYBE_ASKED),
        (Reply("m", Kind.CHITCHAT, line="Any time.", unsure=True), words.MAYBE_TOLD),
        (Reply("m", Kind.QUESTION, answered=an_answer(), unsure=True), words.MAYBE_TOLD),
        (Reply("m", Kind.QUESTION, stored=(1,), answered=an_answer(), unsure=True), ""),
        (Reply("m", Kind.STATEMENT, line="No room.", failed=True, unsure=True), ""),
        (Reply("m", Kind.STATEMENT, stored=(1,)), ""),
        (Reply("m", Kind.QUESTION, answered=an_answer()), ""),
    ],
)
def test_a_doubt_offers_the_other_reading(reply: Reply, hint: str) -> None:
    """Where the kind may be wrong, the last line names the command that puts it right."""
    last = shown(render.reply(reply, NOW)).splitlines()[-1].strip()
    hints = {words.MAYBE_ASKED, words.MAYBE_TOLD}
    assert (last if last in hints else "") == hint


def test_the_trace_shows_hops_choices_and_the_stop() -> None:
    """Each hop with its candidates; a dot marks what was chosen, the stop included."""
    lines = shown(why(an_answer("Anouk", memory()), NOW)).splitlines()
    assert lines[0] == "  “who is my sister?”  →  Anouk  87% sure"
    assert [line.split()[:2] for line in lines if "hop" in line] == [["hop", "1"], ["hop", "2"]]
    assert [line.split()[3:5] for line in lines if "●" in line] == [
        ["my", "sister"],
        ["nothing", "more:"],
    ]
    assert lines[-1] == "  read as span  Anouk 87%"


def test_a_page_leads_on_to_the_next() -> None:
    """The total is shown, and how to go on where there is more."""
    page = Page((memory(34), memory(33, "rain")), 34)
    assert shown(render.page(page, 1, 4, NOW)).splitlines() == [
        "  34 memories, newest first",
        "  34  my sister is Anouk  Mon 2 Mar",
        "  33  rain                Mon 2 Mar",
        "  page 1 of 4 · /memories 2 goes on",
    ]
    assert "goes on" not in shown(render.page(page, 4, 4, NOW))


def test_the_history_tells_what_was_before() -> None:
    """An edit shows the old text, a forgotten memory only its number."""
    events = (
        Event(EventKind.EDITED, NOW, 12, "old words"),
        Event(EventKind.FORGOTTEN, NOW - timedelta(days=3), 4),
    )
    assert [line.split() for line in shown(render.history(events, NOW)).splitlines()] == [
        ["just", "now", "12", "edited", "was", "“old", "words”"],
        ["3", "days", "ago,", "Sun", "22", "Mar", "4", "forgotten"],
    ]


def test_an_undo_shows_what_it_did() -> None:
    """Taken back, put back, or nothing."""
    assert "✗ 1  my sister" in shown(render.undone(Undone(forgotten=(memory(),))))
    assert "↩ my sister" in shown(render.undone(Undone(restored=(memory(),))))
    assert "nothing to undo" in shown(render.undone(Undone()))


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_everything_fits_the_terminal(width: int) -> None:
    """No line is wider than the terminal, however narrow; lists stay readable on wide ones."""
    long = memory(1, "a rather long statement with ümläuts, 漢字 and 🎈 in it. " * 9)
    parts = (
        render.quote(long, NOW),
        render.listing([long], NOW),
        render.forgotten([long], "hint"),
        why(an_answer("Anouk", long), NOW),
    )
    for part in parts:
        console = Console(width=width)
        with console.capture() as captured:
            console.print(part)
        lines = captured.get().splitlines()
        assert max(console.measure(line).minimum for line in lines) <= width


def test_markup_in_a_statement_is_shown_as_it_is() -> None:
    """Square brackets are words of the user, not colours."""
    assert "[red]" in shown(render.quote(memory(1, "[red]hello[/red]"), NOW))
