"""Who comes in: /allow and /disallow, for bots that pair."""

import re
from html import escape
from typing import Final

from telegram import Message

from bot.admin import words
from bot.scopes import chat_scope
from bot.settings import Access as Mode
from bot.telegram import render
from bot.telegram.desk import Desk
from bot.telegram.notices import tell_of_welcome
from bot.telegram.replying import say

_ID: Final = re.compile(r"-?\d{1,16}", re.ASCII)
_SHOWN: Final = 50


class Admission:
    """The door of one bot; whoever calls has asked whether it is an administrator."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._access = desk.access

    async def allow(self, message: Message, given: str) -> None:
        """/allow: let in whoever has a code, or a person or group by id; alone, who is let in."""
        if self._access.mode is not Mode.PAIRING:
            no_need = self._access.mode is Mode.OPEN
            await say(message, render.text(words.OPEN_TO_ALL if no_need else words.LISTED_ONLY))
        elif not given:
            await say(message, await self._let_in())
        elif (some_id := await self._open(message.chat.id, given)) is None:
            await say(message, render.text(words.NO_SUCH_CODE))
        else:
            told = await tell_of_welcome(message.get_bot(), some_id)
            await say(message, _about(words.ALLOWED_TOLD if told else words.ALLOWED, some_id))

    async def disallow(self, message: Message, given: str) -> None:
        """/disallow: let a person or group in no more."""
        if not _ID.fullmatch(given):
            await say(message, render.text(words.DISALLOW))
            return
        some_id = int(given)
        await self._record("disallow", message.chat.id, some_id)
        was_in = await self._access.disallow(some_id)
        if self._access.is_named(some_id):
            await say(message, _about(words.NAMED, some_id))
        else:
            await say(message, _about(words.DISALLOWED if was_in else words.NOT_LET_IN, some_id))

    async def _open(self, admin: int, given: str) -> int | None:
        """Let in whom a code or an id means; a code may look like an id, so it is tried first."""
        guest = await self._access.redeem(given)
        if guest is not None:
            await self._record("allow", admin, guest)
            return guest
        if not _ID.fullmatch(given):
            return None
        await self._record("allow", admin, int(given))
        await self._access.allow(int(given))
        return int(given)

    async def _let_in(self) -> str:
        held = sorted(await self._access.let_in())
        if not held:
            return f"{render.text(words.NOBODY_LET_IN)}\n{render.text(words.ALLOW)}"
        shown = ", ".join(map(_link, held[:_SHOWN])) + (", …" if len(held) > _SHOWN else "")
        return f"{words.LET_IN.format(who=shown)}\n{render.text(words.ALLOW)}"

    async def _record(self, action: str, admin: int, some_id: int) -> None:
        scope = chat_scope(self._desk.me.id, some_id)
        await self._desk.admin.record(action, admin, scope)


def _about(line: str, some_id: int) -> str:
    return escape(line, quote=False).format(who=_link(some_id))


def _link(some_id: int) -> str:
    """An id; a person's leads to the profile, where Telegram knows it."""
    shown = f"<code>{some_id}</code>"
    return f'<a href="tg://user?id={some_id}">{some_id}</a>' if some_id > 0 else shown
