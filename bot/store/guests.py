"""Pairing: a stranger gets a code, an administrator who is shown it lets the stranger in."""

import os
import secrets
import time
from typing import Final

from bot.store.connection import Connection, Script
from bot.store.keys import ledger_key

_CODE = Script("guest_code")
_REDEEM = Script("guest_redeem")

# No letter or digit that people take for another, and no U: fewer codes spell a word.
_ALPHABET: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_LENGTH: Final = 8
_VALID_MS: Final = 24 * 60 * 60 * 1000
_MOST_CODES: Final = 10_000
_TOKEN_BYTES: Final = 8


class Guests:
    """Who was let in to one bot, and who asks to be. Holds ids and codes, no names."""

    def __init__(self, connection: Connection, bot_id: int) -> None:
        self._connection = connection
        self._allowed = ledger_key(bot_id, "allowed")
        self._keys = (ledger_key(bot_id, "codes"), ledger_key(bot_id, "holders"), self._allowed)

    async def code(self, user_id: int) -> str:
        """A code for a user to show to an administrator; the same for a day.

        Raises:
            StoreError: There is none.
        """
        while True:
            fresh = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
            code = await self._connection.run(
                _CODE, self._keys[:2], user_id, fresh, _now_ms(), _VALID_MS, _MOST_CODES
            )
            if code is not None:  # else another user has just this code
                return str(code, "ascii")

    async def redeem(self, code: str) -> int | None:
        """Let the user in who has this code; it works once.

        Args:
            code: As people type it: in any case, with spaces or hyphens.

        Returns:
            The user's id; None where the code is unknown, used, or older than a day.

        Raises:
            StoreError: The user may not have been let in.
        """
        typed = "".join(c for c in code.upper() if c.isascii() and c.isalnum())
        token = os.urandom(_TOKEN_BYTES)  # tells a repeat whose reply was lost from a second use
        user = await self._connection.run(_REDEEM, self._keys, typed, _now_ms(), token)
        return None if user is None else int(user)

    async def allow(self, user_id: int) -> None:
        """Let a user in.

        Raises:
            StoreError: The user may not have been let in.
        """
        await self._connection.command("SADD", self._allowed, user_id)

    async def disallow(self, user_id: int) -> bool:
        """Let a user in no more; returns whether this call took the user off the list.

        It says no, too, where a first try did it whose reply was lost on the way.

        Raises:
            StoreError: The user may still be let in.
        """
        return bool(await self._connection.command("SREM", self._allowed, user_id))

    async def allowed(self) -> frozenset[int]:
        """Ids of all who were let in.

        Raises:
            StoreError: They cannot be read.
        """
        return frozenset(map(int, await self._connection.command("SMEMBERS", self._allowed)))


def _now_ms() -> int:
    return int(time.time() * 1000)
