"""Words that read from their like: the features Φ that solve the 20 tasks.

A word is a window of three words, and what stands around the same word elsewhere: in the question
and in the supports chosen so far. Separate channels read where a neighbour is the same as well.
Nothing depends on which word it is, so a word that was never seen is read as well as any.
Letters: R rows, T words of a text, S words to read from, d size.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from memnn.paper.dictionary import PAD

_SPREAD = 0.2  # standard deviation of fresh vectors


def table(words: int, size: int, spread: float = _SPREAD) -> nn.Embedding:
    """Vectors of some words, of a standard deviation; that of padding is and stays zero."""
    made = nn.Embedding(words, size, padding_idx=PAD)
    with torch.no_grad():
        made.weight.normal_(std=spread)
        made.weight[PAD].zero_()
    return made


def marks(kinds: int, size: int) -> nn.Embedding:
    """Small vectors of some kinds of things, which are added to those of words."""
    made = nn.Embedding(kinds, size)
    with torch.no_grad():
        made.weight.normal_(std=_SPREAD)
    return made


def before(items: Tensor, filler: int = 0) -> Tensor:
    """What stands before each word, shape as ``items`` [..., T]."""
    return functional.pad(items[..., :-1], (1, 0), value=filler)


def after(items: Tensor, filler: int = 0) -> Tensor:
    """What stands after each word, shape as ``items`` [..., T]."""
    return functional.pad(items[..., 1:], (0, 1), value=filler)


class Window(nn.Module):
    """A word with the words beside it: three vectors a word, one a place."""

    def __init__(self, words: int, size: int) -> None:
        super().__init__()
        self.here, self.left, self.right = (table(words, size) for _ in range(3))

    def forward(self, words: Tensor, left: Tensor, right: Tensor) -> Tensor:
        """Sum of the three, shape [..., T, d]; ``left`` and ``right`` are the neighbours."""
        found: Tensor = self.here(words) + self.left(left) + self.right(right)
        return found


def same(words: Tensor, others: Tensor) -> Tensor:
    """Which words are the same, shape [R, T, S]; padding is like nothing."""
    return (words[:, :, None] == others[:, None]) & (words != PAD)[:, :, None]


def neighbours(words: Tensor, segments: Tensor) -> tuple[Tensor, Tensor]:
    """The words left and right of each within its own text; `PAD` at its ends, shape [R, T]."""
    left = before(words) * (before(segments, -1) == segments)
    right = after(words) * (after(segments, -1) == segments)
    return left, right
