"""One world of chats around one bot."""

import asyncio
import html
import time
from collections.abc import Iterator

from tests.telegram_server.call import Call, Upload
from tests.telegram_server.errors import Refused, bad, forbidden
from tests.telegram_server.model import Chat, File, Json, Post
from tests.telegram_server.updates import Updates


class World:
    """What the bot and the people share.

    Attributes:
        me: The bot.
        users: People by id.
        chats: Chats by id.
        files: Files by id.
        commands: The bot's menus, by scope and language.
        profile: What else the bot set about itself, by method.
        queries: Taps on buttons; the answer of each, None before there is one.
        updates: What the bot is told.
        privacy: In groups, the bot sees only what is addressed to it (unless administrator).

    """

    def __init__(self, bot_id: int, username: str) -> None:
        self.me: Json = {
            "id": bot_id, "is_bot": True, "first_name": "Memo", "username": username,
        }  # fmt: skip
        self.users: dict[int, Json] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, File] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.profile: dict[str, Json] = {}
        self.queries: dict[str, Json | None] = {}
        self.updates = Updates()
        self.privacy = False
        self._last_id = 0
        self._changed = asyncio.Event()

    def change(self) -> None:
        """Wake whoever waits for something."""
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def next_change(self) -> asyncio.Event:
        """Set when something happens next."""
        return self._changed

    def user(self, user_id: int, **about: str) -> Json:
        """A person, made on first sight."""
        if user_id == self.me["id"]:
            return self.me
        plain = {"id": user_id, "is_bot": False, "first_name": f"User{user_id}"}
        known = self.users.setdefault(user_id, plain)
        known |= about
        return known

    def private(self, user_id: int, **about: str) -> Chat:
        """A person's private chat with the bot, made on first sight."""
        if user_id not in self.chats or about:
            user = self.user(user_id, **about)
            names = ("first_name", "last_name", "username")
            chat = self.chats.setdefault(user_id, Chat({"id": user_id, "type": "private"}))
            chat.members[user_id] = "member"
            chat.about |= {name: user[name] for name in names if name in user}
        return self.chats[user_id]

    def find(self, chat_id: str | int) -> Chat:
        """A chat by id or @name.

        Raises:
            Refused: There is none.

        """
        name = str(chat_id).removeprefix("@").casefold()
        if str(chat_id).startswith("@"):
            found = (c for c in self.chats.values() if c.about.get("username", "").lower() == name)
            chat = next(found, None)
        else:
            chat = self.chats.get(int(chat_id)) if name.lstrip("-").isdecimal() else None
        if chat is None and name.isdecimal() and int(name) in self.users:
            raise forbidden("bot can't initiate conversation with a user")
        if chat is None:
            raise bad("chat not found")
        return chat

    def reach(self, call: Call) -> Chat:
        """The chat of a call, which the bot may write to.

        Raises:
            Refused: It may not, or there is none.

        """
        if not call.text("chat_id"):
            raise bad("chat_id is empty")
        chat = self.find(call.text("chat_id"))
        if chat.migrated_to:
            raise Refused(
                400, "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.migrated_to,
            )  # fmt: skip
        if chat.bot == "kicked" and chat.kind == "private":
            raise forbidden("bot was blocked by the user")
        if chat.bot == "kicked":
            raise forbidden(f"bot was kicked from the {chat.kind} chat")
        if chat.bot == "left":
            raise forbidden(f"bot is not a member of the {chat.kind} chat")
        return chat

    def post(
        self, chat: Chat, author: Json | None, content: Json, *, source: str | None = None
    ) -> Post:
        """Write a message into a chat; the bot's own, or somebody's."""
        count = chat if chat.kind in {"supergroup", "channel"} else None
        message_id = (count.last_id if count else self._last_id) + 1
        if count:
            count.last_id = message_id
        else:
            self._last_id = message_id
        data: Json = {"message_id": message_id, "date": int(time.time()), "chat": chat.about}
        data |= {"from": author} if author else {"sender_chat": chat.about}
        data |= content
        text = str(data.get("text", data.get("caption", "")))
        post = Post(data, html.escape(text) if source is None else source, author is self.me)
        chat.posts[message_id] = post
        self.change()
        return post

    def keep(self, upload: Upload) -> File:
        """Keep a file."""
        file = File(f"F{len(self.files) + 1}", upload.name, upload.content, upload.mime)
        self.files[file.file_id] = file
        return file

    def newest(self, chat: Chat) -> Iterator[Post]:
        """The messages of a chat that are still there, newest first."""
        return (post for post in reversed(chat.posts.values()) if not post.deleted)


def quoted(post: Post) -> Json:
    """A message within a reply: without what it replies to itself."""
    return {k: v for k, v in post.data.items() if k != "reply_to_message"}
