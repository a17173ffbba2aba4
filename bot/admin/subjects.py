"""Whose memories an administrator looks at, and how they are named."""

import re
from dataclasses import dataclass
from typing import Final

from bot.scopes import TERMINAL, chat_scope
from bot.store import Chat, Chats, RedisStore

_ID: Final = re.compile(r"-?\d{1,19}", re.ASCII)
_TERMINAL: Final = "terminal"


@dataclass(frozen=True, slots=True)
class Subject:
    """A chat, or the terminal.

    Attributes:
        scope: Of the memories.
        id: Telegram's id of the chat; None for the terminal.
        chat: What is known of the chat; None where nothing is.
    """

    scope: str
    id: int | None = None
    chat: Chat | None = None


class Subjects:
    """Those whom one bot knows."""

    def __init__(self, store: RedisStore, chats: Chats, bot_id: int) -> None:
        self._store = store
        self._chats = chats
        self._bot_id = bot_id

    async def resolve(self, who: str | int) -> Subject | None:
        """The chat of an id, also of a group, or of a user name; "terminal" is the terminal.

        Returns:
            None for whoever the bot knows nothing of and keeps nothing of.

        Raises:
            StoreError: It cannot be told.
        """
        name = str(who).strip()
        if name.casefold() == _TERMINAL:
            return Subject(TERMINAL)
        if not _ID.fullmatch(name):
            chat = await self._chats.find(name)
            return self.of(chat) if chat else None
        chat = await self._chats.get(int(name))
        if chat is not None:
            return self.of(chat)
        scope = chat_scope(self._bot_id, int(name))
        kept = (await self._store.facts(scope)).layout > 0
        return Subject(scope, int(name)) if kept else None

    def of(self, chat: Chat) -> Subject:
        """A chat with the memories that are its own."""
        return Subject(chat_scope(self._bot_id, chat.home or chat.id), chat.id, chat)

    async def of_scope(self, scope: str) -> Subject:
        """What is known of a scope.

        Raises:
            StoreError: It cannot be read.
        """
        bot, _, chat_id = scope.partition(":")
        if bot != str(self._bot_id) or not _ID.fullmatch(chat_id):
            return Subject(scope)
        return Subject(scope, int(chat_id), await self._chats.get(int(chat_id)))

    async def all(self) -> tuple[Subject, ...]:
        """All chats, those first that were seen last; a group that moved on stands there once.

        Raises:
            StoreError: They cannot be read.
        """
        chats = await self._chats.all()
        left = {chat.home for chat in chats}
        return tuple(self.of(chat) for chat in reversed(chats) if chat.id not in left)
