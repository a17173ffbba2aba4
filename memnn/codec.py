"""One memory as the bytes that get encrypted, and back. Knows no keys and no Redis.

Layout, big-endian: time (µs since 1970, int64), its offset from UTC (s, int32), length of the text
(uint32), of the speaker, the message id and the features in bytes (uint16 each), number of words
(uint16); then these in this order. The id is not inside: the encryption binds it.
"""

import struct
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from memnn.errors import StoreError
from memnn.records import Memory

_HEAD = struct.Struct(">qiIHHHH")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_LOCAL: Final = datetime(1970, 1, 1)  # noqa: DTZ001 -- the offset is added by hand
_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND: Final = timedelta(seconds=1)


def encode(memory: Memory, features: bytes | None = None) -> bytes:
    """Pack all of a memory but its id.

    Args:
        memory: What to pack.
        features: What to pack in place of its features; None for these.

    Raises:
        StoreError: The time has no zone, or a name or the features are over 65,535 bytes.
    """
    held = memory.features if features is None else features
    parts = (_utf8(memory.text), _utf8(memory.speaker), _utf8(memory.message_id), held)
    offset = memory.time.utcoffset()
    if offset is None:
        raise StoreError("a memory's write time needs a time zone")
    try:
        head = _HEAD.pack(
            (memory.time - _EPOCH) // _MICROSECOND,
            offset // _SECOND,
            *map(len, parts),
            len(memory.words),
        )
    except struct.error as error:
        raise StoreError("a memory's speaker, message id or features are over 65,535 bytes") from (
            error
        )
    return b"".join((head, *parts, struct.pack(f">{len(memory.words)}I", *memory.words)))


def decode(memory_id: int, value: bytes, rest: bytes = b"") -> Memory:
    """Unpack what `encode` gave.

    Args:
        memory_id: The memory's id.
        value: The bytes.
        rest: What comes after the features that were packed.
    """
    micros, offset, text, speaker, message, features, words = _HEAD.unpack_from(value)
    speaker_at = _HEAD.size + text
    message_at = speaker_at + speaker
    features_at = message_at + message
    words_at = features_at + features
    return Memory(
        memory_id,
        str(value[speaker_at + speaker : features_at], "utf-8", "surrogatepass"),
        str(value[_HEAD.size : speaker_at], "utf-8", "surrogatepass"),
        (_EPOCH_LOCAL + timedelta(0, offset, micros)).replace(tzinfo=_zone(offset)),
        str(value[speaker_at:message_at], "utf-8", "surrogatepass"),
        value[features_at:words_at] + rest,
        struct.unpack_from(f">{words}I", value, words_at),
    )


def decode_text(value: bytes) -> str:
    """Only the text of what `encode` packed."""
    end = _HEAD.size + int(_HEAD.unpack_from(value)[2])
    return str(value[_HEAD.size : end], "utf-8", "surrogatepass")


def decode_words(value: bytes) -> tuple[int, ...]:
    """Only the words of what `encode` packed."""
    words = _HEAD.unpack_from(value)[-1]
    return struct.unpack_from(f">{words}I", value, len(value) - 4 * words)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@lru_cache(maxsize=256)
def _zone(offset_s: int) -> timezone:
    return timezone(timedelta(seconds=offset_s)) if offset_s else UTC
