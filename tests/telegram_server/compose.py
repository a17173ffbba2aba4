"""What goes into a message: text, reply and keyboard, checked as Telegram checks them."""

import html
from collections.abc import Callable
from dataclasses import dataclass

from tests.telegram_server.call import Call
from tests.telegram_server.errors import bad
from tests.telegram_server.markup import parse_html, trimmed, units
from tests.telegram_server.model import Chat, Json, Post
from tests.telegram_server.world import World, quoted

MOST_TEXT = 4096
MOST_CAPTION = 1024
MOST_QUOTE = 1024
MOST_BUTTON_DATA_BYTES = 64
MOST_BUTTONS = 100
ACTIONS = {
    "callback_data", "url", "web_app", "login_url", "switch_inline_query", "copy_text", "pay",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """Text as it is kept, its entities, and its source in HTML."""

    text: str
    entities: list[Json]
    source: str

    def fields(self, kind: str) -> Json:
        """The fields of a message, as its text or its caption."""
        names = {"text": "entities", "caption": "caption_entities"}
        found: Json = {kind: self.text} if self.text else {}
        return found | ({names[kind]: self.entities} if self.entities else {})


def written(given: Callable[[str], str], name: str, entities: list[Json] | None) -> Written:
    """Text in the field of that name, by its parse mode or its entities.

    Raises:
        Refused: It can't be read.

    """
    source = given(name)
    mode = given(f"{name}_parse_mode" if name == "quote" else "parse_mode")
    if mode.upper() not in {"", "HTML"}:
        raise bad("unsupported parse_mode")
    if not mode:
        return Written(*trimmed(source, entities or []), html.escape(source))
    try:
        text, found = parse_html(source)
    except ValueError as error:
        raise bad(f"can't parse entities: {error}") from None
    return Written(*trimmed(text, found), source)


def text_of(call: Call) -> Written:
    """The text of a message, 1 to 4096 units."""
    found = written(call.text, "text", call.nested("entities"))
    if not found.text:
        raise bad("message text is empty")
    if units(found.text) > MOST_TEXT:
        raise bad("message is too long")
    return found


def caption_of(call: Call) -> Written:
    """The caption of a file, up to 1024 units."""
    found = written(call.text, "caption", call.nested("caption_entities"))
    if units(found.text) > MOST_CAPTION:
        raise bad("message caption is too long")
    return found


def place(world: World, chat: Chat, call: Call) -> Json:
    """Where a message stands: in a topic, and what it replies to."""
    fields: Json = {}
    thread = call.integer("message_thread_id")
    if thread and thread not in chat.threads:
        raise bad("message thread not found")
    if thread:
        fields = {"message_thread_id": thread, "is_topic_message": True}
    wanted = call.nested("reply_parameters")
    if wanted is None:
        return fields
    home = world.find(wanted["chat_id"]) if "chat_id" in wanted else chat
    replied = home.find(wanted["message_id"])
    if replied is None and not wanted.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    if replied is None:
        return fields
    fields["external_reply" if home is not chat else "reply_to_message"] = (
        quoted(replied) if home is chat else {"origin": {}, "chat": home.about}
    )
    return fields | _quote(wanted, replied)


def _quote(wanted: Json, replied: Post) -> Json:
    if not wanted.get("quote"):
        return {}
    quote = written(
        lambda name: str(wanted.get(name, "")), "quote", wanted.get("quote_entities")
    ).text
    at = replied.text.find(quote)
    if not quote or at < 0 or units(quote) > MOST_QUOTE:
        raise bad("QUOTE_TEXT_INVALID")
    position = units(replied.text[:at])
    return {"quote": {"text": quote, "position": position, "is_manual": True}}


def keyboards(call: Call) -> tuple[Json, Json | None]:
    """The field reply_markup where it is an inline keyboard, and a markup of another kind."""
    markup = call.nested("reply_markup")
    if markup is None:
        return {}, None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" not in markup:
        return {}, markup
    rows = [row for row in markup["inline_keyboard"] if row]
    for row in rows:
        for button in row:
            _check(button)
    if sum(map(len, rows)) > MOST_BUTTONS:
        raise bad("REPLY_MARKUP_TOO_LONG")
    return ({"reply_markup": {"inline_keyboard": rows}} if rows else {}), None


def _check(button: Json) -> None:
    if not button.get("text"):
        raise bad('can\'t parse inline keyboard button: Field "text" must be non-empty')
    if not ACTIONS & set(button):
        raise bad(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= MOST_BUTTON_DATA_BYTES:
        raise bad("BUTTON_DATA_INVALID")
