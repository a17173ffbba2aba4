"""Who may talk to the bot, and who looks after it.

The settings name some ids for good; where ACCESS is pairing, administrators let in more. An id is a
person's or a group's: in a group that was let in everybody may talk.
"""

from typing import TYPE_CHECKING

from bot.settings import Access as Mode

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store import Guests


class Access:
    """The rights of one bot. Who was let in is read each time: another worker may change it."""

    def __init__(self, settings: "Settings", guests: "Guests") -> None:
        self.mode = settings.access
        self._admins = settings.admin_ids
        self._named = settings.admin_ids | settings.allowed_ids
        self._guests = guests
        self._held: frozenset[int] = frozenset()  # as last read: of a lost reply, who was in

    def is_admin(self, user_id: int | None) -> bool:
        """Whether a person looks after the bot."""
        return user_id in self._admins

    def is_named(self, some_id: int) -> bool:
        """Whether the settings let somebody in, whatever administrators allow or disallow."""
        return some_id in self._named

    async def may_talk(self, user_id: int | None, chat_id: int) -> bool:
        """Whether what somebody says in a chat is for the bot.

        Args:
            user_id: Who says it; None where nobody in particular does.
            chat_id: Where; in a private chat the same number.

        Raises:
            StoreError: It cannot be told who was let in.
        """
        if self.mode is Mode.OPEN or self.is_named(chat_id) or user_id in self._named:
            return True
        if self.mode is not Mode.PAIRING:
            return False
        held = await self.let_in()
        return chat_id in held or user_id in held

    async def code(self, user_id: int) -> str | None:
        """The code with which a stranger asks to be let in; None where asking is of no use.

        Raises:
            StoreError: There is none.
        """
        return await self._guests.code(user_id) if self.mode is Mode.PAIRING else None

    async def let_in(self) -> frozenset[int]:
        """Ids of all whom administrators let in.

        Raises:
            StoreError: They cannot be read.
        """
        held = self._held = await self._guests.allowed()
        return held

    async def redeem(self, code: str) -> int | None:
        """Let in whoever has this code; returns who that is, None where the code is not valid.

        Raises:
            StoreError: They may not have been let in.
        """
        return await self._guests.redeem(code)

    async def allow(self, some_id: int) -> None:
        """Let a person or a group in.

        Raises:
            StoreError: They may not have been let in.
        """
        await self._guests.allow(some_id)

    async def disallow(self, some_id: int) -> bool:
        """Let a person or a group in no more; returns whether they were let in before.

        Raises:
            StoreError: They may still be let in.
        """
        was_in = some_id in self._held
        was_on = await self._guests.disallow(some_id)
        self._held -= {some_id}
        return was_in or was_on
