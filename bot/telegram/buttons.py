"""What a button carries: an action and up to two numbers, within Telegram's 64 bytes.

Never a right and never a chat: whose memories a tap may touch follows from where it was tapped.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

_FORM: Final = re.compile(r"u([a-z])((?::\d{1,16}){0,2})", re.ASCII)


class Action(StrEnum):
    """What a tap asks for, with the numbers that it carries."""

    WHY = "w"  # message that asked
    FOLD = "f"  # message that asked
    WRONG = "x"  # message that asked
    RIGHT = "r"  # message that asked, memory that is right; 0 for none of them
    ASKED = "q"  # message that was a question
    TOLD = "k"  # message that was a statement
    LEAF = "l"  # page
    DROP = "d"  # memory, page
    FORGET = "g"  # memory
    UNDO = "u"  # memory that was forgotten
    FORGET_ALL = "a"
    KEEP_ALL = "n"


@dataclass(frozen=True, slots=True)
class Tap:
    """A button's meaning.

    Attributes:
        action: What it asks for.
        first: Its first number; 0 where it has none.
        second: Its second number; likewise.
    """

    action: Action
    first: int = 0
    second: int = 0

    @property
    def data(self) -> str:
        """The callback data."""
        return f"u{self.action}:{self.first}:{self.second}"


def parse(data: str | None) -> Tap | None:
    """The meaning of callback data; None for what is none of ours."""
    match = _FORM.fullmatch(data or "")
    if match is None or match[1] not in set(Action):
        return None
    numbers = [int(number) for number in match[2].split(":")[1:]]
    return Tap(Action(match[1]), *numbers)


def button(label: str, action: Action, first: int = 0, second: int = 0) -> InlineKeyboardButton:
    """A button."""
    return InlineKeyboardButton(label, callback_data=Tap(action, first, second).data)


def rows(*lines: list[InlineKeyboardButton]) -> InlineKeyboardMarkup | None:
    """A keyboard; None where it has no buttons."""
    filled = [line for line in lines if line]
    return InlineKeyboardMarkup(filled) if filled else None
