"""Numbers of one scope, for those who look after the bot: no memory's text is returned."""

from dataclasses import dataclass
from datetime import datetime

from bot.store.connection import Script
from bot.store.mirror import open_rows
from bot.store.scopes import Scopes

_FACTS = Script("facts", "no-writes")


@dataclass(frozen=True, slots=True)
class ScopeFacts:
    """One scope in numbers.

    Attributes:
        count: Memories held.
        first: Write time of the oldest memory, by write order; None where there is none.
        last: Write time of the newest.
        bytes: What all keys of the scope take in Redis.
        buckets: Word buckets that hold a memory.
        fullest: Memories in the fullest of them.
        generation: Of the buckets.
        layout: Version of the layout that the scope was last written in.
    """

    count: int = 0
    first: datetime | None = None
    last: datetime | None = None
    bytes: int = 0
    buckets: int = 0
    fullest: int = 0
    generation: int = 0
    layout: int = 0


async def scope_facts(scopes: Scopes, scope: str) -> ScopeFacts:
    """The numbers of a scope at one moment; all zero where there is none.

    Raises:
        StoreError: They cannot be read.
    """
    head, rest = await scopes.read(scope, _FACTS)
    if head is None:
        return ScopeFacts()
    rows, used, buckets, fullest, layout = rest
    ends = open_rows(head.cipher, rows)
    return ScopeFacts(
        head.count,
        ends[0].time if ends else None,
        ends[-1].time if ends else None,
        used,
        buckets,
        fullest,
        head.generation,
        layout,
    )
