"""How R learns the items of a list: by the likelihood of cutting a memory so; see `memnn.cuts`."""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor

from memnn.cuts import padded, partition
from memnn.training.targets import Span


def items_loss(logits: Sequence[Tensor], items: Sequence[Sequence[Span]], longest: int) -> Tensor:
    """Of the items of some candidates, summed over them.

    Args:
        logits: Of each candidate's words to begin, and to end, an item, shape [words, 2].
        items: Each candidate's; of most there is none. Candidates whose items overlap or are too
            long cannot be cut so, and teach nothing.
        longest: Most words of an item.
    """
    pairs = [
        (line, own) for line, own in zip(logits, items, strict=True) if _can_be_cut(own, longest)
    ]
    if not pairs:
        return torch.zeros(())
    words = padded([line for line, _ in pairs])
    told = [(at, s.first, s.last) for at, (_, own) in enumerate(pairs) for s in own]
    if not told:
        return partition(words, longest).sum()
    at, first, last = torch.tensor(told).unbind(1)
    worth = words[at, first, 0].sum() + words[at, last, 1].sum()
    return partition(words, longest).sum() - worth


def _can_be_cut(items: Sequence[Span], longest: int) -> bool:
    order = sorted(items, key=lambda span: span.first)
    apart = all(a.last < b.first for a, b in itertools.pairwise(order))
    return apart and all(span.last - span.first < longest for span in order)
