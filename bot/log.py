"""Logging, set up once. What is logged never holds what a user wrote, nor a secret.

Our own lines see to that themselves. The libraries' do not: at INFO they log addresses with the
token in them, at ERROR updates and answers that they could not read. Of those only warnings and
worse are let through: the first line, and of that the template, without what would be filled in. A
traceback shows places and kinds of errors, but not their texts, which may quote what was being
worked on.
"""

import logging
import re
from traceback import extract_tb, format_list
from types import TracebackType
from typing import Final, TypeAlias

_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_OURS: Final = frozenset({"bot", "memnn", "__main__"})
_TOKEN: Final = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")

_Raised: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


def configure(level: str) -> None:
    """Send log lines of at least this level to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet(_FORMAT))
    handler.addFilter(foreign)
    logging.basicConfig(level=level, handlers=[handler])


def foreign(record: logging.LogRecord) -> bool:
    """Take from a library's line what it was filled in with; whether the line is worth logging."""
    if record.name.partition(".")[0] in _OURS:
        return True
    record.msg, record.args = str(record.msg).partition("\n")[0], None
    return record.levelno >= logging.WARNING


class Discreet(logging.Formatter):
    """Shows neither the texts of exceptions nor, whatever happens, a token."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        record.exc_text = None  # another handler may have left the usual traceback
        return _TOKEN.sub("TOKEN", super().format(record))

    def formatException(self, ei: _Raised) -> str:  # noqa: N802 -- the base class names it
        """Where an exception and those that led to it were raised, and of which kind they are."""
        parts: list[str] = []
        error = ei[1]
        while error is not None:
            places = "".join(format_list(extract_tb(error.__traceback__)))
            parts.insert(0, f"{places}{type(error).__qualname__}")
            error = error.__cause__ or error.__context__
        return "\n\n".join(parts)
