"""The control side: what the bot did."""

from tests.telegram_server.model import File, Post
from tests.telegram_server.world import World


class Watching:
    """Looks at chats."""

    world: World

    def transcript(self, chat: int) -> list[Post]:
        """All messages of a chat that are still there, oldest first."""
        return [post for post in self.world.find(chat).posts.values() if not post.deleted]

    def sent(self, chat: int, after: int = 0) -> list[Post]:
        """What the bot wrote in a chat after a message, oldest first."""
        found = []
        for post in self.world.newest(self.world.find(chat)):
            if post.message_id <= after:
                break
            if post.from_bot:
                found.append(post)
        return found[::-1]

    def last(self, chat: int) -> Post:
        """The newest message of a chat."""
        return next(self.world.newest(self.world.find(chat)))

    def file_of(self, post: Post) -> File:
        """The document or picture of a message, with its bytes."""
        about = post.data.get("document") or post.data["photo"][-1]
        return self.world.files[about["file_id"]]
