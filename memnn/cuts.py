"""Items of a list as the likeliest way to cut a text into items and the rest.

A semi-Markov conditional random field (Sarawagi and Cohen 2004): an item is worth the logits of its
first word to begin and of its last to end one, and stretches compete, so that "Half of a Yellow
Sun" is weighed against "Yellow Sun".
Letters: C texts, W words of the longest.
"""

from collections.abc import Sequence
from operator import itemgetter

import torch
from torch import Tensor

_FAR = -1e4  # a logit that never wins


def padded(logits: Sequence[Tensor]) -> Tensor:
    """Logits of some texts' words to begin, and to end, an item, as one tensor, [C, W, 2]."""
    return torch.nn.utils.rnn.pad_sequence(list(logits), batch_first=True, padding_value=_FAR)


def partition(logits: Tensor, longest: int) -> Tensor:
    """Logarithm of the worth of all ways to cut texts, shape [C]; no item is worth nothing.

    Args:
        logits: Of words to begin, and to end, an item, shape [C, W, 2].
        longest: Most words of an item.
    """
    begin, end = logits.unbind(-1)
    upto = [torch.zeros(len(logits))]  # of the words before a place
    begun: list[Tensor] = []  # the same, with an item that begins at the place
    for place in range(logits.shape[1]):
        begun.append(upto[-1] + begin[:, place])
        ended = torch.stack(begun[-longest:]).logsumexp(0) + end[:, place]
        upto.append(torch.logaddexp(upto[-1], ended))
    return upto[-1]


def best_cut(logits: Tensor, longest: int) -> tuple[float, list[tuple[int, int]]]:
    """The way to cut a text that is worth most: its worth, first and last word of each item.

    Args:
        logits: Of words to begin, and to end, an item, shape [words, 2].
        longest: Most words of an item.
    """
    begin, end = logits.T.tolist()
    best: list[tuple[float, tuple[tuple[int, int], ...]]] = [(0.0, ())]  # of the words up to one
    for stop in range(1, len(begin) + 1):
        least = max(0, stop - longest)
        ending = [
            (worth + begin[first] + end[stop - 1], (*found, (first, stop - 1)))
            for first, (worth, found) in enumerate(best[least:], least)
        ]
        best.append(max([best[-1], *ending], key=itemgetter(0)))
    worth, found = best[-1]
    return worth, list(found)
