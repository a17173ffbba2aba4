"""What the server keeps: chats, their messages, files."""

import time
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
"""An object of the Bot API."""


@dataclass(slots=True)
class Post:
    """A message and what became of it.

    Attributes:
        data: The message as the API gives it.
        html: What the bot sent in HTML mode; escaped text otherwise.
        from_bot: The bot under test wrote it.
        reactions: The bot's reactions, emoji.
        deleted: Somebody deleted it.
        edits: How often it was changed.
        reply_keyboard: A markup that is not an inline keyboard.
        at: When it came, monotonic seconds.

    """

    data: Json
    html: str
    from_bot: bool
    reactions: list[str] = field(default_factory=list)
    deleted: bool = False
    edits: int = 0
    reply_keyboard: Json | None = None
    at: float = field(default_factory=time.monotonic)

    @property
    def message_id(self) -> int:
        """The message's id in its chat."""
        return int(self.data["message_id"])

    @property
    def text(self) -> str:
        """The text or caption."""
        return str(self.data.get("text", self.data.get("caption", "")))

    @property
    def reply_to(self) -> int | None:
        """The id of the message that it replies to."""
        replied = self.data.get("reply_to_message")
        return replied["message_id"] if replied else None

    @property
    def buttons(self) -> list[list[Json]]:
        """The rows of the inline keyboard."""
        rows: list[list[Json]] = self.data.get("reply_markup", {}).get("inline_keyboard", [])
        return rows

    @property
    def keyboard(self) -> list[list[str]]:
        """The rows of the inline keyboard, as texts."""
        return [[button["text"] for button in row] for row in self.buttons]

    def about(self) -> Json:
        """All of it, for a look from outside."""
        return {
            "message_id": self.message_id,
            "from_bot": self.from_bot,
            "text": self.text,
            "html": self.html,
            "keyboard": self.keyboard,
            "reactions": self.reactions,
            "reply_to": self.reply_to,
            "edits": self.edits,
            "deleted": self.deleted,
        }


@dataclass(slots=True)
class Chat:
    """A chat.

    Attributes:
        about: The chat as the API gives it.
        posts: Its messages, oldest first, also deleted ones.
        members: The status of each member but the bot.
        bot: The bot's status: member, administrator, left, or kicked (for a user: blocked).
        threads: Topics of a forum.
        reactions: Whether messages may be reacted to.
        last_id: The newest message id, where the chat counts its own.
        migrated_to: The supergroup that the group became.

    """

    about: Json
    posts: dict[int, Post] = field(default_factory=dict)
    members: dict[int, str] = field(default_factory=dict)
    bot: str = "member"
    threads: set[int] = field(default_factory=set)
    reactions: bool = True
    last_id: int = 0
    migrated_to: int | None = None

    @property
    def id(self) -> int:
        """The chat's id."""
        return int(self.about["id"])

    @property
    def kind(self) -> str:
        """The chat's type: private, group, supergroup or channel."""
        return str(self.about["type"])

    def find(self, message_id: int | None) -> Post | None:
        """A message that is still there."""
        post = self.posts.get(message_id or 0)
        return None if post is None or post.deleted else post


@dataclass(frozen=True, slots=True)
class File:
    """A file that somebody sent."""

    file_id: str
    name: str
    content: bytes
    mime: str

    @property
    def path(self) -> str:
        """Where it is downloaded."""
        return f"files/{self.file_id}/{self.name}"

    @property
    def about(self) -> Json:
        """The fields that all kinds of file share."""
        return {
            "file_id": self.file_id,
            "file_unique_id": f"u{self.file_id}",
            "file_size": len(self.content),
        }
