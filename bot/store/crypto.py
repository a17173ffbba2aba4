"""Encryption at rest: AES-GCM under a data key per scope, which a master key outside Redis wraps.

Sealed values are bound to their scope and their place in it, so that a value moved elsewhere does
not open. Names that Redis must see (word buckets, messages) are keyed hashes. What belongs to no
scope is sealed under keys derived from the master key, one for each key of Redis. Nonces are
random: good for 2^32 values a key. This module knows no Redis and no files.
"""

import hashlib
import os
import struct
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from memnn.errors import StoreKeyError

KEY_BYTES: Final = 32
BUCKETS: Final = 4096  # of words; a bucket more is a name more in each stretch of ids
_CLUSTER_BUCKETS: Final = (1 << 16) - BUCKETS
MESSAGE_BYTES: Final = 12
_NONCE_BYTES: Final = 12
_SCOPE_DAMAGE: Final = (
    "a stored value does not open with its scope's key: it was damaged or moved inside Redis; put "
    "back a backup of the Redis data, or forget everything in this chat"
)
_LEDGER_DAMAGE: Final = (
    "one of the bot's own records does not open with the master key: it was damaged or moved "
    "inside Redis; put back a backup of the Redis data"
)
_ID = struct.Struct(">I")
_BUCKET = struct.Struct(">H")


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)


def _seal(cipher: AESGCM, value: bytes, place: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, value, place)


def _open(cipher: AESGCM, sealed: bytes, place: bytes, damage: str) -> bytes:
    nonce, value = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return cipher.decrypt(nonce, value, place)
    except (InvalidTag, ValueError) as error:
        raise StoreKeyError(damage) from error


def _name(scope: str) -> bytes:
    return scope.encode("utf-8", "surrogatepass")


class ScopeCipher:
    """What one scope's data key does: seals and opens values, names buckets and messages."""

    def __init__(self, scope: str, data_key: bytes) -> None:
        self._cipher = AESGCM(data_key)
        self._record = b"rec\0" + _name(scope) + b"\0"
        self._old = b"old\0" + _name(scope) + b"\0"
        self._bucket_key = _derive(data_key, b"memnn-bot word buckets")
        self._message_key = _derive(data_key, b"memnn-bot message ids")

    def seal_record(self, memory_id: int, value: bytes) -> bytes:
        """Encrypt the record of one memory."""
        return _seal(self._cipher, value, self._record + _ID.pack(memory_id))

    def open_record(self, memory_id: int, sealed: bytes) -> bytes:
        """Decrypt what `seal_record` gave for this id.

        Raises:
            StoreKeyError: The value was altered, or belongs to another id or scope.
        """
        return _open(self._cipher, sealed, self._record + _ID.pack(memory_id), _SCOPE_DAMAGE)

    def seal_old_text(self, memory_id: int, text: str) -> bytes:
        """Encrypt the text that a memory had before an edit."""
        value = text.encode("utf-8", "surrogatepass")
        return _seal(self._cipher, value, self._old + _ID.pack(memory_id))

    def open_old_text(self, memory_id: int, sealed: bytes) -> str:
        """Decrypt what `seal_old_text` gave for this id.

        Raises:
            StoreKeyError: The value was altered, or belongs to another id or scope.
        """
        value = _open(self._cipher, sealed, self._old + _ID.pack(memory_id), _SCOPE_DAMAGE)
        return value.decode("utf-8", "surrogatepass")

    def bucket(self, word: int, buckets: int = BUCKETS) -> bytes:
        """The bucket of a word's hash, 2 bytes; says nothing about the word without the key."""
        return _BUCKET.pack(self._number(b"", word) % buckets)

    def cluster_bucket(self, cluster: int) -> bytes:
        """The bucket of a cluster, 2 bytes: none that a word can have."""
        return _BUCKET.pack(BUCKETS + self._number(b"c", cluster) % _CLUSTER_BUCKETS)

    def message(self, message_id: str) -> bytes:
        """The name of a message in Redis, `MESSAGE_BYTES` bytes."""
        name = message_id.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(name, digest_size=MESSAGE_BYTES, key=self._message_key).digest()

    def _number(self, kind: bytes, number: int) -> int:
        name = kind + _ID.pack(number)
        digest = hashlib.blake2b(name, digest_size=2, key=self._bucket_key).digest()
        return int(_BUCKET.unpack(digest)[0])


class ValueCipher:
    """Seals the values of one key of Redis that belongs to no scope; bound to key and field."""

    def __init__(self, place: str, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._place = place.encode() + b"\0"

    def seal(self, field: str, value: bytes) -> bytes:
        """Encrypt the value of a field."""
        return _seal(self._cipher, value, self._place + field.encode())

    def open(self, field: str, sealed: bytes) -> bytes:
        """Decrypt what `seal` gave for this field.

        Raises:
            StoreKeyError: The value was altered, or belongs to another field or key.
        """
        return _open(self._cipher, sealed, self._place + field.encode(), _LEDGER_DAMAGE)


class MasterKey:
    """The key outside Redis: wraps and unwraps the data keys of the scopes.

    Attributes:
        check: Names this key without telling it; what Redis keeps to recognise it.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = AESGCM(_derive(key, b"memnn-bot key wrapping"))
        self.check = _derive(key, b"memnn-bot key check")[:16].hex()

    def value_cipher(self, place: str) -> ValueCipher:
        """The cipher of a key of Redis that belongs to no scope."""
        return ValueCipher(place, _derive(self._key, b"memnn-bot values of " + place.encode()))

    def new_data_key(self, scope: str) -> bytes:
        """Draw a data key for a new scope; returns it wrapped."""
        return _seal(self._cipher, os.urandom(KEY_BYTES), _name(scope))

    def unwrap(self, scope: str, wrapped: bytes) -> ScopeCipher:
        """The cipher of a scope from its wrapped data key.

        Raises:
            StoreKeyError: Another master key wrapped it, or it belongs to another scope.
        """
        try:
            nonce, value = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
            return ScopeCipher(scope, self._cipher.decrypt(nonce, value, _name(scope)))
        except (InvalidTag, ValueError) as error:
            raise StoreKeyError(
                "the key of a chat does not open with the master key (MEMORY_KEY_FILE): put back "
                "the key file that the data were written with"
            ) from error
