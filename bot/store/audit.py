"""The audit log: what administrators looked at and did. Never shorter than 10,000 entries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.store.connection import Connection
from bot.store.crypto import MasterKey
from bot.store.journal import Journal
from bot.store.keys import ledger_key

_KEEP: Final = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One look or deed of an administrator.

    Attributes:
        time: When, with a time zone.
        admin: The administrator's user id; None for the command line.
        action: "inspect", "stats", "audit", "rebucket", "allow", "disallow", "backup" or "restore".
        scope: Whose memories were looked at; empty for the whole bot.
        revealed: Whether texts were shown.
    """

    time: datetime
    admin: int | None
    action: str
    scope: str = ""
    revealed: bool = False


class AuditLog:
    """The audit log of one bot."""

    def __init__(self, connection: Connection, master: MasterKey, bot_id: int) -> None:
        key = ledger_key(bot_id, "audit")
        self._journal = Journal(connection, master, key, _KEEP, "~")

    async def append(self, entry: Entry) -> None:
        """Add an entry; it is durable when this returns.

        Raises:
            StoreError: It may not have been added.
        """
        await self._journal.append(
            {
                "time": entry.time.isoformat(),
                "admin": entry.admin,
                "action": entry.action,
                "scope": entry.scope,
                "revealed": entry.revealed,
            }
        )

    async def latest(self, limit: int = 50) -> tuple[Entry, ...]:
        """The newest entries, newest first.

        Raises:
            StoreError: They cannot be read.
        """
        return tuple(
            Entry(
                datetime.fromisoformat(record["time"]),
                record["admin"],
                record["action"],
                record["scope"],
                record["revealed"],
            )
            for record in await self._journal.latest(limit)
        )
