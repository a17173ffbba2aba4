"""The audit log in words: "Ada (1) read memories of Bob". Pure."""

from typing import Final

from bot.admin.audit import Deed
from bot.admin.lines import named, title
from bot.admin.subjects import Subject

_COMMAND_LINE: Final = "command line"
_DONE: Final = {
    "inspect": "looked at {whom}",
    "stats": "looked at the numbers",
    "audit": "looked at this log",
    "rebucket": "had the buckets made anew",
    "allow": "let in {whom}",
    "disallow": "turned away {whom}",
    "backup": "made a backup",
    "restore": "put a backup back",
}
_READ: Final = "read memories of {whom}"
_EVERYBODY: Final = "the list of chats"


def doer(deed: Deed) -> str:
    """Who it was: a name and an id, as far as known."""
    if deed.entry.admin is None:
        return _COMMAND_LINE
    return _with_id(named(deed.admin) if deed.admin else "", deed.entry.admin)


def done(deed: Deed) -> str:
    """What was done; an action that this version does not know stands as it is."""
    entry = deed.entry
    words = _READ if entry.revealed else _DONE.get(entry.action, entry.action)
    return words.format(whom=_whom(deed.subject) if deed.subject else _EVERYBODY)


def _whom(subject: Subject) -> str:
    if subject.id is None:
        return title(subject)
    return _with_id(named(subject.chat) if subject.chat else "", subject.id)


def _with_id(name: str, some_id: int) -> str:
    """A name that says who is meant: names change, and anybody may take any."""
    return f"{name} ({some_id})" if name else str(some_id)
