"""The last errors, in words of our own: never what a user wrote."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.store.connection import Connection
from bot.store.crypto import MasterKey
from bot.store.journal import Journal
from bot.store.keys import ledger_key

_KEEP: Final = 200


@dataclass(frozen=True, slots=True)
class Trouble:
    """One error.

    Attributes:
        time: When, with a time zone.
        scope: Where it happened; empty for the whole bot.
        what: Its class and a line of our own words.
    """

    time: datetime
    scope: str
    what: str


class Troubles:
    """The last errors of one bot; the newest 200 are kept."""

    def __init__(self, connection: Connection, master: MasterKey, bot_id: int) -> None:
        key = ledger_key(bot_id, "troubles")
        self._journal = Journal(connection, master, key, _KEEP, "=")

    async def add(self, trouble: Trouble) -> None:
        """Keep an error.

        Raises:
            StoreError: It may not have been kept.
        """
        await self._journal.append(
            {"time": trouble.time.isoformat(), "scope": trouble.scope, "what": trouble.what}
        )

    async def latest(self, scope: str | None = None, limit: int = 5) -> tuple[Trouble, ...]:
        """The newest errors, newest first: of one scope, or of all where that is None.

        Raises:
            StoreError: They cannot be read.
        """
        found = (
            Trouble(datetime.fromisoformat(record["time"]), record["scope"], record["what"])
            for record in await self._journal.latest(_KEEP)
        )
        wanted = [trouble for trouble in found if scope is None or trouble.scope == scope]
        return tuple(wanted[: max(limit, 0)])
