"""Builds a generation of one scope's buckets beside the one that is read.

What is written meanwhile goes to both: behind the place that the job has reached, and ahead of
where the scope ended when it began, by whoever writes; between, by the job, which finds it there.
Each call is one atomic step, may be repeated, and is refused once a later job is at work: cut off
anywhere, the old generation is read and the build goes on from where it was.
"""

import struct
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final, Literal

from bot.store.codebooks import Codebooks
from bot.store.connection import Connection, Script
from bot.store.errors import TakenOverError
from bot.store.filing import Filing
from bot.store.head import Head
from bot.store.keys import scope_keys
from bot.store.scopes import Scopes
from memnn.codec import decode_words

STRETCH: Final = 8192  # ids; see write.lua
_RANGE: Final = Script("range", "no-writes")
_BUCKETS: Final = Script("buckets", "no-writes")
_BEGIN: Final = Script("build_begin", "allow-oom")
_FILE: Final = Script("build_file")
_END: Final = Script("build_end", "allow-oom")
_PLACE = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Build:
    """A generation of one scope that is being built.

    Attributes:
        head: The scope.
        filing: Names its buckets.
        at: The next id to file.
        top: The id to stop at.
    """

    head: Head
    filing: Filing
    at: int
    top: int

    @property
    def whole(self) -> bool:
        """Whether everything is filed."""
        return self.at >= self.top

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the scope, in the order that scripts expect."""
        return scope_keys(self.head.scope, self.head.generation, self.filing.generation)


class Refiling:
    """Builds of the job with one number. Calls raise `StoreError`.

    `TakenOverError`, one of them, says that a later job is at work.
    """

    def __init__(
        self, connection: Connection, scopes: Scopes, codebooks: Codebooks, fence: int
    ) -> None:
        self._connection = connection
        self._scopes = scopes
        self._codebooks = codebooks
        self._fence = fence

    async def begin(self, scope: str, generation: int) -> Build | None:
        """Begin a build, or go on with one that was cut off.

        Returns:
            None where the scope is gone, or is of that generation already.
        """
        while (head := await self._scopes.head(scope)) is not None:
            built = scope_keys(scope, head.generation, generation)[-1]
            status, *rest = await self._connection.run(
                _BEGIN, (*head.keys, built), head.wrapped, generation, self._fence
            )
            self._refuse(status)
            taken = self._scopes.take(scope, rest[0] if rest else (None,))
            if status == b"going" and taken is not None:
                filing = await self._codebooks.filing(taken, generation)
                return Build(taken, filing, int(rest[1]), int(rest[2]))
            if status != b"stale":
                break
        return None

    async def file(self, build: Build, size: int) -> Build | None:
        """File the next memories, at most so many; None where the scope is gone."""
        while True:
            head, rest = await self._scopes.read(build.head.scope, _RANGE, build.at, size)
            if head is None or head.wrapped != build.head.wrapped:
                return None
            rows, on = rest
            on = min(int(on), build.top)
            status, *rest = await self._connection.run(
                _FILE,
                build.keys,
                *(head.wrapped, build.filing.generation, self._fence, head.version, build.at, on),
                *chain.from_iterable(_postings(build, rows).items()),
            )
            self._refuse(status)
            if status == b"done":
                return replace(build, at=int(rest[0]))
            if status == b"gone":
                return None
            size = max(
                size // 2, 1
            )  # somebody edits there: the less is read, the less is in the way

    async def end(self, build: Build, how: Literal["switch", "drop"]) -> bool:
        """Read the new generation from now on, or give it up; returns whether that was done."""
        status, *rest = await self._connection.run(
            _END, build.keys, build.head.wrapped, build.filing.generation, self._fence, how
        )
        self._refuse(status)
        if rest:
            self._scopes.take(build.head.scope, rest[0])
        return bool(status == b"done")

    async def filed(self, build: Build, words: Collection[int], most: int) -> frozenset[int]:
        """Ids that a question with these words would be answered from, were the build read."""
        keys = scope_keys(build.head.scope, build.filing.generation)
        names = sorted(build.filing.names(words))
        _, rows = await self._connection.run(_BUCKETS, keys, most, *names)
        return frozenset(map(int, rows[::2]))

    def _refuse(self, status: bytes) -> None:
        if status == b"fenced":
            raise self._taken_over()

    @staticmethod
    def _taken_over() -> TakenOverError:
        return TakenOverError("another process files the memories now; this one stops")


def _postings(build: Build, rows: Sequence[bytes]) -> dict[bytes, bytes]:
    """The packed ids of each bucket and stretch, from the rows that are to be filed."""
    cipher, filing = build.head.cipher, build.filing
    found: dict[bytes, bytearray] = {}
    for name, sealed in zip(rows[::2], rows[1::2], strict=True):
        memory_id = int(name)
        if memory_id >= build.top:
            break
        packed, stretch = _PLACE.pack(memory_id), _PLACE.pack(memory_id // STRETCH)
        for bucket in filing.names(decode_words(cipher.open_record(memory_id, sealed))):
            found.setdefault(bucket + stretch, bytearray()).extend(packed)
    return {bucket: bytes(ids) for bucket, ids in found.items()}
