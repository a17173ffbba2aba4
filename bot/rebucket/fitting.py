"""A codebook from the words that people use: how often, and where the model puts them."""

import asyncio
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

import numpy as np

from bot.rebucket.pace import Pace
from bot.store import Rebucketing, ScopeSize
from memnn.clustering import fit
from memnn.features import unpack
from memnn.hashing import Codebook
from memnn.parts import Parts
from memnn.records import Memory
from memnn.text import tokenise

_SAMPLED: Final = 50_000  # memories in all
_LEAST: Final = 1_000  # of each scope
_AT_ONCE: Final = 16  # words, or memories, that are looked at between two awaits
_SEED: Final = 7
_LAST: Final = 19  # of the priorities

T = TypeVar("T")


class Words:
    """The words of memories, each counted once a memory, with one way of writing each."""

    def __init__(self, parts: Parts) -> None:
        self.counts: Counter[int] = Counter()
        self.written: dict[int, str] = {}
        self.total = 0
        self._parts = parts

    def take(self, memories: Iterable[Memory]) -> None:
        """Count the words of memories."""
        for memory in memories:
            self.total += 1
            self.counts.update(set(memory.words))
            if not self.written.keys() >= set(memory.words):
                for token in tokenise(memory.text):
                    for word in self._parts.words(token.name):
                        self.written.setdefault(word, token.name)

    def known(self) -> list[int]:
        """The hashes of the words that stand in a text as they are counted."""
        return [word for word in self.counts if word in self.written]


async def fit_codebook(
    buckets: Rebucketing, parts: Parts, sizes: Sequence[ScopeSize], pace: Pace
) -> Codebook:
    """Fit a codebook, of generation 0, to the words of these scopes.

    Others go on meanwhile: it is done in small steps, and the clustering in a thread.

    Raises:
        StoreError: The memories cannot be read.
    """
    words = Words(parts)
    share = min(_SAMPLED / max(sum(size.count for size in sizes), 1), 1.0)
    for size in sizes:
        wanted = min(size.count, max(int(size.count * share), _LEAST))
        for some in _few(await buckets.sample(size.scope, wanted)):
            async with pace.step():
                words.take(some)
    known = words.known()
    features: list[bytes] = []
    for group in _few(known):
        async with pace.step():
            features += parts.features([words.written[word] for word in group])
    counts = np.array([words.counts[word] for word in known], dtype=np.int64)
    hashes = np.array(known, dtype=np.uint32)
    vectors = np.array([unpack(value) for value in features], dtype=np.float32)
    stop = threading.Event()
    rest = pace.rests(stop)
    clustering = partial(fit, vectors, hashes, counts, words.total, seed=_SEED, rest=rest)
    pool = ThreadPoolExecutor(1, initializer=_give_way)
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, clustering)
    finally:
        stop.set()  # a thread that goes on would hold up the end of the process
        pool.shutdown(wait=False)


def _give_way() -> None:
    """Let this thread have what the others leave of the processor, where threads can be told so."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LAST)


def _few(items: Sequence[T]) -> Iterator[Sequence[T]]:
    yield from (items[at : at + _AT_ONCE] for at in range(0, len(items), _AT_ONCE))
