"""Methods that send something."""

from collections.abc import Callable

from telegram.constants import ChatAction

from tests.telegram_server import compose
from tests.telegram_server.call import Call
from tests.telegram_server.errors import bad
from tests.telegram_server.model import Chat, File, Json, Post
from tests.telegram_server.world import World

MOST_BYTES = {"document": 50_000_000, "photo": 10_000_000}
SIDE_PX = 640


def send_message(world: World, call: Call) -> Json:
    """A text."""
    chat = world.reach(call)
    text = compose.text_of(call)
    return _send(world, chat, call, text.fields("text"), text.source).data


def send_document(world: World, call: Call) -> Json:
    """A file with a caption."""
    return _send_file(world, call, "document", document)


def send_photo(world: World, call: Call) -> Json:
    """A picture with a caption."""
    return _send_file(world, call, "photo", photo)


def send_chat_action(world: World, call: Call) -> bool:
    """A sign that something is under way; only the list of calls shows it."""
    world.reach(call)
    if call.text("action") not in set(ChatAction):
        raise bad("wrong parameter action in request")
    return True


def document(file: File) -> Json:
    """The field of a message with a document."""
    return {"document": file.about | {"file_name": file.name, "mime_type": file.mime}}


def photo(file: File) -> Json:
    """The field of a message with a picture."""
    return {"photo": [file.about | {"width": SIDE_PX, "height": SIDE_PX}]}


def _send_file(world: World, call: Call, kind: str, fields: Callable[[File], Json]) -> Json:
    chat = world.reach(call)
    caption = compose.caption_of(call)
    upload = call.upload(kind)
    if upload is not None and not upload.content:
        raise bad("file must be non-empty")
    if upload is not None and len(upload.content) > MOST_BYTES[kind]:
        raise bad(f"file is too big for a {kind}")
    file = world.keep(upload) if upload else world.files.get(call.text(kind))
    if file is None:
        raise bad("wrong file identifier/HTTP URL specified")
    return _send(world, chat, call, fields(file) | caption.fields("caption"), caption.source).data


def _send(world: World, chat: Chat, call: Call, content: Json, source: str) -> Post:
    inline, other = compose.keyboards(call)
    content = content | compose.place(world, chat, call) | inline
    author = None if chat.kind == "channel" else world.me
    post = world.post(chat, author, content, source=source)
    post.from_bot = True
    post.reply_keyboard = other
    return post


METHODS = {
    "sendMessage": send_message,
    "sendDocument": send_document,
    "sendPhoto": send_photo,
    "sendChatAction": send_chat_action,
}
