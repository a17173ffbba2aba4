"""Small things that the tests of stores share: times, features, plans, and a tiny featuriser."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import numpy as np

from memnn.features import pack
from memnn.records import Memory, Plan, Slot
from memnn.store import Store

TIME = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FINGERPRINT = b"test"
WIDTH = 8


def packed(text: str, fingerprint: bytes = FINGERPRINT, width: int = WIDTH) -> bytes:
    """Features that depend on the text alone."""
    seed = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8])
    vector = np.random.default_rng(seed).normal(size=width)
    return pack(fingerprint, vector.astype(np.float32))


def word_hashes(text: str) -> tuple[int, ...]:
    """32-bit hashes of the words, without repeats."""
    words = dict.fromkeys(text.lower().split())
    digests = (hashlib.sha256(w.encode("utf-8", "surrogatepass")).digest() for w in words)
    return tuple(int.from_bytes(digest[:4]) for digest in digests)


class TextFeaturiser:
    """A `memnn.store.Featuriser` whose model is a hash of the text."""

    def __init__(self, fingerprint: bytes = FINGERPRINT) -> None:
        self.fingerprint = fingerprint
        self.asked: list[str] = []

    def features(self, texts: Sequence[str]) -> list[bytes]:
        """The features of each text."""
        self.asked += texts
        return [packed(text, self.fingerprint) for text in texts]


def slot(text: str, *, time: datetime = TIME, speaker: str = "") -> Slot:
    """A statement with its features and words."""
    return Slot(text, time, speaker, packed(text), word_hashes(text))


def plan(message_id: str, *texts: str, time: datetime = TIME, speaker: str = "") -> Plan:
    """A message with a statement for each text."""
    return Plan(message_id, tuple(slot(text, time=time, speaker=speaker) for text in texts))


def texts(memories: Iterable[Memory]) -> list[str]:
    """The texts of memories."""
    return [memory.text for memory in memories]


async def everything(store: Store, scope: str) -> list[Memory]:
    """All memories of a scope, by both ways of reading them, which must agree."""
    slots = list(await store.candidates(scope, ()))
    page = await store.page(scope, limit=1000)
    assert list(page.memories)[::-1] == slots
    assert page.total == len(slots)
    return slots
