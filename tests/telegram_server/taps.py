"""The control side: taps on buttons, and reactions."""

import time

from tests.telegram_server.model import Json, Post
from tests.telegram_server.world import World


class Taps:
    """What people touch."""

    world: World

    def tap(
        self, chat: int, text: str, *, message_id: int | None = None, user: int | None = None
    ) -> str:
        """Tap the newest button of that text, or that of a message; gives the query's id.

        Raises:
            LookupError: There is no such button.

        """
        place = self.world.find(chat)
        posts = self.world.newest(place)
        if message_id is not None:
            posts = iter([place.posts[message_id]])
        for post in posts:
            for button in (button for row in post.buttons for button in row):
                if button["text"] == text and "callback_data" in button:
                    return self._query(post, button["callback_data"], user)
        raise LookupError(f"no button {text!r} in chat {chat}")

    def forge(self, chat: int, message_id: int, data: str, *, user: int | None = None) -> str:
        """Tap a button that the bot never made."""
        return self._query(self.world.find(chat).posts[message_id], data, user)

    def tap_inaccessible(self, chat: int, message_id: int, data: str) -> str:
        """Tap a button of a message that is too old for the API to show."""
        shown = {"chat": self.world.find(chat).about, "message_id": message_id, "date": 0}
        return self._put(shown, data, chat)

    def answer(self, query_id: str) -> Json | None:
        """What the bot answered to a tap: text and show_alert; None before it did."""
        return self.world.queries[query_id]

    def react(self, chat: int, message_id: int, emoji: str, *, user: int | None = None) -> None:
        """Let a person react to a message; told only where the bot asked for it."""
        place = self.world.find(chat)
        self.world.updates.put(
            "message_reaction",
            {
                "chat": place.about,
                "message_id": message_id,
                "user": self.world.user(user or next(iter(place.members))),
                "date": int(time.time()),
                "old_reaction": [],
                "new_reaction": [{"type": "emoji", "emoji": emoji}],
            },
        )

    def _query(self, post: Post, data: str, user: int | None) -> str:
        place = self.world.find(post.data["chat"]["id"])
        return self._put(post.data, data, user or next(iter(place.members)))

    def _put(self, shown: Json, data: str, user: int) -> str:
        query_id = str(7_000_000_000 + len(self.world.queries))
        self.world.queries[query_id] = None
        self.world.updates.put(
            "callback_query",
            {
                "id": query_id,
                "from": self.world.user(user),
                "message": shown,
                "chat_instance": "1",
                "data": data,
            },
        )
        return query_id
