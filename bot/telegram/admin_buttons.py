"""What the buttons of administrators carry: a page and up to two numbers.

Never a right: who taps is asked anew each time. Users' buttons begin with another letter.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from telegram import InlineKeyboardButton

_FORM: Final = re.compile(r"a([a-z]):(-?\d{1,16}):(\d{1,16})", re.ASCII)


class Page(StrEnum):
    """What a tap shows, with the numbers that it carries."""

    OVERVIEW = "o"  # chat
    SIZES = "s"  # chat, page
    TEXTS = "t"  # chat, page
    CHATS = "c"  # page
    AUDIT = "l"  # page, newest entry (Unix ms)


@dataclass(frozen=True, slots=True)
class Turn:
    """A button's meaning.

    Attributes:
        page: What it shows.
        first: Its first number; of a chat, 0 is the terminal.
        second: Its second number; 0 where it has none.
    """

    page: Page
    first: int
    second: int = 0


def parse(data: str | None) -> Turn | None:
    """The meaning of callback data; None for what is none of these."""
    match = _FORM.fullmatch(data or "")
    if match is None or match[1] not in set(Page):
        return None
    return Turn(Page(match[1]), int(match[2]), int(match[3]))


def button(label: str, turn: Turn) -> InlineKeyboardButton:
    """A button."""
    return InlineKeyboardButton(label, callback_data=f"a{turn.page}:{turn.first}:{turn.second}")
