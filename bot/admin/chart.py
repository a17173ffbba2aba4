"""The last days as a picture: how much was said, how fast the replies came, what was declined.

Made for a phone: upright, few and large letters, a ground of its own that suits light and dark.
Importing matplotlib takes a while, so that only drawing does it.
"""

# ruff: noqa: PLC0415 -- see above

from collections.abc import Sequence
from io import BytesIO
from math import ceil, nan
from typing import TYPE_CHECKING, Final

from bot.admin.stats import totals
from bot.admin.units import share
from bot.store import Day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INCHES: Final = (10.8, 13.5)
_DPI: Final = 100
_GROUND, _GRID, _TEXT, _DIM = "#18222d", "#2f3d4c", "#eef3f8", "#a9b8c6"
_TOLD, _ASKED, _CHATTED = "#58a6e8", "#f3b04d", "#8794a1"
_USUAL, _SLOW, _DECLINED = "#5cc8a5", "#ee7f6d", "#c48be0"
_HEAD, _TITLE, _LETTERS = 32, 27, 23
_BAR: Final = 0.8
_WEEK: Final = 7
_LEAST_DAYS: Final = 14
_FEW: Final = 4  # messages: where there are fewer a day, bars stay low
_STEPS_S: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
_THOUSANDS: Final = 10_000  # from here on, counts are given in thousands
_ROOM: Final = 1.9  # above and below the times, as a factor


def draw(days: Sequence[Day]) -> bytes:
    """Some days as a PNG of 1080 by 1350; takes a second, so that a thread should do it.

    Args:
        days: Oldest first; at least one.
    """
    from matplotlib.figure import Figure

    days = _since_first(days)
    figure = Figure(_INCHES, _DPI, facecolor=_GROUND)
    panels = figure.subplots(3, 1, sharex=True, gridspec_kw={"height_ratios": (3, 2.2, 1.6)})
    for axes, fill in zip(panels, (_said, _replies, _declined), strict=True):
        _calm(axes)
        fill(axes, days)
    _dates(panels[-1], days)
    if not totals(days).messages:
        figure.text(0.54, 0.7, "nothing yet", color=_DIM, fontsize=_TITLE, ha="center")
    span = f"{_date(days[0])} – {_date(days[-1])}"
    figure.text(0.045, 0.962, "memnn-bot", color=_TEXT, fontsize=_HEAD, weight="bold")
    figure.text(0.94, 0.962, f"{span} (UTC)", color=_DIM, fontsize=_LETTERS, ha="right")
    figure.subplots_adjust(left=0.125, right=0.94, top=0.885, bottom=0.055, hspace=0.38)
    file = BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def _said(axes: "Axes", days: Sequence[Day]) -> None:
    """Messages a day, stacked by kind."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    below = [0] * len(days)
    for field, label, colour in (
        ("statements", "told", _TOLD),
        ("questions", "asked", _ASKED),
        ("chitchat", "chitchat", _CHATTED),
    ):
        counts = [getattr(day, field) for day in days]
        axes.bar(range(len(days)), counts, _BAR, bottom=below, color=colour, label=label)
        below = [low + count for low, count in zip(below, counts, strict=True)]
    axes.set_ylim(0, max(_FEW, *below) * 1.06)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _brief(value)))
    _title(axes, "Messages a day", columns=3)


def _replies(axes: "Axes", days: Sequence[Day]) -> None:
    """Within which time half of a day's replies came, and within which 95 of 100."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    each = [totals([day]) for day in days]
    times = [(t.p50_s or nan, t.p95_s or nan) for t in each]
    for at, label, colour in ((0, "half within", _USUAL), (1, "95 % within", _SLOW)):
        line = [pair[at] for pair in times]
        axes.plot(line, color=colour, label=label, linewidth=4, marker="o", markersize=7)
    known = [value for pair in times for value in pair if value > 0] or [*_STEPS_S[1:4]]
    axes.set_yscale("log")
    axes.set_ylim(min(known) / _ROOM, max(known) * _ROOM)
    axes.yaxis.set_major_locator(FixedLocator(_STEPS_S))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _time(value)))
    _title(axes, "Time to reply", columns=2)


def _declined(axes: "Axes", days: Sequence[Day]) -> None:
    """Which share of a day's questions got no answer."""
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    shares = [totals([day]).declined_share or 0.0 for day in days]
    axes.bar(range(len(days)), shares, _BAR, color=_DECLINED)
    axes.set_ylim(0, max(0.2, ceil(max(shares) * 10) / 10) * 1.06)
    axes.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    _title(axes, "Questions declined")
    whole = totals(days)
    if whole.questions:
        told = f"{share(whole.declined_share)} of {whole.questions:,}"
        axes.set_title(told, loc="right", pad=16, color=_DIM, fontsize=_LETTERS)


def _calm(axes: "Axes") -> None:
    """Only what helps reading: pale lines across, no frame but the ground line."""
    axes.set_facecolor(_GROUND)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=_GRID, linewidth=2)
    axes.spines[["top", "left", "right"]].set_visible(False)
    axes.spines["bottom"].set(color=_GRID, linewidth=2)
    axes.tick_params(length=0, pad=10, labelsize=_LETTERS, labelcolor=_DIM)


def _title(axes: "Axes", text: str, columns: int = 0) -> None:
    """A panel's name on its upper left, what its colours mean on its upper right."""
    axes.set_title(text, loc="left", x=-0.097, pad=16, color=_TEXT, fontsize=_TITLE)
    if columns:
        axes.legend(
            loc="lower right",
            bbox_to_anchor=(1.01, 0.985),
            ncols=columns,
            frameon=False,
            fontsize=_LETTERS,
            labelcolor=_DIM,
            handlelength=0.9,
            handletextpad=0.4,
            columnspacing=1.1,
        )


def _dates(axes: "Axes", days: Sequence[Day]) -> None:
    """Today and every week before it."""
    shown = range(len(days) - 1, -1, -_WEEK)
    axes.set_xlim(-0.6, len(days) - 0.4)
    axes.set_xticks([*shown], [_date(days[place]) for place in shown])


def _since_first(days: Sequence[Day]) -> Sequence[Day]:
    """Without the days before anything was said, as far as that leaves two weeks."""
    empty = next((at for at, day in enumerate(days) if totals([day]).messages), len(days))
    return days[min(empty, max(0, len(days) - _LEAST_DAYS)) :]


def _date(day: Day) -> str:
    return f"{day.date.day} {day.date:%b}"


def _brief(value: float) -> str:
    return f"{value / 1000:,.0f}k" if value >= _THOUSANDS else f"{value:,.0f}"


def _time(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.0f} s"
