"""What administrators may see. Whatever is looked at stands in the audit log before it is read.

Whether somebody is an administrator was asked before (`bot.access`). Every call raises
`memnn.errors.StoreError`; where the audit log cannot be written, nothing is shown.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from bot.admin import audit as log
from bot.admin import stats as numbers
from bot.admin.inspect import Inspection, Leaf, inspection, read_leaf
from bot.admin.subjects import Subject, Subjects
from bot.store import BucketState, Entry, Ledger, RedisStore
from memnn.records import EventKind

if TYPE_CHECKING:
    from bot.meter import Meter
    from bot.settings import Settings

_TROUBLES: Final = 2


class Admin:
    """Looks at one bot.

    An ``admin`` is the user id of whoever looks; None is the command line.
    """

    def __init__(
        self,
        store: RedisStore,
        ledger: Ledger,
        meter: "Meter | None",
        model: str,
        settings: "Settings",
    ) -> None:
        """Make it.

        Args:
            store: The memories.
            ledger: What the bot keeps beside them.
            meter: What this process counted; None where it is not the bot itself.
            model: Fingerprint of the model that answers; empty where it is not this process.
            settings: Name the bot.

        Raises:
            ConfigurationError: They name none.
        """
        self._store = store
        self._ledger = ledger
        self._meter = meter
        self._model = model
        self._bot_id = settings.bot_id
        self._since = datetime.now(UTC)
        self._subjects = Subjects(store, ledger.chats, settings.bot_id)

    async def resolve(self, who: str | int) -> Subject | None:
        """See `bot.admin.subjects.Subjects.resolve`."""
        return await self._subjects.resolve(who)

    async def record(
        self, action: str, admin: int | None, scope: str = "", *, revealed: bool = False
    ) -> None:
        """Put an entry into the audit log, durable when this returns."""
        await self._ledger.audit.append(Entry(datetime.now(UTC), admin, action, scope, revealed))

    async def chats(self, *, admin: int | None) -> tuple[Subject, ...]:
        """Whom the bot knows, those first that were seen last."""
        await self.record("inspect", admin)
        return await self._subjects.all()

    async def inspect(
        self, subject: Subject, *, admin: int | None, page: int | None = None, reveal: bool = False
    ) -> Inspection:
        """The numbers of a scope, with a page of its memories where one is asked for."""
        await self._look(subject, admin, reveal=reveal)
        found = await inspection(self._store, self._ledger, subject)
        if page is None:
            return found
        return replace(found, leaf=await read_leaf(self._store, subject, page, reveal=reveal))

    async def leaf(
        self, subject: Subject, number: int, *, admin: int | None, reveal: bool = False
    ) -> Leaf:
        """A page of a scope's memories."""
        await self._look(subject, admin, reveal=reveal)
        return await read_leaf(self._store, subject, number, reveal=reveal)

    async def stats(self, *, admin: int | None) -> numbers.Stats:
        """The bot in numbers."""
        await self.record("stats", admin)
        if self._meter is not None:
            await self._meter.flush(self._ledger)
        users, groups = await numbers.count_chats(self._ledger)
        return numbers.Stats(
            datetime.now(UTC),
            users,
            groups,
            await numbers.count_memories(self._store, self._bot_id),
            await self._ledger.days.latest(numbers.DAYS),
            await self._store.server(),
            await self._store.rebucketing.state(),
            await self._ledger.troubles.latest(limit=_TROUBLES),
            numbers.own_version(),
            self._model,
            datetime.now(UTC) - self._since if self._meter else None,
            self._meter.last_poll_age_s if self._meter else None,
        )

    async def audit(
        self,
        number: int = 1,
        *,
        admin: int | None,
        size: int = log.PAGE,
        until: datetime | None = None,
    ) -> log.Deeds:
        """A page of the audit log; see `bot.admin.audit.read_entries`."""
        await self.record("audit", admin)
        entries, more = await log.read_entries(self._ledger.audit, number, size, until)
        deeds = await log.deeds(entries, self._ledger.chats, self._subjects)
        return log.Deeds(number, more, deeds)

    async def rebucket(self, *, admin: int | None) -> BucketState:
        """What is known of the buckets; the admin has asked for them to be made anew."""
        await self.record("rebucket", admin)
        return await self._store.rebucketing.state()

    async def _look(self, subject: Subject, admin: int | None, *, reveal: bool) -> None:
        """Put a look down before it happens; of one at texts, the user's history tells too."""
        await self.record("inspect", admin, subject.scope, revealed=reveal)
        if reveal:
            await self._store.note(subject.scope, EventKind.INSPECTED)
