"""The names of the scopes that are not Telegram chats."""

TERMINAL = "terminal:owner"
REPLAY = "replay"
