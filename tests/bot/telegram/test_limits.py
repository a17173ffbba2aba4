"""Limits as moments in time: never more than allowed, never later than needed, in order."""

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.limits import SLACK, Holds, Window, Windows

STEPS = st.lists(st.floats(0, 3, allow_nan=False), min_size=1, max_size=60)


def moments(windows: Windows, steps: list[float]) -> list[tuple[float, float]]:
    """When each of several sends was asked for, and when it may go."""
    now, found = 0.0, []
    for step in steps:
        now += step
        found.append((now, windows.book(now)))
    return found


@given(STEPS, st.integers(1, 5), st.integers(1, 8))
def test_no_stretch_holds_more_than_allowed(steps: list[float], most: int, wide: int) -> None:
    """In any second at most ``most``, in any ten seconds at most ``wide``, in order of asking."""
    given_ = [at for _, at in moments(Windows(Window(most, 1.0), Window(wide, 10.0)), steps)]
    assert given_ == sorted(given_)
    for limit, stretch_s in ((most, 1.0), (wide, 10.0)):
        pairs = zip(given_, given_[limit:], strict=False)
        assert all(later - earlier >= stretch_s for earlier, later in pairs)


@given(STEPS, st.integers(1, 5))
def test_nothing_waits_without_need(steps: list[float], most: int) -> None:
    """A send waits only for the one that is ``most`` before it."""
    given_ = moments(Windows(Window(most, 1.0)), steps)
    for place, (asked, at) in enumerate(given_):
        before = given_[place - most][1] + SLACK if place >= most else 0.0
        assert at == max(asked, before)


@given(STEPS)
def test_idle_windows_can_be_dropped(steps: list[float]) -> None:
    """Where windows say that they are idle, new ones give the same moments."""
    kept, fresh, now = Windows(Window(2, 1.0)), Windows(Window(2, 1.0)), 0.0
    for step in steps:
        now += step
        if kept.idle(now):
            fresh = Windows(Window(2, 1.0))
        assert kept.book(now) == fresh.book(now)


def test_a_refusal_holds_its_chat_alone() -> None:
    """Who was too fast waits; others do not."""
    holds = Holds()
    assert not holds.hold(1, 100.0, 30.0)
    assert holds.until(1) == 130.0
    assert holds.until(2) == 0.0
    assert holds.until(None) == 0.0


def test_a_shorter_refusal_does_not_shorten_the_wait() -> None:
    """The longest wait that Telegram asked for counts."""
    holds = Holds()
    holds.hold(1, 100.0, 30.0)
    holds.hold(1, 101.0, 5.0)
    assert holds.until(1) == 130.0


def test_several_chats_refused_at_once_hold_everyone() -> None:
    """One after the other they are on their own; together they mean the whole bot."""
    apart = Holds()
    assert not any(apart.hold(chat, 100.0 * chat, 3600.0) for chat in range(1, 10))
    together = Holds()
    assert [together.hold(chat, 100.0 + chat, 7.0) for chat in (1, 2, 3)] == [False, False, True]
    assert together.until(4) == 110.0
    assert together.until(None) == 110.0
