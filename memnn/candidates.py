"""Which memories O's first pass scores: all of a small scope, else those that share a bucket.

Paper, section 3.3. Word hashing files a memory under each of its words, cluster hashing also under
the words that mean about the same. The rarest words of a question come first, so that an exact name
is always found; a word that a large share of the memories hold tells too little and files nowhere;
where few memories hold the words themselves, the words of their clusters fill up the budget.
"""

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from memnn.hashing import NOWHERE, Codebook
from memnn.slots import Rows, Slots


def candidate_rows(slots: Slots, words: Collection[int]) -> Rows | None:
    """The rows that share a bucket with a question.

    Args:
        slots: The memories.
        words: Hashes of the question's content words, and of its supports' from the second hop on.

    Returns:
        Ascending; None where all are to be scored.
    """
    hashing = slots.hashing
    if slots.rows <= hashing.score_all:
        return None
    budget = max(hashing.least_budget, int(hashing.budget * slots.rows))
    found: list[Rows] = [_newest(slots, hashing.newest)]
    for word in _buckets(slots, words):
        rows = slots.postings(word)[-budget:].astype(np.int64)  # of too many, the newest
        found.append(rows)
        budget -= len(rows)
        if not budget:
            break
    rows = merged(found)
    return rows[slots.alive[rows]]


def _newest(slots: Slots, most: int) -> Rows:
    """The newest rows that hold a memory: at least one wherever there is any."""
    last = np.arange(max(slots.rows - slots.dead - most, 0), slots.rows)
    return last[slots.alive[last]][-most:]


def merged(parts: Sequence[Rows]) -> Rows:
    """All rows of several ascending runs, ascending, without repeats.

    A stable sort merges the runs: 20 times as quick as `numpy.unique`, which hashes them first.
    """
    rows = np.sort(np.concatenate(parts), kind="stable")
    return rows[np.append(True, rows[1:] != rows[:-1])] if len(rows) else rows


def _buckets(slots: Slots, words: Collection[int]) -> Iterator[int]:
    """Words that a question looks under: its own, the rarest first, then those alike."""
    most = slots.hashing.common * slots.rows
    counts = {word: slots.count(word) for word in words}
    own = sorted((word for word in words if counts[word] <= most), key=counts.__getitem__)
    yield from own
    if slots.hashing.codebook is not None:
        yield from _alike(slots.hashing.codebook, own)


def _alike(codebook: Codebook, words: Collection[int]) -> Iterator[int]:
    """Words of the same clusters, without the words themselves."""
    seen = set(words)
    for cluster in dict.fromkeys(codebook.look_up(words)[1].tolist()):
        if cluster == NOWHERE:
            continue
        for word in codebook.members(cluster):
            if word not in seen:
                seen.add(word)
                yield word
