"""The file of a backup: pieces of keys, sealed one after the other. Knows no Redis.

The first line names the format, the master key by its check, and the file by random bytes:

    memnn-bot backup 1 KEYCHECK FILE CRC

Then come frames: length (uint32, big-endian), and a piece sealed under a key that is derived for
this file alone, bound to its number; the last one says what is in the file. So a frame that is
damaged, missing, doubled or from elsewhere does not open, a file that is cut short has no end, and
nothing in it is readable without the master key, not even which chats there are.

What a piece holds is what commands read and write, independent of the server's own formats: type
and name of a key, when it ends, and its items.
"""

import binascii
import json
import os
import re
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO, Final

from bot.store.crypto import MasterKey
from memnn.errors import DataError, StoreKeyError

_FORMAT: Final = 1
_LINE = re.compile(rb"memnn-bot backup (\d{1,9}) ([0-9a-f]{32}) [0-9a-f]{32} ([0-9a-f]{8})\n")
_START: Final = b"memnn-bot backup "
_MOST_LINE_BYTES: Final = 200
_LENGTH = struct.Struct(">I")
_HEAD = struct.Struct(">BqH")  # length of the type, expiry, length of the name
_PIECE: Final = b"p"
_END: Final = b"e"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one key.

    Attributes:
        key: Its name.
        kind: Its type, as Redis calls it.
        expiry_ms: When it ends, since 1970; -1 for never.
        items: As `fill.lua` takes them.
    """

    key: str
    kind: str
    expiry_ms: int
    items: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """What a backup holds.

    Attributes:
        scopes: Chats, the terminal's included.
        memories: Of all of them.
    """

    scopes: int = 0
    memories: int = 0

    def __str__(self) -> str:
        chats = "1 chat" if self.scopes == 1 else f"{self.scopes:,} chats"
        return f"{chats} with " + (
            "1 memory" if self.memories == 1 else f"{self.memories:,} memories"
        )


class BackupWriter:
    """Writes one backup; it is one only once `end` was called."""

    def __init__(self, file: BinaryIO, master: MasterKey) -> None:
        line = _START + f"{_FORMAT} {master.check} {os.urandom(16).hex()} ".encode()
        line += f"{binascii.crc32(line):08x}\n".encode()
        self._file = file
        self._file.write(line)
        self._cipher = master.value_cipher(line.decode())
        self._number = 0

    def write(self, piece: Piece) -> None:
        """Add a piece."""
        self._add(_PIECE + _pack(piece))

    def mark(self) -> tuple[int, int]:
        """Where the file is, for `rewind`."""
        return self._file.tell(), self._number

    def rewind(self, mark: tuple[int, int]) -> None:
        """Take back what was written since."""
        at, self._number = mark
        self._file.seek(at)
        self._file.truncate()

    def end(self, totals: Totals) -> None:
        """Say what is in the file, which is complete then."""
        self._add(_END + json.dumps(asdict(totals)).encode())

    def _add(self, value: bytes) -> None:
        sealed = self._cipher.seal(str(self._number), value)
        self._file.write(_LENGTH.pack(len(sealed)) + sealed)
        self._number += 1


class BackupReader:
    """Reads one backup.

    Attributes:
        check: Names the master key that it was made with.
        size: Bytes of the file.
        totals: What is in it, once `pieces` has come to its end.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        """Read the first line.

        Raises:
            DataError: It is no backup, or one that a newer version made.
        """
        self._path = path
        self._file = file
        self.totals = Totals()
        self.size = os.fstat(file.fileno()).st_size
        self._line = file.readline(_MOST_LINE_BYTES)
        if not self._line.startswith(_START):
            raise DataError(f"{path}: is no backup of memnn-bot; give the file that it wrote")
        found = _LINE.fullmatch(self._line)
        if found is None or int(found[3], 16) != binascii.crc32(self._line[: found.start(3)]):
            raise self._damaged()
        if int(found[1]) > _FORMAT:
            raise DataError(
                f"{path}: has format {int(found[1])}; this version reads up to {_FORMAT}: install "
                "a newer memnn-bot"
            )
        self.check = found[2].decode()

    @property
    def read(self) -> int:
        """Bytes that were read so far."""
        return self._file.tell()

    def pieces(self, master: MasterKey) -> Iterator[Piece]:
        """All pieces, from the start; where this ends without an error, the file is whole.

        Args:
            master: The key that the file was made with.

        Raises:
            DataError: The file is damaged or cut short.
        """
        cipher = master.value_cipher(self._line.decode())
        self._file.seek(len(self._line))
        for number in count():
            try:
                value = cipher.open(str(number), self._frame())
            except StoreKeyError as error:
                raise self._damaged() from error
            if value.startswith(_END):
                break
            yield _unpack(value[len(_PIECE) :])
        if self._file.read(1):
            raise self._damaged()
        self.totals = Totals(**json.loads(value[len(_END) :]))

    def _frame(self) -> bytes:
        head = self._file.read(_LENGTH.size)
        length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else 0
        frame = self._file.read(length) if length <= self.size else b""
        if not frame or len(frame) != length:
            raise self._damaged()
        return frame

    def _damaged(self) -> DataError:
        return DataError(
            f"{self._path}: is damaged or cut short near byte {self.read:,}; take another copy"
        )


def _pack(piece: Piece) -> bytes:
    kind, key = piece.kind.encode(), piece.key.encode()
    parts = [_HEAD.pack(len(kind), piece.expiry_ms, len(key)), kind, key]
    for item in piece.items:
        parts += [_LENGTH.pack(len(item)), item]
    return b"".join(parts)


def _unpack(value: bytes) -> Piece:
    kind_bytes, expiry_ms, key_bytes = _HEAD.unpack_from(value)
    key_at = _HEAD.size + kind_bytes
    at = key_at + key_bytes
    kind, key = value[_HEAD.size : key_at].decode(), value[key_at:at].decode()
    items: list[bytes] = []
    while at < len(value):
        start = at + _LENGTH.size
        at = start + _LENGTH.unpack_from(value, at)[0]
        items.append(value[start:at])
    return Piece(key, kind, expiry_ms, tuple(items))
