"""The names of scopes, and of messages within them."""

TERMINAL = "terminal:owner"
REPLAY = "replay"


def chat_scope(bot_id: int, chat_id: int) -> str:
    """The scope of a Telegram chat: another bot on the same server has others."""
    return f"{bot_id}:{chat_id}"


def message_name(chat_id: int, message_id: int, home: int | None = None) -> str:
    """What a Telegram message is called within its scope.

    Args:
        chat_id: The chat that it was sent in.
        message_id: Its number there.
        home: The group that this supergroup once was, where it keeps that group's memories; it
            counts its messages anew, and their names must not meet the old ones.
    """
    return str(message_id) if home is None else f"{chat_id}/{message_id}"
