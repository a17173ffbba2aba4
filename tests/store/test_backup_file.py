"""The file of a backup: what is not as it was written does not open."""

from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store.backup_file import BackupReader, BackupWriter, Piece, Totals
from bot.store.crypto import MasterKey
from memnn.errors import DataError

KEY = MasterKey(b"k" * 32)
PIECES = (
    Piece("mn:{a}:head", "hash", -1, (b"key", bytes(range(256)), b"ver", b"1")),
    Piece("mn:{ü}:log", "stream", -1, (b"1-1", b"2", b"k", b"")),
    Piece("mn:{bot=1}:seen", "zset", 1_900_000_000_000, ()),
)
any_file = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=100)


def write(path: Path, pieces: tuple[Piece, ...] = PIECES, key: MasterKey = KEY) -> bytes:
    """Write a backup; gives its bytes."""
    with path.open("w+b") as file:
        writer = BackupWriter(file, key)
        for piece in pieces:
            writer.write(piece)
        writer.end(Totals(1, 2))
    return path.read_bytes()


def read(path: Path, key: MasterKey = KEY) -> tuple[list[Piece], Totals]:
    """Read a backup."""
    with path.open("rb") as file:
        reader = BackupReader(path, file)
        pieces = list(reader.pieces(key))
        assert list(reader.pieces(key)) == pieces
        assert reader.read == reader.size
        return pieces, reader.totals


@pytest.fixture(name="path", scope="module")
def _path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a file may be written."""
    return tmp_path_factory.mktemp("backups") / "backup"


pieces_of_any_kind = st.builds(
    Piece,
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.sampled_from(["hash", "set", "zset", "stream", "string"]),
    st.integers(-1, 2**62),
    st.lists(st.binary(max_size=300), max_size=5).map(tuple),
)


@any_file
@given(pieces=st.lists(pieces_of_any_kind, max_size=6).map(tuple))
def test_pieces_come_back(path: Path, pieces: tuple[Piece, ...]) -> None:
    """What is written is read, in its order."""
    write(path, pieces)

    assert read(path) == (list(pieces), Totals(1, 2))


@any_file
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_bit_may_change(path: Path, place: int, bit: int) -> None:
    """One other bit, anywhere, is found."""
    damaged = bytearray(write(path))
    damaged[place % len(damaged)] ^= 1 << bit
    path.write_bytes(damaged)

    with pytest.raises(DataError, match=r"backup: is (damaged or cut short|no backup)"):
        read(path)


@any_file
@given(kept=st.integers(0, 10_000))
def test_no_end_may_be_missing(path: Path, kept: int) -> None:
    """A file that was cut short, wherever, is found."""
    whole = write(path)
    path.write_bytes(whole[: kept % len(whole)])

    with pytest.raises(DataError, match=r"backup: is (damaged or cut short|no backup)"):
        read(path)


@any_file
@given(more=st.binary(min_size=1))
def test_nothing_may_follow(path: Path, more: bytes) -> None:
    """What stands behind the end is found."""
    path.write_bytes(write(path) + more)

    with pytest.raises(DataError, match="damaged or cut short"):
        read(path)


@any_file
@given(order=st.lists(st.integers(0, 3), max_size=6).filter(lambda order: order != [0, 1, 2, 3]))
def test_frames_keep_their_places(path: Path, order: list[int]) -> None:
    """Frames that were dropped, doubled or exchanged are found, whole as each is."""
    whole = write(path)
    at = whole.index(b"\n") + 1
    line, frames = whole[:at], list[bytes]()
    while at < len(whole):
        end = at + 4 + int.from_bytes(whole[at : at + 4])
        frames.append(whole[at:end])
        at = end
    path.write_bytes(line + b"".join(frames[n] for n in order))

    with pytest.raises(DataError, match="damaged or cut short"):
        read(path)


def test_frames_of_another_file(tmp_path: Path) -> None:
    """A frame of another backup of the same key does not fit, at the same place either."""
    one, other = write(tmp_path / "one"), write(tmp_path / "other")
    line = one.index(b"\n") + 1
    (tmp_path / "mixed").write_bytes(one[:line] + other[line:])

    with pytest.raises(DataError, match="mixed: is damaged"):
        read(tmp_path / "mixed")


def test_files_need_their_key(tmp_path: Path) -> None:
    """A file names its key without telling it, and opens with no other."""
    held = write(tmp_path / "backup")
    with (tmp_path / "backup").open("rb") as file:
        assert BackupReader(tmp_path / "backup", file).check == KEY.check
    assert b"k" * 32 not in held

    with pytest.raises(DataError):
        read(tmp_path / "backup", MasterKey(b"x" * 32))


def test_later_formats(tmp_path: Path) -> None:
    """A file of a later format is refused with both numbers."""
    line = b"memnn-bot backup 2 " + b"0" * 32 + b" " + b"0" * 32 + b" "
    path = tmp_path / "later"
    path.write_bytes(line + b"%08x\n" % crc32(line))

    with pytest.raises(DataError, match="format 2; this version reads up to 1"):
        read(path)


def test_what_was_taken_back_is_gone(tmp_path: Path) -> None:
    """What is written after a mark can be taken back, and others written in its place."""
    path = tmp_path / "backup"
    with path.open("w+b") as file:
        writer = BackupWriter(file, KEY)
        writer.write(PIECES[0])
        mark = writer.mark()
        for _ in range(3):
            writer.write(PIECES[1])
        writer.rewind(mark)
        writer.write(PIECES[2])
        writer.end(Totals())

    assert read(path) == ([PIECES[0], PIECES[2]], Totals())


def test_totals_in_words() -> None:
    """What a backup holds is said in words."""
    assert str(Totals(1, 1)) == "1 chat with 1 memory"
    assert str(Totals(1200, 0)) == "1,200 chats with 0 memories"
