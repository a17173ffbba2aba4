"""The heap of the process, kept as small as what is in it. Without effect where it is not glibc's.

Questions are read in several threads. With glibc's heap for each of them, every one grows to its
largest page and is never given back; and of a shared one, what lies free between pieces in use.
"""

import ctypes
from contextlib import suppress
from typing import Final

_M_ARENA_MAX: Final = -8  # of glibc's malloc.h
_ELSEWHERE: Final = (OSError, AttributeError, TypeError)  # another C library, or none to be named


def share_heap() -> None:
    """Have the threads that begin after this share one heap."""
    with suppress(*_ELSEWHERE):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Give back to the system what lies free in the heap: milliseconds, without Python's lock."""
    with suppress(*_ELSEWHERE):
        ctypes.CDLL(None).malloc_trim(0)
