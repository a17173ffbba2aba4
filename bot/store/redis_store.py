"""The store over Redis: memories encrypted, every write one script, hot scopes mirrored here.

A write is planned against the scope as this process last saw it and carried out only if the scope
is still at that version; else it is planned again. So several processes may write one scope, and a
write that is repeated because its reply was lost is recognised and changes nothing.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from bot.store.change import Change, edited
from bot.store.codebooks import Codebooks
from bot.store.connection import Connection, Revive, Script, ServerFacts
from bot.store.facts import ScopeFacts, scope_facts
from bot.store.head import Head, new_head
from bot.store.history import read_events
from bot.store.keys import UNFILED, WORDS_ALONE
from bot.store.ledger import Ledger
from bot.store.mirror import Mirror, Mirrors, bring_up, open_rows
from bot.store.opening import check_version, check_whole, open_master_key
from bot.store.rebucketing import Rebucketing
from bot.store.scopes import Scopes
from bot.store.warming import Warming
from bot.store.writer import Writer
from memnn.hashing import Hashing
from memnn.records import Event, EventKind, Memory, Page, Plan
from memnn.slots import Slots
from memnn.store import Featuriser

_FORGET_ALL: Final = Script("forget_all", "allow-oom")
_LOOK: Final = Script("look", "no-writes")
_SYNC: Final = Script("sync", "no-writes")
_BUCKETS: Final = Script("buckets", "no-writes")
_PAGE: Final = Script("page", "no-writes")
_HISTORY: Final = Script("history", "no-writes")

_HOT_BYTES: Final = 64 << 20
SCORE_ALL: Final = 20_000
COLD: Final = 2_000  # memories that a scope which is not hot is answered from: 50 ms or so


class RedisStore:
    """A `memnn.store.Store` over Redis 7, Valkey, or the embedded server. Made by `open`."""

    def __init__(
        self,
        connection: Connection,
        scopes: Scopes,
        featuriser: Featuriser | None,
        mirrors: Mirrors,
    ) -> None:
        self._connection = connection
        self._scopes = scopes
        self._codebooks = Codebooks(connection, scopes.master)
        self._writer = Writer(connection, scopes)
        self._featuriser = featuriser
        self._mirrors = mirrors
        self._warming = Warming(scopes, mirrors, featuriser)
        self._score_all = SCORE_ALL
        self._key_created = False

    @classmethod
    @asynccontextmanager
    async def open(  # noqa: PLR0913 -- all but the URL are named
        cls,
        url: str,
        *,
        key_file: Path,
        featuriser: Featuriser | None,
        password: str | None = None,
        hot_bytes: int = _HOT_BYTES,
        score_all: int = SCORE_ALL,
        revive: Revive | None = None,
    ) -> AsyncIterator["RedisStore"]:
        """Connect, and check that server and key file fit together; closes at the end.

        Args:
            url: "unix:///PATH", "redis://HOST:PORT/DB" or "rediss://HOST:PORT/DB".
            key_file: The master key; created where the server holds no data.
            featuriser: Computes features anew that another model wrote; None where no candidates
                are asked for.
            password: Of the server.
            hot_bytes: How much memory the mirrors may take, about.
            score_all: Up to so many memories, a scope is read as a whole for its first question;
                beyond, what shares a word answers while the rest is loaded.
            revive: Brings a dead server back; awaited before a call is repeated once.

        Raises:
            StoreUnavailableError: The server does not answer, refuses the login, or is too old.
            StoreKeyError: The key file is missing, malformed, or not that of the data.
            StoreError: A restore did not end.
        """
        connection = Connection(url, password, revive)
        try:
            await check_version(connection)
            await check_whole(connection)
            master, created = await open_master_key(connection, key_file)
            store = cls(connection, Scopes(connection, master), featuriser, Mirrors(hot_bytes))
            store._score_all = score_all
            store._key_created = created
            try:
                yield store
            finally:
                await store._warming.close()
        finally:
            await connection.close()

    @property
    def key_created(self) -> bool:
        """Whether opening this store made the key file: the first start."""
        return self._key_created

    @property
    def hot_bytes(self) -> int:
        """About how many bytes the scopes kept hot in this process take."""
        return self._mirrors.nbytes

    def ledger(self, bot_id: int) -> Ledger:
        """What the bot of this Telegram id keeps beside memories.

        Its cache and its inbox know what went through them: take one a process.
        """
        return Ledger.over(self._connection, self._scopes.master, bot_id)

    async def scopes(self) -> tuple[str, ...]:
        """All scopes, sorted by name."""
        return await self._scopes.names()

    async def add(self, scope: str, plan: Plan) -> tuple[int, ...]:
        """See `Store.add`."""
        return (await self.add_all(scope, (plan,)))[0]

    async def add_all(self, scope: str, plans: Sequence[Plan]) -> tuple[tuple[int, ...], ...]:
        """See `Store.add_all`."""
        told: dict[str, Plan] = {}
        for plan in plans:
            told.setdefault(plan.message_id, plan)
        ids: dict[str, tuple[int, ...]] = {}

        async def planner() -> tuple[Change | None, dict[str, tuple[int, ...]]]:
            fresh = [plan for name, plan in told.items() if name not in ids]
            if not fresh:
                return None, {}
            head = await self._scopes.head(scope) or new_head(scope, self._scopes.master)
            change = await self._change(head, tuple(plan.message_id for plan in fresh))
            return change, {plan.message_id: change.append(plan) for plan in fresh}

        while len(ids) < len(told):
            made, known = await self._writer.carry_out(scope, planner)
            names = tuple(made)
            ids |= {names[place]: held for place, held in known.items()} if known else made
        return tuple(ids[plan.message_id] for plan in plans)

    async def edit(self, scope: str, plan: Plan) -> tuple[Memory, ...]:
        """See `Store.edit`."""

        async def planner() -> tuple[Change | None, tuple[Memory, ...]]:
            head, old = await self._look(scope, message=plan.message_id)
            same = [memory.text for memory in old] == [slot.text for slot in plan.slots]
            if head is None or not old or same:
                return None, old
            return edited(head, await self._codebooks.filings(head), old, plan), old

        return (await self._writer.carry_out(scope, planner))[0]

    async def forget(self, scope: str, ids: Collection[int]) -> tuple[Memory, ...]:
        """See `Store.forget`."""

        async def planner() -> tuple[Change | None, tuple[Memory, ...]]:
            head, gone = await self._look(scope, ids=ids)
            if head is None or not gone:
                return None, ()
            change = await self._change(head)
            for memory in gone:
                change.remove(memory)
            return change, gone

        return (await self._writer.carry_out(scope, planner))[0]

    async def restore(self, scope: str, memories: Sequence[Memory]) -> tuple[int, ...]:
        """See `Store.restore`."""
        wanted = {memory.id: memory for memory in memories}

        async def planner() -> tuple[Change | None, tuple[int, ...]]:
            head, held = await self._look(scope, ids=wanted)
            back = wanted.keys() - {memory.id for memory in held}
            if not back:
                return None, ()
            change = await self._change(head or new_head(scope, self._scopes.master))
            for memory_id in sorted(back):
                change.restore(wanted[memory_id])
            return change, tuple(sorted(back))

        return (await self._writer.carry_out(scope, planner))[0]

    async def forget_all(self, scope: str) -> int:
        """See `Store.forget_all`."""
        async with self._scopes.lock(scope):
            self._mirrors.drop(scope)
            self._warming.stop(scope)
            while (head := await self._scopes.head(scope)) is not None:
                status, *rest = await self._connection.run(
                    _FORGET_ALL, head.keys, head.wrapped, head.generation, head.building
                )
                if status != b"stale":
                    break
                self._scopes.take(scope, rest[0])
            await self._scopes.delist(scope)
        if head is None or status != b"done":
            return 0
        self._connection.compact()
        return int(rest[0])

    async def candidates(self, scope: str, words: Collection[int]) -> Slots:
        """See `Store.candidates`."""
        async with self._scopes.lock(scope):
            mirror = self._mirrors.get(scope)
            while True:
                head, (mode, rows) = await self._scopes.read(
                    scope, _SYNC, mirror.wrapped, mirror.version, mirror.next_id, self._score_all
                )
                if head is None or mode != b"large":
                    break
                if head.generation != UNFILED:
                    self._mirrors.drop(scope)
                    return await self._cold(head, words)
                mirror = await self._warming.whole(head)
            if head is None:
                self._mirrors.drop(scope)
                return Slots()
            self._bring_up(head, mirror, mode, rows)
            if head.generation > WORDS_ALONE:
                book = await self._codebooks.get(head.generation)
                mirror.slots.hashing = Hashing(codebook=book)
        return mirror.slots

    async def page(self, scope: str, *, before: int | None = None, limit: int = 10) -> Page:
        """See `Store.page`."""
        start = 0 if before is None else max(before, 1)  # to the script, 0 is the newest
        head, rest = await self._scopes.read(scope, _PAGE, start, max(limit, 0))
        if head is None:
            return Page((), 0)
        return Page(tuple(open_rows(head.cipher, rest[0])[::-1]), head.count)

    async def history(self, scope: str, *, limit: int = 50) -> tuple[Event, ...]:
        """See `Store.history`."""
        if limit <= 0:
            return ()
        head, rest = await self._scopes.read(scope, _HISTORY, limit)
        if head is None:
            return ()
        events, sealed = rest
        return read_events(head, events, sealed)

    async def note(self, scope: str, kind: EventKind, memory_id: int = 0) -> None:
        """See `Store.note`."""

        async def planner() -> tuple[Change | None, None]:
            head = await self._scopes.head(scope)
            if head is None:
                return None, None
            # A change like any other, a version of its own included: the log's ids are versions.
            change = await self._change(head)
            change.note(kind, memory_id)
            return change, None

        await self._writer.carry_out(scope, planner)

    @property
    def rebucketing(self) -> Rebucketing:
        """What the job that builds the buckets works with."""
        return Rebucketing(self._connection, self._scopes, self._codebooks, self._featuriser)

    async def facts(self, scope: str) -> ScopeFacts:
        """Numbers of a scope; all zero where there is none.

        Raises:
            StoreError: They cannot be read.
        """
        return await scope_facts(self._scopes, scope)

    async def server(self) -> ServerFacts:
        """What the server says about itself.

        Raises:
            StoreError: It does not answer.
        """
        return await self._connection.facts()

    async def ping(self) -> None:
        """Hear from the server.

        Raises:
            StoreError: It does not answer.
        """
        await self._connection.command("PING")

    async def close(self) -> None:
        """See `Store.close`."""
        await self._warming.close()
        await self._connection.close()

    async def _change(self, head: Head, unless: tuple[str, ...] = ()) -> Change:
        return Change(head, await self._codebooks.filings(head), unless)

    async def _look(
        self, scope: str, *, message: str | None = None, ids: Collection[int] = ()
    ) -> tuple[Head | None, tuple[Memory, ...]]:
        """The head with the memories of a message, or those with some ids, at one moment."""
        while True:
            known = await self._scopes.head(scope)
            if known is None:
                return None, ()
            name = b"" if message is None else known.cipher.message(message)
            head, rest = await self._scopes.read(scope, _LOOK, name, *sorted(set(ids)))
            if head is None:
                return None, ()
            if head.wrapped == known.wrapped:  # else the name was made with a key that is gone
                return head, tuple(open_rows(head.cipher, rest[0]))

    def _bring_up(self, head: Head, mirror: Mirror, mode: bytes, rows: list[bytes]) -> None:
        """Take what `sync.lua` returned into a mirror, and keep that."""
        if mode == b"all":
            mirror.slots = Slots(open_rows(head.cipher, rows, self._featuriser))
        elif mode == b"some":
            bring_up(mirror, head.cipher, rows, self._featuriser)
        mirror.wrapped, mirror.version, mirror.next_id = head.wrapped, head.version, head.next_id
        self._mirrors.keep(head.scope, mirror)

    async def _cold(self, head: Head, words: Collection[int]) -> Slots:
        """What shares a bucket, of a large scope that is not hot; it is being made so meanwhile."""
        self._warming.start(head)
        while True:
            names = (await self._codebooks.filing(head, head.generation)).names(words)
            newer, rest = await self._scopes.read(head.scope, _BUCKETS, COLD, *sorted(names))
            if newer is None:
                return Slots()
            if (newer.wrapped, newer.generation) == (head.wrapped, head.generation):
                return Slots(open_rows(newer.cipher, rest[0], self._featuriser))
            head = newer
