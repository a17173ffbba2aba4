"""The control side: what people write."""

import time

from tests.telegram_server import sending
from tests.telegram_server.call import Upload
from tests.telegram_server.markup import detected, units
from tests.telegram_server.model import Chat, Json, Post
from tests.telegram_server.world import World, quoted


class People:
    """Messages of people. ``chat`` is a chat's id; a person's private chat has the person's id."""

    world: World

    def user(self, user_id: int, **about: str) -> Json:
        """Make a person, or tell more of one (first_name, username, language_code)."""
        self.world.private(user_id, **about)
        return self.world.user(user_id)

    def say(self, chat: int, text: str, **how: int | str | None) -> Post:
        """Write a text; ``how`` is that of message."""
        entities = detected(text)
        return self.message(
            chat, {"text": text} | ({"entities": entities} if entities else {}), **how
        )

    def message(self, chat: int, content: Json, **how: int | str | None) -> Post:
        """Write a message with any content: a sticker, a poll, a location.

        Args:
            chat: Where.
            content: Fields of the message.
            **how: user (who; in a group the first member unless given), reply_to (a message id),
                quote (a part of its text), thread (a topic), date (Unix seconds).

        """
        place = self.world.private(chat) if chat > 0 else self.world.find(chat)
        fields = {**content, **_how(place, how)}
        author = self.world.user(int(how.get("user") or next(iter(place.members), 0)))
        post = self.world.post(place, author, fields)
        if self._seen(place, post):
            self.world.updates.put("message", post.data)
        return post

    def edit(self, chat: int, message_id: int, text: str) -> Post:
        """Change the text or caption of a person's message."""
        place = self.world.find(chat)
        post = place.posts[message_id]
        name, marks = ("text", "entities") if "text" in post.data else (
            "caption", "caption_entities",
        )  # fmt: skip
        post.data |= {name: text, marks: detected(text), "edit_date": int(time.time())}
        post.edits += 1
        kind = "edited_channel_post" if place.kind == "channel" else "edited_message"
        self.world.updates.put(kind, post.data)
        self.world.change()
        return post

    def delete(self, chat: int, message_id: int) -> None:
        """Delete a message; Telegram tells bots nothing of it."""
        self.world.find(chat).posts[message_id].deleted = True
        self.world.change()

    def reply(self, chat: int, message_id: int, text: str, **how: int | str | None) -> Post:
        """Reply to a message."""
        return self.say(chat, text, reply_to=message_id, **how)

    def forward(self, chat: int, text: str, origin: Json, **how: int | str | None) -> Post:
        """Forward a text; origin_user and its like make origins."""
        return self.message(chat, {"text": text, "forward_origin": origin}, **how)

    def photo(
        self, chat: int, caption: str = "", content: bytes = b"JPEG", **how: int | str | None
    ) -> Post:
        """Send a picture."""
        fields = sending.photo(self.world.keep(Upload("photo.jpg", content, "image/jpeg")))
        return self.message(chat, fields | ({"caption": caption} if caption else {}), **how)

    def document(
        self, chat: int, content: bytes, name: str, caption: str = "", **how: int | str | None
    ) -> Post:
        """Send a file."""
        upload = Upload(name, content, "application/octet-stream")
        fields = sending.document(self.world.keep(upload))
        return self.message(chat, fields | ({"caption": caption} if caption else {}), **how)

    def sticker(self, chat: int, emoji: str = "👍", **how: int | str | None) -> Post:
        """Send a sticker."""
        file = self.world.keep(Upload("sticker.webp", b"RIFF", "image/webp"))
        flags = {"is_animated": False, "is_video": False, "type": "regular"}
        size = {"width": 512, "height": 512, "emoji": emoji}
        return self.message(chat, {"sticker": file.about | flags | size}, **how)

    def voice(self, chat: int, content: bytes = b"OggS", **how: int | str | None) -> Post:
        """Send a voice message."""
        file = self.world.keep(Upload("voice.ogg", content, "audio/ogg"))
        return self.message(
            chat, {"voice": file.about | {"duration": 3, "mime_type": file.mime}}, **how
        )

    def poll(self, chat: int, question: str, *options: str, **how: int | str | None) -> Post:
        """Send a poll."""
        poll = {
            "id": "1", "question": question, "total_voter_count": 0, "is_closed": False,
            "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
            "allows_revoting": True, "members_only": False,
            "options": [
                {"text": option, "voter_count": 0, "persistent_id": str(n)}
                for n, option in enumerate(options)
            ],
        }  # fmt: skip
        return self.message(chat, {"poll": poll}, **how)

    def raw(self, update: Json) -> int:
        """Put an update of any shape, without its id; gives the id."""
        return self.world.updates.put_raw(update)

    def repeat(self, update_id: int) -> None:
        """Give an update again, though it was confirmed."""
        self.world.updates.repeat(update_id)

    def _seen(self, chat: Chat, post: Post) -> bool:
        """Whether the bot sees a message, privacy considered."""
        if chat.bot in {"left", "kicked"}:
            return False
        if not self.world.privacy or chat.kind == "private" or chat.bot == "administrator":
            return True
        mine = chat.find(post.reply_to)
        named = f"@{self.world.me['username']}".lower() in post.text.lower()
        return post.text.startswith("/") or named or (mine is not None and mine.from_bot)


def _how(chat: Chat, how: dict[str, int | str | None]) -> Json:
    """The fields of a message that say where and when it stands."""
    fields: Json = {}
    if replied := chat.find(int(how.get("reply_to") or 0)):
        fields["reply_to_message"] = quoted(replied)
    if replied and how.get("quote"):
        position = units(replied.text[: replied.text.index(str(how["quote"]))])
        fields["quote"] = {"text": how["quote"], "position": position, "is_manual": True}
    if thread := how.get("thread"):
        chat.threads.add(int(thread))
        fields |= {"message_thread_id": thread, "is_topic_message": True}
    if how.get("date") is not None:
        fields["date"] = how["date"]
    return fields


def origin_user(user: Json, date: int = 1_700_000_000) -> Json:
    """A forward from somebody who shows the account."""
    return {"type": "user", "date": date, "sender_user": user}


def origin_hidden(name: str, date: int = 1_700_000_000) -> Json:
    """A forward from somebody who hides the account."""
    return {"type": "hidden_user", "date": date, "sender_user_name": name}


def origin_chat(chat: Chat, date: int = 1_700_000_000) -> Json:
    """A forward from a group that speaks as itself."""
    return {"type": "chat", "date": date, "sender_chat": chat.about}


def origin_channel(chat: Chat, message_id: int, date: int = 1_700_000_000) -> Json:
    """A forward from a channel."""
    return {"type": "channel", "date": date, "chat": chat.about, "message_id": message_id}
