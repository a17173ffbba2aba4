"""Updates as Telegram sends them."""

import json
from typing import Any

from bot.telegram.ordering import Taken


def said(update_id: int, chat: int, text: str = "hello") -> dict[str, Any]:
    """An update: a message in a private chat."""
    user = {"id": chat, "is_bot": False, "first_name": "Ann"}
    return {
        "update_id": update_id,
        "message": {
            "message_id": update_id,
            "date": 1_700_000_000,
            "chat": {"id": chat, "type": "private", "first_name": "Ann"},
            "from": user,
            "text": text,
        },
    }


def taken(update_id: int, chat: int) -> Taken:
    """The same, taken in."""
    return Taken(update_id, chat, json.dumps(said(update_id, chat)).encode())
