"""Which words answer: the best spans, and the items of a list.

A stretch is given back as the person wrote it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from memnn.cuts import best_cut, partition
from memnn.output_map import Read
from memnn.records import Memory
from memnn.text import Token, tokenise


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch that may answer.

    Attributes:
        text: As it was written.
        memory: The memory it stands in.
        log_p: Its log-probability among all spans of the page.
    """

    text: str
    memory: Memory
    log_p: float


def spans(read: Read, longest: int, trust: float = 0.0) -> list[Span]:
    """The best span of every candidate, best first: what answers may be what O overlooked.

    Args:
        read: The page.
        longest: Most words of a span.
        trust: How much more a span of a support is worth, a logit.
    """
    trusted = read.reading.start[0] + trust * _of_supports(read)
    start, end = (logits.log_softmax(0).numpy() for logits in (trusted, read.reading.end[0]))
    found: list[Span] = []
    for memory, tokens, here in _texts(read, supports=False):
        first, last, log_p = _best(start[here], end[here], longest)
        found.append(Span(_written(memory, tokens, first, last), memory, log_p))
    return sorted(found, key=lambda span: -span.log_p)


def items(read: Read, longest: int) -> tuple[tuple[str, ...], float]:
    """Items of a list in the order in which they were told, without repeats.

    Args:
        read: The page.
        longest: Most words of an item.

    Returns:
        The items, at least one of every support that has words (see `memnn.cuts`), and the
        log-probability that the supports are cut so.
    """
    logits = read.reading.item[0]
    found: dict[str, None] = {}
    log_p = 0.0
    for memory, tokens, here in _texts(read, supports=True):
        own = logits[torch.from_numpy(here)]
        worth, cut = best_cut(own, longest)
        log_p += worth - float(partition(own[None], longest))
        begin, end = own.numpy().T
        cut = cut or [_best(begin, end, longest)[:2]]
        found |= {_written(memory, tokens, first, last): None for first, last in cut}
    return tuple(found), log_p


def _of_supports(read: Read) -> Tensor:
    """Which words are words of a support, shape [W]."""
    owner = read.reading.owner[0]
    return read.chosen[0][owner.clamp(min=0)] & (owner >= 0)


def _texts(
    read: Read, *, supports: bool
) -> Iterator[tuple[Memory, list[Token], NDArray[np.bool_]]]:
    """The memories with the words that were read of them, and where those stand on the page."""
    owner = read.reading.owner[0].numpy()
    for place, memory in enumerate(read.memories):
        here = owner == place
        if here.any() and (bool(read.chosen[0, place]) or not supports):
            yield memory, tokenise(memory.text, int(here.sum())), here


def _best(
    start: NDArray[np.float32], end: NDArray[np.float32], longest: int
) -> tuple[int, int, float]:
    """First and last word of a memory's best span, and its log-probability."""
    both = start[:, None] + end[None, :]
    words = len(start)
    possible = ~np.tri(words, k=-1, dtype=bool) & np.tri(words, k=longest - 1, dtype=bool)
    both = np.where(possible, both, -np.inf)
    first, last = divmod(int(both.argmax()), words)
    return first, last, float(both[first, last])


def _written(memory: Memory, tokens: Sequence[Token], first: int, last: int) -> str:
    return memory.text[tokens[first].start : tokens[last].end]
