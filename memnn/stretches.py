"""Which words answer: the best spans, and the items of a list.

A stretch is given back as the person wrote it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from memnn.output_map import Read
from memnn.records import Memory
from memnn.text import Token, fold, tokenise

_OF_SEVERAL = 3.0  # a logit; one of several supports holds rather one item than two
_A_WORD_MORE = 0.4  # likewise; where it begins and where it ends are told apart, so some run on
_LISTED = 3.0  # likewise; behind a comma or an "and" stands rather one more than nothing
_JOINING = frozenset({",", ";", "/", "+", "&", "and", "or", "plus"})
_BEFORE_A_THING = frozenset(  # what may stand between such a word and the item
    "a an the my his her our their some one two three four five six also of".split()  # noqa: SIM905 -- a list to read
)


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
        The items, at least one of every support that has words, and the log-probability that they
        begin and end where they should, and nowhere else.
    """
    logits = read.reading.item[0]
    sure = torch.nn.functional.logsigmoid(logits.abs())[_of_supports(read)]
    cost = _OF_SEVERAL if read.chosen.sum() > 1 else 0.0
    found = {
        _written(memory, tokens, first, last): None
        for memory, tokens, here in _texts(read, supports=True)
        for first, last in _items(logits.numpy()[here], _gains(tokens, cost), longest)
    }
    return tuple(found), float(sure.sum())


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
    """First and last word of a memory's best span, the shorter rather, and its log-probability."""
    both = start[:, None] + end[None, :]
    words = len(start)
    more = np.arange(words)[None, :] - np.arange(words)[:, None]  # than one
    worth = np.where((more >= 0) & (more < longest), both - _A_WORD_MORE * more, -np.inf)
    first, last = divmod(int(worth.argmax()), words)
    return first, last, float(both[first, last])


def _gains(tokens: Sequence[Token], cost: float) -> list[float]:
    """What an item that begins at each word gains where another stands before it, a logit."""
    gains: list[float] = []
    joined = False
    for token in tokens:
        gains.append(_LISTED - cost if joined else -cost)
        word = fold(token.text)
        joined = word in _JOINING or (joined and (word in _BEFORE_A_THING or word.isdigit()))
    return gains


def _items(
    logits: NDArray[np.float32], gains: Sequence[float], longest: int
) -> list[tuple[int, int]]:
    """First and last word of the items of one memory: those that are worth most together.

    An item is worth the logits of its first word to begin and of its last to end one, less what its
    further words cost, and what it gains; the first item, what none before it gives. Where none is
    worth anything, it is the best.

    Args:
        logits: Of each word to begin, and to end, an item, shape [W, 2].
        gains: See `_gains`.
        longest: Most words of an item.
    """
    begin, end = logits.T.tolist()
    alone = gains[0]  # nothing stands before the first word
    best: list[tuple[float, tuple[tuple[int, int], ...]]] = [(0.0, ())]  # of the words up to one
    for stop in range(1, len(begin) + 1):
        least = max(0, stop - longest)
        ending = [
            (
                worth
                + begin[first]
                + end[stop - 1]
                - _A_WORD_MORE * (stop - 1 - first)
                + (gains[first] if found else alone),
                (*found, (first, stop - 1)),
            )
            for first, (worth, found) in enumerate(best[least:stop], least)
        ]
        best.append(max([best[-1], *ending], key=itemgetter(0)))
    return list(best[-1][1]) or [_best(logits[:, 0], logits[:, 1], longest)[:2]]


def _written(memory: Memory, tokens: Sequence[Token], first: int, last: int) -> str:
    return memory.text[tokens[first].start : tokens[last].end]
