"""The control side: groups, channels, and who is in them."""

import time
from collections.abc import Iterable

from tests.telegram_server.asking import member, status
from tests.telegram_server.model import Chat, Json, Post
from tests.telegram_server.world import World

FIRST_SUPERGROUP = -1_001_000_000_000


class Groups:
    """What happens to chats and their members."""

    world: World

    def group(
        self,
        title: str,
        members: Iterable[int],
        *,
        admins: Iterable[int] = (),
        kind: str = "supergroup",
        bot: str = "member",
    ) -> int:
        """Make a group (kind group or supergroup) and add the bot; gives its id.

        The first member made it; ``bot`` is what the bot is: member or administrator.
        """
        number = len(self.world.chats) + 1
        chat_id = FIRST_SUPERGROUP - number if kind == "supergroup" else -1000 - number
        chat = Chat({"id": chat_id, "type": kind, "title": title}, bot="left")
        chat.members = dict.fromkeys(members, "member")
        chat.members |= dict.fromkeys(admins, "administrator")
        first = next(iter(chat.members))
        chat.members[first] = "creator"
        for user_id in chat.members:
            self.world.user(user_id)
        self.world.chats[chat_id] = chat
        self.bot_becomes(chat_id, bot, by=first)
        joined = self.world.post(
            chat, self.world.user(first), {"new_chat_members": [self.world.me]}
        )
        self.world.updates.put("message", joined.data)
        return chat_id

    def channel(self, title: str, username: str = "") -> int:
        """Make a channel with the bot as administrator; gives its id."""
        chat_id = FIRST_SUPERGROUP - len(self.world.chats) - 1
        about: Json = {"id": chat_id, "type": "channel", "title": title}
        about |= {"username": username} if username else {}
        self.world.chats[chat_id] = Chat(about, bot="administrator")
        return chat_id

    def channel_post(self, chat: int, text: str) -> Post:
        """Write in a channel."""
        post = self.world.post(self.world.find(chat), None, {"text": text})
        self.world.updates.put("channel_post", post.data)
        return post

    def member_becomes(self, chat: int, user: int, kind: str) -> None:
        """Let a person become member, administrator, creator, left or kicked."""
        place = self.world.find(chat)
        self.world.user(user)
        before = status(self.world, place, user)
        place.members[user] = kind
        self._tell("chat_member", place, user, before, by=user)

    def bot_becomes(self, chat: int, kind: str, *, by: int | None = None) -> None:
        """Let the bot become member, administrator, left or kicked in a chat."""
        place = self.world.find(chat)
        before, place.bot = place.bot, kind
        actor = by or next(iter(place.members))
        self._tell("my_chat_member", place, self.world.me["id"], before, by=actor)

    def block(self, user: int) -> None:
        """Let a person block the bot."""
        self.world.private(user)
        self.bot_becomes(user, "kicked")

    def unblock(self, user: int) -> None:
        """Let a person have the bot again."""
        self.bot_becomes(user, "member")

    def refuse_reactions(self, chat: int) -> None:
        """Let a chat allow no reactions."""
        (self.world.private(chat) if chat > 0 else self.world.find(chat)).reactions = False

    def migrate(self, chat: int) -> int:
        """Let a group become a supergroup; gives its new id."""
        old = self.world.find(chat)
        new_id = FIRST_SUPERGROUP - len(self.world.chats) - 1
        new = Chat(old.about | {"id": new_id, "type": "supergroup"}, bot=old.bot)
        new.members = dict(old.members)
        self.world.chats[new_id] = new
        first = self.world.user(next(iter(old.members)))
        told = self.world.post(old, first, {"migrate_to_chat_id": new_id})
        self.world.updates.put("message", told.data)
        old.migrated_to = new_id
        told = self.world.post(new, first, {"migrate_from_chat_id": chat})
        self.world.updates.put("message", told.data)
        return new_id

    def _tell(self, update: str, chat: Chat, user: int, before: str, *, by: int) -> None:
        after = status(self.world, chat, user)
        self.world.updates.put(
            update,
            {
                "chat": chat.about,
                "from": self.world.user(by),
                "date": int(time.time()),
                "old_chat_member": member(self.world, user, before),
                "new_chat_member": member(self.world, user, after),
            },
        )
        self.world.change()
