"""The errors of the application beside those of the memory network.

    memnn.errors.MemnnError
    └── ConfigurationError    a setting is wrong; one line a setting

Like there, a message says what is wrong, where, and what to do, and carries no secret.
"""

from memnn.errors import MemnnError


class ConfigurationError(MemnnError):
    """Settings that cannot be used; the message has one line for each."""
