"""The errors of the application beside those of the memory network.

    memnn.errors.MemnnError
    ├── ConfigurationError    a setting is wrong; one line a setting
    └── UnknownChatError      an administrator asks about a chat that the bot does not know

Like there, a message says what is wrong, where, and what to do, and carries no secret.
"""

from memnn.errors import MemnnError


class ConfigurationError(MemnnError):
    """Settings that cannot be used; the message has one line for each."""


class UnknownChatError(MemnnError):
    """A chat that the bot knows nothing of."""
