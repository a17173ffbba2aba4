"""The names of scopes."""

TERMINAL = "terminal:owner"
REPLAY = "replay"


def chat_scope(bot_id: int, chat_id: int) -> str:
    """The scope of a Telegram chat: another bot on the same server has others."""
    return f"{bot_id}:{chat_id}"
