"""A command as it was given."""

from dataclasses import dataclass

from telegram import Message

from bot.store import Chat
from bot.telegram.desk import Desk


@dataclass(frozen=True, slots=True)
class Asked:
    """A command with all that it may need.

    Attributes:
        desk: What handlers work with.
        message: The message that gives it.
        chat: Where that is.
        rest: What stands after its name.
    """

    desk: Desk
    message: Message
    chat: Chat
    rest: str = ""

    @property
    def scope(self) -> str:
        """Whose memories it is about."""
        return self.desk.scope(self.chat)
