"""What administrators look at in Telegram: /inspect, /stats, /audit, /rebucket, and buttons."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

from telegram import (
    Bot,
    CallbackQuery,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
)
from telegram.constants import ParseMode

from bot.admin import Subject, lines, words
from bot.admin.chart import draw
from bot.telegram import admin_pages, render, texts
from bot.telegram.admin_buttons import Page, Turn
from bot.telegram.admin_pages import Shown
from bot.telegram.desk import Desk
from bot.telegram.lately import Lately
from bot.telegram.notices import tell_of_look
from bot.telegram.replying import now, say, settle, show

_REVEAL: Final = frozenset({"--reveal", "—reveal", "–reveal", "-reveal"})  # as keyboards turn it
_TERMINAL: Final = "terminal"
_NOTICE_EVERY_S: Final = 3600.0
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Looks:
    """The looks of one bot's administrators; whoever calls has asked whether it is one."""

    def __init__(self, desk: Desk, bot: Bot) -> None:
        self._desk = desk
        self._bot = bot
        self._admin = desk.admin
        self._noticed: Lately[int, bool] = Lately(5_000, _NOTICE_EVERY_S)

    async def inspect(self, message: Message, given: str) -> None:
        """/inspect: somebody's memories in numbers, with --reveal their texts, alone everybody."""
        admin = message.chat.id
        names = [word for word in given.split() if word.lower() not in _REVEAL]
        reveal = len(names) < len(given.split())
        who = _mentioned(message) or " ".join(names) or _replied(message)
        if not names and _hidden(message):
            await say(message, render.text(words.HIDDEN))
        elif not who:
            await say(message, *admin_pages.subjects(await self._admin.chats(admin=admin), 1))
        elif (subject := await self._admin.resolve(who)) is None:
            await say(message, render.text(words.NOBODY))
        elif reveal:
            await self._reveal(message, subject, admin)
        else:
            found = await self._admin.inspect(subject, admin=admin)
            await say(message, *admin_pages.inspection(found, now()))

    async def stats(self, message: Message, _: str) -> None:
        """/stats: the bot in numbers, and as a picture."""
        found = await self._admin.stats(admin=message.chat.id)
        picture = await asyncio.to_thread(draw, found.days)
        told = admin_pages.stats(found, now())
        await message.reply_photo(picture, caption=told, parse_mode=ParseMode.HTML)

    async def audit(self, message: Message, _: str) -> None:
        """/audit: what administrators looked at and did."""
        await say(message, *await self._log(message.chat.id, 1, _moment(_now_ms())))

    async def rebucket(self, message: Message, _: str) -> None:
        """/rebucket: have the word buckets made anew."""
        state = await self._admin.rebucket(admin=message.chat.id)
        self._desk.worker.ask()
        told = words.REBUCKETING.format(state=lines.buckets(state, now()))
        await say(message, render.text(told))

    async def turn(self, query: CallbackQuery, turn: Turn) -> None:
        """A tap on a button below one of these."""
        message = query.message if query.message and query.message.is_accessible else None
        if not isinstance(message, Message) or message.chat.id != query.from_user.id:
            await settle(query, texts.TOO_OLD)
            return
        shown = await self._page(message.chat.id, turn)
        if shown is None:
            await settle(query, words.NOBODY, alert=True)
            return
        await show(message, *shown)
        await settle(query)

    async def _page(self, admin: int, turn: Turn) -> Shown | None:
        if turn.page is Page.CHATS:
            return admin_pages.subjects(await self._admin.chats(admin=admin), turn.first)
        if turn.page is Page.AUDIT:
            until = _moment(min(turn.second, _now_ms()))
            return await self._log(admin, turn.first, until)
        subject = await self._admin.resolve(turn.first or _TERMINAL)
        if subject is None:
            return None
        if turn.page is Page.OVERVIEW:
            return admin_pages.inspection(await self._admin.inspect(subject, admin=admin), now())
        return await self._leaf(admin, subject, turn.second, reveal=turn.page is Page.TEXTS)

    async def _reveal(self, message: Message, subject: Subject, admin: int) -> None:
        html, keyboard = await self._leaf(admin, subject, 1, reveal=True)
        await message.reply_html(
            html,
            reply_markup=keyboard,
            protect_content=True,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )

    async def _leaf(self, admin: int, subject: Subject, number: int, *, reveal: bool) -> Shown:
        found = await self._admin.leaf(subject, number, admin=admin, reveal=reveal)
        if reveal:
            await self._notice(subject, admin)
        return admin_pages.leaf(found, now())

    async def _notice(self, subject: Subject, admin: int) -> None:
        """Tell people that their memories were read, once for all pages of an hour."""
        chat_id = subject.id
        wanted = self._desk.settings.inspect_notice and chat_id not in {None, admin}
        if wanted and chat_id and self._noticed.once(chat_id, value=True):
            await tell_of_look(self._bot, chat_id)

    async def _log(self, admin: int, number: int, until: datetime) -> Shown:
        found = await self._admin.audit(number, admin=admin, until=until)
        return admin_pages.audit(found, until, now())


def _mentioned(message: Message) -> str:
    """The id of somebody without a user name whom a message mentions; empty for nobody."""
    found = message.parse_entities([MessageEntity.TEXT_MENTION])
    return next((str(entity.user.id) for entity in found if entity.user), "")


def _replied(message: Message) -> str:
    """The id of whoever wrote what a message replies to; empty where it replies to nothing."""
    replied = message.reply_to_message
    origin = replied.forward_origin if replied else None
    if isinstance(origin, MessageOriginUser):
        return str(origin.sender_user.id)
    if isinstance(origin, MessageOriginChat):
        return str(origin.sender_chat.id)
    if isinstance(origin, MessageOriginChannel):
        return str(origin.chat.id)
    return str(message.chat.id) if replied else ""


def _hidden(message: Message) -> bool:
    """Whether a message replies to one of somebody whose account Telegram does not tell."""
    replied = message.reply_to_message
    return bool(replied and isinstance(replied.forward_origin, MessageOriginHiddenUser))


def _now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


def _moment(time_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=time_ms)
