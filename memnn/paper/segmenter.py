"""The segmenter: where a stream of words falls into memories (section 3.2).

seg(c) = W_segᵀ U_S Φ_seg(c) looks at the words c that no memory holds yet, as a bag with a
dictionary of its own; where it exceeds the margin, c becomes a memory.
Letters: S stretches of words, T words of a stretch, n size.
"""

from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor, nn

from memnn.paper.dictionary import FIRST_FRESH, PAD
from memnn.paper.match_read import table
from memnn.reading import pad


class Segmenter(nn.Module):
    """Tells whether some words are a whole memory.

    Args:
        words: The words it knows; all others are one and the same to it.
        size: n.
        margin: What seg(c) exceeds where c is whole (margin).
    """

    def __init__(self, words: Iterable[str], size: int = 20, margin: float = 0.1) -> None:
        super().__init__()
        self.margin = margin
        known = dict.fromkeys(words)
        self.numbers = {word: FIRST_FRESH + 1 + at for at, word in enumerate(known)}
        self.embedding = table(FIRST_FRESH + 1 + len(known), size, size**-0.5)  # U_S
        self.weight = nn.Linear(size, 1)  # W_seg; with an offset, the word that is in every bag

    def forward(self, stretches: Sequence[Sequence[str]]) -> Tensor:
        """seg(c) of each stretch, shape [S]."""
        text = pad([[self.numbers.get(w, FIRST_FRESH) for w in words] for words in stretches])
        bags = (self.embedding(text) * (text != PAD)[..., None]).sum(1)  # [S, n]
        scores: Tensor = self.weight(bags).squeeze(1)
        return scores

    @torch.inference_mode()
    def cut(self, stream: Iterable[str]) -> Iterator[tuple[str, ...]]:
        """The memories in a stream of words; words at its end that make none are one as well."""
        held: list[str] = []
        for word in stream:
            held.append(word)
            if float(self([held])) > self.margin:
                yield tuple(held)
                held = []
        if held:
            yield tuple(held)


def segment_loss(segmenter: Segmenter, whole: Tensor, scores: Tensor) -> Tensor:
    """The mean of max(0, margin - seg(f)) for memories f, max(0, margin + seg(f)) for all else.

    Args:
        segmenter: Gives the margin.
        whole: Which stretches are memories, shape [S].
        scores: seg(c) of each, shape [S].
    """
    signed = torch.where(whole, scores, -scores)
    return torch.relu(segmenter.margin - signed).mean()
