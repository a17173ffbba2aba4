"""One scope as an administrator sees it: numbers, and memories without their texts.

Nothing here asks whether it may: `bot.admin.admin` writes the audit log first, and alone calls it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.admin.subjects import Subject
from bot.paging import leaf, pages
from bot.parts import clean
from bot.store import Ledger, RedisStore, ScopeFacts, Trouble
from memnn.features import FINGERPRINT_BYTES
from memnn.records import Memory

PAGE: Final = 10
_TROUBLES: Final = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One memory.

    Attributes:
        id: Its number.
        time: When it was written.
        speaker: First letter of who said it; empty for the owner of the memories.
        characters: Length of its text.
        words: How many word buckets it is filed in.
        text: None unless it was asked to be revealed.
    """

    id: int
    time: datetime
    speaker: str
    characters: int
    words: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of memories, newest first.

    Attributes:
        subject: Whose.
        number: Of the page, from 1.
        pages: How many there are.
        total: How many memories there are.
        revealed: Whether the rows have texts.
        rows: The memories.
    """

    subject: Subject
    number: int
    pages: int
    total: int
    revealed: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """A scope in numbers.

    Attributes:
        subject: Whose.
        facts: Of the memories.
        model: Fingerprint of the model that wrote the newest memory; empty where there is none.
        troubles: The last errors, newest first.
        leaf: A page of the memories; None where none was asked for.
    """

    subject: Subject
    facts: ScopeFacts
    model: str
    troubles: tuple[Trouble, ...]
    leaf: Leaf | None = None


async def inspection(store: RedisStore, ledger: Ledger, subject: Subject) -> Inspection:
    """The numbers of a scope.

    Raises:
        StoreError: They cannot be read.
    """
    newest = (await store.page(subject.scope, limit=1)).memories
    return Inspection(
        subject,
        await store.facts(subject.scope),
        newest[0].features[:FINGERPRINT_BYTES].hex() if newest else "",
        await ledger.troubles.latest(subject.scope, _TROUBLES),
    )


async def read_leaf(store: RedisStore, subject: Subject, number: int, *, reveal: bool) -> Leaf:
    """A page of a scope's memories; the last one where the number is beyond it.

    Raises:
        StoreError: It cannot be read.
    """
    total = (await store.page(subject.scope, limit=0)).total
    number = min(max(number, 1), pages(total, PAGE))
    page = await leaf(store, subject.scope, number, PAGE)
    rows = tuple(_row(memory, reveal=reveal) for memory in page.memories)
    return Leaf(subject, number, pages(page.total, PAGE), page.total, reveal, rows)


def _row(memory: Memory, *, reveal: bool) -> Row:
    return Row(
        memory.id,
        memory.time,
        clean(memory.speaker)[:1],
        len(memory.text),
        len(memory.words),
        memory.text if reveal else None,
    )
