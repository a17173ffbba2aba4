"""Lines from a pipe, on real pipes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.terminal.lines import PipedLines


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe: its reading and its writing end."""
    ends = os.pipe()
    yield ends
    os.close(ends[0])


async def read_all(lines: PipedLines) -> list[str]:
    """Every line until the end."""
    found = []
    while (line := await lines.read()) is not None:
        found.append(line)
    return found


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        (b"", []),
        (b"one\ntwo\n", ["one", "two"]),
        (b"one\r\n\r\ntwo", ["one", "", "two"]),
        (b"caf\xc3\xa9\n", ["caf\u00e9"]),
        (b"\xff\xfe\n", ["\ufffd\ufffd"]),
        (b"a\x00b\n", ["a\x00b"]),
    ],
)
async def test_a_pipe_is_read_line_by_line(
    raw: bytes, lines: list[str], pipe: tuple[int, int]
) -> None:
    """Any line end will do, the last may lack it, and what is no UTF-8 is marked."""
    reading, writing = pipe
    os.write(writing, raw)
    os.close(writing)
    assert await read_all(PipedLines(reading)) == lines


async def test_a_line_is_read_when_it_is_complete(pipe: tuple[int, int]) -> None:
    """A line that comes in two pieces is one line."""
    reading, writing = pipe
    lines = PipedLines(reading)
    os.write(writing, b"one\ntw")
    assert await lines.read() == "one"
    os.write(writing, b"o\n")
    os.close(writing)
    assert await read_all(lines) == ["two"]


async def test_what_cannot_be_read_has_ended(tmp_path: Path) -> None:
    """An input that fails, as that of a terminal which is gone, is at its end; nothing hangs."""
    folder = os.open(tmp_path, os.O_RDONLY)
    assert await read_all(PipedLines(folder)) == []
    os.close(folder)


async def test_a_closed_input_has_ended() -> None:
    """Without an input there is no line."""
    assert await read_all(PipedLines(None)) == []
