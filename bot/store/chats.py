"""What the bot keeps of each chat beside its memories: names, switches, where its memories are."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.store.connection import Connection
from bot.store.crypto import MasterKey
from bot.store.keys import ledger_key

_STRETCH: Final = 500  # records opened before others get their turn


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat as the bot knows it.

    Attributes:
        id: Telegram's id of the chat.
        name: Of the person, or the title of the group.
        username: Without "@"; empty where there is none.
        group: Whether it is a group.
        paused: Nothing new is remembered.
        quiet: Statements are not acknowledged.
        home: Id of the chat whose memories these are, where it is another: the group that this
            one was before it became a supergroup.
        first_seen: When the bot first heard of it, with a time zone.
    """

    id: int
    name: str = ""
    username: str = ""
    group: bool = False
    paused: bool = False
    quiet: bool = False
    home: int | None = None
    first_seen: datetime = field(kw_only=True)


class Chats:
    """The chats of one bot. None is kept at hand: another worker may answer it next."""

    def __init__(self, connection: Connection, master: MasterKey, bot_id: int) -> None:
        self._connection = connection
        self._key = ledger_key(bot_id, "chats")
        self._cipher = master.value_cipher(self._key)

    async def get(self, chat_id: int) -> Chat | None:
        """A chat; None where the bot does not know it.

        Raises:
            StoreError: It cannot be read.
        """
        sealed = await self._connection.command("HGET", self._key, chat_id)
        return None if sealed is None else self._open(chat_id, sealed)

    async def put(self, chat: Chat) -> None:
        """Keep a chat as it is now.

        Raises:
            StoreError: It may not have been kept.
        """
        sealed = self._cipher.seal(str(chat.id), _encode(chat))
        await self._connection.command("HSET", self._key, chat.id, sealed)

    async def all(self) -> tuple[Chat, ...]:
        """All chats, those first that were seen first.

        Raises:
            StoreError: They cannot be read.
        """
        found = {chat.id: chat async for chat in self._scan()}
        return tuple(sorted(found.values(), key=lambda chat: (chat.first_seen, chat.id)))

    async def find(self, username: str) -> Chat | None:
        """The chat of a user name, in any case and with or without "@".

        Where a name changed hands, the chat that was first seen last.

        Raises:
            StoreError: They cannot be read.
        """
        name = username.strip().removeprefix("@").casefold()
        found = [chat async for chat in self._scan() if name and chat.username.casefold() == name]
        return max(found, key=lambda chat: chat.first_seen, default=None)

    async def _scan(self) -> AsyncIterator[Chat]:
        """All chats in any order; one may come twice."""
        cursor = 0
        while True:
            cursor, rows = await self._connection.command(
                "HSCAN", self._key, cursor, "COUNT", _STRETCH
            )
            for name, sealed in rows.items():
                yield self._open(int(name), sealed)
            if not cursor:
                return

    def _open(self, chat_id: int, sealed: bytes) -> Chat:
        return _decode(chat_id, self._cipher.open(str(chat_id), sealed))


def _encode(chat: Chat) -> bytes:
    fields = {
        "name": chat.name,
        "username": chat.username,
        "group": chat.group,
        "paused": chat.paused,
        "quiet": chat.quiet,
        "home": chat.home,
        "first_seen": chat.first_seen.isoformat(),
    }
    return json.dumps(fields).encode()


def _decode(chat_id: int, value: bytes) -> Chat:
    fields = json.loads(value)
    return Chat(
        chat_id,
        fields["name"],
        fields["username"],
        fields["group"],
        fields["paused"],
        fields["quiet"],
        fields["home"],
        first_seen=datetime.fromisoformat(fields["first_seen"]),
    )
