"""The embedded server: a private Redis-compatible server per data directory."""

from bot.server.binary import find_binary
from bot.server.embedded import EmbeddedServer

__all__ = ["EmbeddedServer", "find_binary"]
