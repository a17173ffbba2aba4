"""The audit log for people: who looked at whom, and when, page by page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.admin.subjects import Subject, Subjects
from bot.store import AuditLog, Chat, Chats, Entry

PAGE: Final = 12
_AT_FIRST: Final = 50


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry with the names that belong to it.

    Attributes:
        entry: As it was written.
        admin: What is known of the administrator; None for the command line, or where nothing is.
        subject: Whose memories it was about; None where it was about the whole bot.
    """

    entry: Entry
    admin: Chat | None
    subject: Subject | None


@dataclass(frozen=True, slots=True)
class Deeds:
    """A page of the audit log, newest first.

    Attributes:
        number: Of the page, from 1.
        more: Whether there are older entries.
        deeds: The entries.
    """

    number: int
    more: bool
    deeds: tuple[Deed, ...]


async def read_entries(
    log: AuditLog, number: int, size: int, until: datetime | None
) -> tuple[tuple[Entry, ...], bool]:
    """The n-th page of the log.

    Args:
        log: The log.
        number: Of the page, from 1.
        size: Entries a page.
        until: Pages are counted from here back: looking at the log makes it longer.

    Returns:
        The entries, and whether there are older ones.

    Raises:
        StoreError: They cannot be read.
    """
    wanted, limit = number * size + 1, _AT_FIRST
    while True:
        read = await log.latest(limit)
        held = [entry for entry in read if until is None or entry.time <= until]
        if len(held) >= wanted or len(read) < limit:
            return tuple(held[(number - 1) * size : number * size]), len(held) >= wanted
        limit *= 2


async def deeds(entries: tuple[Entry, ...], chats: Chats, subjects: Subjects) -> tuple[Deed, ...]:
    """Entries with their names.

    Raises:
        StoreError: They cannot be read.
    """
    return tuple(
        [
            Deed(
                entry,
                None if entry.admin is None else await chats.get(entry.admin),
                await subjects.of_scope(entry.scope) if entry.scope else None,
            )
            for entry in entries
        ]
    )
