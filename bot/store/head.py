"""What a client knows of one scope: its key and the counters at one version."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.store.crypto import MasterKey, ScopeCipher
from bot.store.keys import LAYOUT_VERSION, UNFILED, scope_keys
from memnn.errors import StoreError


@dataclass(frozen=True, slots=True)
class Head:
    """A scope at one version.

    Attributes:
        scope: Its name.
        wrapped: Its wrapped data key; differs after `forget_all`.
        cipher: What that key does.
        version: Counts changes; 0 for a scope that is not in Redis yet.
        next_id: The id that the next memory gets.
        count: Memories held.
        generation: Of the buckets that are read; `UNFILED` where there are none.
        building: Generation that is built beside it; `UNFILED` for none.
        listed: Whether this process saw the scope into the set of scopes.
    """

    scope: str
    wrapped: bytes
    cipher: ScopeCipher
    version: int = 0
    next_id: int = 1
    count: int = 0
    generation: int = UNFILED
    building: int = UNFILED
    listed: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the scope, in the order that scripts expect."""
        return scope_keys(self.scope, self.generation, self.building)

    def after(self, next_id: int) -> "Head":
        """The head once a change of this process was carried out; the count is left stale."""
        return replace(self, version=self.version + 1, next_id=next_id)


def new_head(scope: str, master: MasterKey) -> Head:
    """The head of a scope that is not in Redis yet, with a fresh data key."""
    wrapped = master.new_data_key(scope)
    return Head(scope, wrapped, master.unwrap(scope, wrapped))


def read_head(
    scope: str, fields: Sequence[bytes | None], master: MasterKey, known: Head | None
) -> Head | None:
    """The head from the fields that every script returns; None where the scope is not in Redis.

    Args:
        scope: Its name.
        fields: key, ver, next, count, gen, fmt, bld.
        master: Unwraps the data key, unless it is that of `known`.
        known: What this process knew before.

    Raises:
        StoreKeyError: The master key is not the one that the scope was written with.
        StoreError: A newer version of this program wrote the scope.
    """
    wrapped = fields[0]
    if wrapped is None:
        return None
    numbers = (int(field or 0) for field in fields[1:7])
    version, next_id, count, generation, layout, building = numbers
    if layout > LAYOUT_VERSION:
        raise StoreError(
            f"a chat was stored in layout {layout}; this version reads up to {LAYOUT_VERSION}: "
            "install a newer memnn-bot"
        )
    same = known is not None and known.wrapped == wrapped
    cipher = known.cipher if known is not None and same else master.unwrap(scope, wrapped)
    listed = known is not None and same and known.listed
    return Head(scope, wrapped, cipher, version, next_id, count, generation, building, listed)
