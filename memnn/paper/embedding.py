"""U Φ(x): texts as vectors (section 3.1), with what can be added to it, each an option.

A word has a vector for each role that it can have (D = 3|W| with three roles). With `contexts` it
is also the words around it, wherever it stands in the story (section 3.5, 5|W|). N-grams, a matrix
for each part of a sentence and a second, nonlinear layer are the tasks paper's (section 5).
Letters: T words of a text, n size; texts have any shape before T.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from memnn.mechanisms import Features, Mechanisms
from memnn.paper.dictionary import FIRST_WORD, PAD
from memnn.paper.match_read import neighbours, same, table

_GRAMS = 1 << 13  # vectors of n-grams; few of the hundreds that the tasks have share one
_HASH = (1_000_003, 8_191)


class Embedding(nn.Module):
    """E(x) of texts.

    Args:
        config: Which options.
        words: |W|.
        size: n.
        roles: How many roles a word can have.
    """

    def __init__(self, config: Mechanisms, words: int, size: int, roles: int) -> None:
        super().__init__()
        self.config, self.count = config, words
        spread = size**-0.5
        self.words = table(roles * words, size, spread=spread)
        if config.features is Features.NGRAMS:
            self.grams = table(roles * _GRAMS, size, spread=spread)
        if config.features is Features.MULTILINEAR:
            self.places = nn.Parameter(torch.eye(size).repeat(config.parts, 1, 1))
        if config.nonlinear:
            self.deep = nn.Linear(size, size, bias=False)

    def forward(
        self, text: Tensor, segments: Tensor, roles: Tensor, around: "Around | None" = None
    ) -> Tensor:
        """E(x), shape [..., n].

        Args:
            text: Words, shape [..., T].
            segments: Which text of several a word is of, shape [..., T].
            roles: The role of every word, shape [..., T].
            around: The words around each word, and whether its own vector counts.
        """
        vectors = self.words(roles * self.count + text)  # [..., T, n]
        if around is not None:
            vectors = vectors * around.known[..., None] + around.vectors
        if self.config.features is Features.NGRAMS:
            for gram in ngrams(text, segments):
                vectors = vectors + self.grams(roles * _GRAMS + gram) * (gram != PAD)[..., None]
        vectors = vectors * (text != PAD)[..., None]
        return self.finish(self._sum(vectors, text, segments))

    def seen(self, rows: int) -> Tensor:
        """Which words count as known, one or zero, shape [rows, |W|]; see `seen_words`."""
        if not self.config.contexts:
            return torch.ones(rows, self.count)
        return seen_words(rows, self.count, self.config.unseen if self.training else 0.0)

    def finish(self, summed: Tensor) -> Tensor:
        """tanh(W tanh(·)) where the embedding is nonlinear."""
        return torch.tanh(self.deep(torch.tanh(summed))) if self.config.nonlinear else summed

    def _sum(self, vectors: Tensor, text: Tensor, segments: Tensor) -> Tensor:
        if self.config.features is not Features.MULTILINEAR:
            return vectors.sum(-2)
        part = parts(text, segments, self.config.parts)
        of = functional.one_hot(part, self.config.parts).to(vectors.dtype)  # [..., T, P]
        bags = of.transpose(-1, -2) @ vectors  # [..., P, n]
        return torch.tanh(torch.einsum("...pn,pnm->...m", bags, self.places))


@dataclass(frozen=True, slots=True)
class Around:
    """The words around each word of a text.

    Attributes:
        known: One where a word's own vector counts, else zero, shape [..., T].
        vectors: Mean over the texts that it stands in of the bags of words left and right of it
            there, shape [..., T, n].
    """

    known: Tensor
    vectors: Tensor


class Contexts(nn.Module):
    """Left and right contexts: what a word is when it was never seen (section 3.5)."""

    def __init__(self, words: int, size: int) -> None:
        super().__init__()
        self.left = table(words, size, spread=size**-0.5)
        self.right = table(words, size, spread=size**-0.5)

    def forward(self, words: Tensor, seen: Tensor, text: Tensor, segments: Tensor) -> Around:
        """What stands around words.

        Args:
            words: Words to describe, shape [R, S].
            seen: Which words of the dictionary are known in each row, shape [R, |W|].
            text: The texts they stand in, shape [R, T].
            segments: Which text a word is of, shape [R, T].
        """
        together = segments[:, :, None] == segments[:, None]
        before, after = together.float().tril(-1), together.float().triu(1)  # [R, T, T]
        known = _of(seen, text) * (text != PAD)[..., None]
        beside = before @ (self.left(text) * known) + after @ (self.right(text) * known)
        alike = same(words, text).float()  # [R, S, T]
        mean = alike @ beside / alike.sum(2, keepdim=True).clamp(min=1)
        return Around(_of(seen, words).squeeze(-1), mean)


def seen_words(rows: int, words: int, unseen: float) -> Tensor:
    """Words that count as known, shape [rows, words]; a share is taken for unseen by chance."""
    seen = torch.rand(rows, words) >= unseen
    seen[:, :FIRST_WORD] = False  # fresh symbols stand for words that were never seen
    return seen.float()


def ngrams(text: Tensor, segments: Tensor) -> tuple[Tensor, Tensor]:
    """The 2-gram and the 3-gram that each word ends, hashed, shape [..., T]; 0 for none."""
    one, _ = neighbours(text, segments)
    two, _ = neighbours(one, segments)
    pair = _hashed(one * _HASH[0] + text) * (one != PAD) * (text != PAD)
    triple = _hashed((two * _HASH[1] + one) * _HASH[0] + text) * (two != PAD) * (text != PAD)
    return pair, triple


def parts(text: Tensor, segments: Tensor, count: int) -> Tensor:
    """The part of its text that a word is in, from 0: ceil(i P / l) - 1, shape [..., T]."""
    told = text != PAD
    together = (segments[..., :, None] == segments[..., None, :]) & told[..., None, :]
    length = together.sum(-1).clamp(min=1)
    place = together.tril().sum(-1).clamp(min=1)  # from 1
    return (place * count + length - 1) // length - 1


def _of(seen: Tensor, words: Tensor) -> Tensor:
    return seen.gather(1, words)[..., None]


def _hashed(number: Tensor) -> Tensor:
    return 1 + number % (_GRAMS - 1)
