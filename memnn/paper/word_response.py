"""R of the papers: the word w with the highest s_R([x, m_o1, …], w) = E(x) · E(w) (section 3.1).

With several words, each word said becomes part of x, until the null word `END` wins (tasks paper,
section 5). R has its own U: that of O serves another end.
Letters as in `memnn.paper.supports`; n size of R's embedding, V words of the dictionary, A words of
an answer.
"""

from typing import Final

import torch
from torch import Tensor, nn

from memnn.mechanisms import Answering, Match, Mechanisms
from memnn.paper.dictionary import BEGIN, END, FIRST_WORD, PAD
from memnn.paper.embedding import Around, Contexts, Embedding
from memnn.paper.supports import Supports
from memnn.paper.write_time import NEVER
from memnn.scorer import Role

_SAID: Final = len(Role)  # the role of a word that was said already
_LAST: Final = len(Role) + 1  # and that of a word of the last support, where it has its own


class WordResponse(nn.Module):
    """Scores of every word as the next of the answer."""

    def __init__(self, config: Mechanisms, words: int) -> None:
        super().__init__()
        n = config.answer_size
        self.config, self.count = config, words
        self.embedding = Embedding(config, words, n, len(Role) + 1 + config.ordered)
        self.dropout = nn.Dropout(config.dropout)
        if config.contexts:
            self.contexts = Contexts(words, n)
        if config.match is not Match.NONE:
            self.weights = nn.Parameter(torch.ones(2))  # λ of the question and of the supports

    def forward(self, supports: Supports, said: Tensor) -> Tensor:
        """s_R of every next word, shape [R, A, V].

        Args:
            supports: The questions with their supports.
            said: What was said before each word, shape [R, A]; `BEGIN` comes first.
        """
        seen = self.embedding.seen(len(supports.text))
        candidates = self._candidates(supports, seen)
        allowed = self._allowed(supports)
        steps = []
        for step in range(said.shape[1]):
            asked = self.dropout(self._asked(supports, seen, said[:, 1 : step + 1]))
            scores = torch.einsum("rn,rvn->rv", asked, candidates) + self._match(supports)
            steps.append(scores.masked_fill(~allowed, NEVER))
        return torch.stack(steps, 1)

    def _asked(self, supports: Supports, seen: Tensor, said: Tensor) -> Tensor:
        text = torch.cat([supports.text, said], 1)
        own = torch.full_like(said, int(supports.segments.max()) + 1)
        segments = torch.cat([supports.segments, own], 1)
        roles = torch.where(supports.segments > 0, Role.SUPPORT.value, Role.QUESTION.value)
        if self.config.ordered:
            last = (supports.segments > 0) & (supports.segments == supports.counts[:, None])
            roles = torch.where(last, _LAST, roles)
        roles = torch.cat([roles, torch.full_like(said, _SAID)], 1)
        around = None
        if self.config.contexts:
            around = self.contexts(text, seen, supports.text, supports.segments)
        asked: Tensor = self.embedding(text, segments, roles, around)
        return asked

    def _candidates(self, supports: Supports, seen: Tensor) -> Tensor:
        """E(w) of every word, shape [R or 1, V, n]."""
        words = torch.arange(self.count)[None, :, None]  # texts of one word
        around = None
        if self.config.contexts:
            words = words.expand(len(supports.text), -1, -1)
            found = self.contexts(words[..., 0], seen, supports.text, supports.segments)
            around = Around(found.known[..., None], found.vectors[:, :, None])
        roles = torch.full_like(words, Role.MEMORY.value)
        candidates: Tensor = self.embedding(words, torch.zeros_like(words), roles, around)
        return candidates

    def _match(self, supports: Supports) -> Tensor:
        """What exact matches add, shape [R, V] or [1, 1]."""
        if self.config.match is Match.NONE:
            return torch.zeros(1, 1)
        asked = (supports.segments == 0) & supports.told
        supporting = (supports.segments > 0) & supports.told
        held = torch.zeros(2, len(supports.text), self.count)  # in the question, in the supports
        for some, words in zip(held, (asked, supporting), strict=True):
            some.scatter_reduce_(1, supports.text, words.float(), "amax")
        return torch.einsum("orv,o->rv", held, self.weights)

    def _allowed(self, supports: Supports) -> Tensor:
        """Words, `END` where several may be said, and unseen words that were told, shape [R, V]."""
        allowed = torch.zeros(len(supports.text), self.count, dtype=torch.bool)
        allowed = allowed.scatter(1, supports.text, value=True)
        allowed[:, FIRST_WORD:] = True
        allowed[:, [PAD, BEGIN]] = False
        allowed[:, END] = self.config.answering is Answering.WORDS
        return allowed
