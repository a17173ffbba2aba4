"""The store protocol: what the memory network asks of whatever holds its memories.

Invariants, held by one contract suite over every implementation (`tests/contract`):

1. A write is one atomic step: all slots of a plan are stored, or none. It is durable, as far as the
   store can make it, before the call returns.
2. `add` is idempotent by message id: repeated, it changes nothing and returns the same ids.
   A message whose memories were all forgotten stays known: redelivered, it is not stored again.
3. Ids count up from 1 in write order within a scope and are never given to another memory,
   neither after `forget` nor after an edit; only `forget_all` starts again.
4. No call reads or changes another scope.
5. What `forget`, `edit` or `forget_all` removed is in no later result, whichever process asks;
   its text is nowhere in the store, the log included.
6. A failed call raises a `memnn.errors.StoreError` and has changed nothing, except that a call cut
   off while the server was writing may have been carried out: repeating it is always safe.
7. Calls on one scope may come from several tasks and processes at once.
"""

from collections.abc import Collection, Sequence
from typing import Protocol

from memnn.records import Event, EventKind, Memory, Page, Plan
from memnn.slots import Slots


class Featuriser(Protocol):
    """What a store needs of the model: to recompute features that another model wrote."""

    @property
    def fingerprint(self) -> bytes:
        """The first bytes of every features value that this model writes."""
        ...

    def features(self, texts: Sequence[str]) -> list[bytes]:
        """Φ(y) of each text, packed by `memnn.features.pack`."""
        ...


class Store(Protocol):
    """Memories by scope. A scope's name is opaque; see the module for the invariants."""

    async def add(self, scope: str, plan: Plan) -> tuple[int, ...]:
        """Append the slots of a plan.

        Returns:
            The ids of the message's memories: new ones, or those that it already had.
        """
        ...

    async def add_all(self, scope: str, plans: Sequence[Plan]) -> tuple[tuple[int, ...], ...]:
        """Append the slots of several plans, each as `add` does, and all of them in one step.

        Returns:
            What `add` would return for each.
        """
        ...

    async def edit(self, scope: str, plan: Plan) -> tuple[Memory, ...]:
        """Replace the memories of a message that is already known.

        The n-th new slot takes the id and the write time of the n-th old memory; further slots get
        new ids and the old write time; surplus old memories are forgotten. The old texts go to the
        log. An edit with the texts that are stored changes nothing.

        Returns:
            The memories as they were before; empty for a message that holds none, in which case
            nothing was changed.
        """
        ...

    async def forget(self, scope: str, ids: Collection[int]) -> tuple[Memory, ...]:
        """Remove memories; unknown ids are passed over.

        Returns:
            The memories that were removed, in write order.
        """
        ...

    async def restore(self, scope: str, memories: Sequence[Memory]) -> tuple[int, ...]:
        """Put forgotten memories back under their old ids; those whose id is taken are passed over.

        Returns:
            The ids that were put back.
        """
        ...

    async def forget_all(self, scope: str) -> int:
        """Remove everything of a scope: its data key first, so that even a copy is unreadable.

        Returns:
            How many memories were removed.
        """
        ...

    async def candidates(self, scope: str, words: Collection[int]) -> Slots:
        """The memories that O should score for a question with these content words.

        All of the scope while it is small enough to score everything, else those that share a
        bucket with a word. The result is read before the next await and not kept.
        """
        ...

    async def page(self, scope: str, *, before: int | None = None, limit: int = 10) -> Page:
        """Memories with an id below ``before`` (None: from the newest), newest first."""
        ...

    async def history(self, scope: str, *, limit: int = 50) -> tuple[Event, ...]:
        """The latest events of the scope's log, newest first."""
        ...

    async def note(self, scope: str, kind: EventKind, memory_id: int = 0) -> None:
        """Write to the scope's log what changes no memory: a look at them, a correction.

        A scope that is not there, or was forgotten, has no log: nothing is written.

        Args:
            scope: The scope.
            kind: `EventKind.INSPECTED` or `EventKind.CORRECTED`.
            memory_id: The memory that it is about; 0 for all of them.
        """
        ...

    async def close(self) -> None:
        """Let go of connections. The memories stay."""
        ...
