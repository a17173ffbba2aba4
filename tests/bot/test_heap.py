"""The heap that all threads share."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MANY_THREADS = """
import ctypes, sys, threading
from bot.heap import share_heap
if sys.argv[1] == "shared":
    share_heap()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
here = threading.Barrier(6)
def allocate():
    held = libc.malloc(50_000)
    here.wait()
    libc.free(held)
threads = [threading.Thread(target=allocate) for _ in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


def heaps(how: str) -> int:
    """How many heaps six threads have that allocate at once, as the C library tells it."""
    command = [sys.executable, "-c", MANY_THREADS, how]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    return told.stdout.count("<heap ")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library's heaps")
def test_threads_share_one_heap() -> None:
    """Where each would have its own."""
    assert heaps("apart") > 1
    assert heaps("shared") == 1


LEFT_FREE = """
import ctypes
import psutil
from bot.heap import give_back
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
held = [libc.malloc(60_000) for _ in range(2000)]
for piece in held:
    ctypes.memset(piece, 1, 60_000)
for piece in held[:-1]:  # the last one stands above them all
    libc.free(piece)
before = psutil.Process().memory_info().rss
give_back()
print((before - psutil.Process().memory_info().rss) / 60_000)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library's heaps")
def test_what_is_free_is_given_back() -> None:
    """Though something in use lies above it."""
    command = [sys.executable, "-c", LEFT_FREE]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert float(told.stdout) > 1500
