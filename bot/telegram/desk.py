"""What the handlers work with."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.scopes import chat_scope
from bot.store import Chat
from bot.telegram.lately import Recent

if TYPE_CHECKING:
    from telegram import User

    from bot.access import Access
    from bot.admin import Admin
    from bot.conversation import Conversation
    from bot.meter import Meter
    from bot.rebucket import Worker
    from bot.settings import Settings
    from bot.store import Ledger


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything between an update and its reply.

    Attributes:
        settings: Of the process.
        conversation: What messages lead to.
        ledger: What is kept beside the memories.
        meter: Where what happens is counted.
        admin: What administrators may see.
        me: The bot itself.
        access: Who may talk to it; one object for all handlers, since it is changed by some.
        worker: Makes the word buckets anew.
        recent: What the handlers keep in mind.
    """

    settings: "Settings"
    conversation: "Conversation"
    ledger: "Ledger"
    meter: "Meter"
    admin: "Admin"
    me: "User"
    access: "Access"
    worker: "Worker"
    recent: Recent = field(default_factory=Recent)

    def scope(self, chat: Chat) -> str:
        """Whose memories those of a chat are."""
        return chat_scope(self.me.id, chat.home or chat.id)
