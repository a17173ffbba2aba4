"""The errors of the memory network, and of whatever stores its memories.

    MemnnError
    ├── ArtifactError            the artifact is missing, truncated or of another version
    ├── DataError                data are missing or malformed; says file and line
    └── StoreError               a memory could not be read or written; nothing was changed
        ├── StoreUnavailableError    the server does not answer, or refuses the login
        ├── StoreFullError           the server is out of memory or disk
        ├── StoreReadOnlyError       the server takes no writes (a replica, or a failed disk)
        └── StoreKeyError            the master key is missing or does not open the stored data

Every message says what is wrong, where, and what to do. None carries a user's text, a token or a
key.
"""


class MemnnError(Exception):
    """Base of every error that this library raises on purpose."""


class ArtifactError(MemnnError):
    """The trained artifact is missing, truncated, or of a version this code does not read."""


class DataError(MemnnError):
    """Data are missing, malformed or not what is wanted; names the file, and the line if any."""


class StoreError(MemnnError):
    """A store could not do what it was asked; nothing was changed."""


class StoreUnavailableError(StoreError):
    """The server behind a store does not answer in time or refuses the login."""


class StoreFullError(StoreError):
    """The server behind a store has no room for another write."""


class StoreReadOnlyError(StoreError):
    """The server behind a store takes no writes at the moment."""


class StoreKeyError(StoreError):
    """The master key is missing, or is not the one that the stored data were written with."""
