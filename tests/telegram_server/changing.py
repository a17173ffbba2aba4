"""Methods that change what was sent, and those that answer a tap."""

import time

from telegram.constants import ReactionEmoji

from tests.telegram_server import compose
from tests.telegram_server.call import Call
from tests.telegram_server.errors import bad
from tests.telegram_server.model import Chat, Json, Post
from tests.telegram_server.world import World

LATEST_DELETION_S = 48 * 3600
MOST_ANSWER = 200
REACTIONS = frozenset(emoji.value for emoji in ReactionEmoji)


def edit_message_text(world: World, call: Call) -> Json:
    """Another text, and the keyboard that is given: none given, none left."""
    post = _editable(world, call)
    if "text" not in post.data:
        raise bad("there is no text in the message to edit")
    text = compose.text_of(call)
    inline, _ = compose.keyboards(call)
    _change(post, text.fields("text") | inline, ("text", "entities", "reply_markup"))
    post.html = text.source
    world.change()
    return post.data


def edit_message_caption(world: World, call: Call) -> Json:
    """Another caption, and the keyboard that is given."""
    post = _editable(world, call)
    caption = compose.caption_of(call)
    inline, _ = compose.keyboards(call)
    names = ("caption", "caption_entities", "reply_markup")
    _change(post, caption.fields("caption") | inline, names)
    post.html = caption.source
    world.change()
    return post.data


def edit_message_reply_markup(world: World, call: Call) -> Json:
    """Another keyboard, or none."""
    post = _editable(world, call)
    inline, _ = compose.keyboards(call)
    _change(post, inline, ("reply_markup",))
    world.change()
    return post.data


def delete_message(world: World, call: Call) -> bool:
    """Delete a message: the bot's own; others' in private, or as administrator."""
    chat = world.reach(call)
    post = chat.find(call.integer("message_id"))
    if post is None:
        raise bad("message to delete not found")
    may = post.from_bot or chat.kind == "private" or chat.bot == "administrator"
    if not may or time.time() - post.data["date"] > LATEST_DELETION_S:
        raise bad("message can't be deleted")
    post.deleted = True
    world.change()
    return True


def set_message_reaction(world: World, call: Call) -> bool:
    """React with one emoji, or with none."""
    chat = world.reach(call)
    post = chat.find(call.integer("message_id"))
    if post is None:
        raise bad("message to react not found")
    wanted = [reaction.get("emoji") for reaction in call.nested("reaction") or []]
    if len(wanted) > 1:
        raise bad("REACTIONS_TOO_MANY")
    if not REACTIONS.issuperset(wanted) or (wanted and not chat.reactions):
        raise bad("REACTION_INVALID")
    post.reactions = wanted
    world.change()
    return True


def answer_callback_query(world: World, call: Call) -> bool:
    """Answer a tap, once."""
    query_id = call.text("callback_query_id")
    if world.queries.get(query_id, {}) is not None:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if len(call.text("text")) > MOST_ANSWER:
        raise bad("MESSAGE_TOO_LONG")
    world.queries[query_id] = {"text": call.text("text"), "show_alert": call.flag("show_alert")}
    world.change()
    return True


def _editable(world: World, call: Call) -> Post:
    chat: Chat = world.reach(call)
    post = chat.find(call.integer("message_id"))
    if post is None:
        raise bad("message to edit not found")
    if not post.from_bot:
        raise bad("message can't be edited")
    return post


def _change(post: Post, fields: Json, names: tuple[str, ...]) -> None:
    before = {name: post.data[name] for name in names if name in post.data}
    if before == fields:
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message"
        )
    for name in before:
        del post.data[name]
    post.data |= fields | {"edit_date": int(time.time())}
    post.edits += 1


METHODS = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "setMessageReaction": set_message_reaction,
    "answerCallbackQuery": answer_callback_query,
}
