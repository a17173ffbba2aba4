"""O of the papers: s_O([x, m_o1, …], m) = E(x) · E(m), with write time and exact matches.

Letters as in `memnn.paper.hops`; n size of O's embedding.
"""

import torch
from torch import Tensor, nn

from memnn.mechanisms import Match, Mechanisms
from memnn.paper.dictionary import PAD
from memnn.paper.embedding import Around, Contexts, Embedding
from memnn.paper.hops import Hops
from memnn.paper.match_read import same, table
from memnn.paper.write_time import NEVER, NULLS, TIMES, Scores
from memnn.scorer import Role


class EmbeddingOutput(nn.Module):
    """Scores of memories by embeddings."""

    def __init__(self, config: Mechanisms, words: int) -> None:
        super().__init__()
        n = config.output_size
        self.config, self.count = config, words
        self.embedding = Embedding(config, words, n, len(Role))
        self.null = nn.Parameter(torch.randn(NULLS, n) * n**-0.5)
        self.time = nn.Linear(n, TIMES, bias=False)  # U Φt of each feature
        self.dropout = nn.Dropout(config.dropout)
        if config.contexts:
            self.contexts = Contexts(words, n)
        if config.match is Match.SCORE:
            self.weight = nn.Parameter(torch.tensor(1.0))  # λ
        if config.match is Match.FEATURES:
            self.matches = table(words, n, spread=n**-0.5)
            self.match_contexts = Contexts(words, n)

    def forward(self, hops: Hops) -> Scores:
        """Scores of the memories, and of the two null memories before them."""
        seen = self.embedding.seen(len(hops.text))
        asked = self.dropout(self._asked(hops, seen))  # [R, n]
        memories = self.dropout(self._memories(hops, seen))  # [R, N, n]
        each = torch.einsum("rn,rmn->rm", asked, memories)
        if self.config.match is Match.SCORE:
            each = each + self.weight * _matched(hops).sum(-1)
        each = each.masked_fill(~hops.held, NEVER)
        null = asked @ self.null.T  # [R, NULLS]
        if not self.config.adaptive:
            null = torch.full_like(null, NEVER)
        time = self.time(asked) * self.config.write_time
        latest = hops.supports[:, 0]
        age = torch.where(latest >= 0, latest, each.shape[1])
        return Scores(torch.cat([null, each], 1), time, age)

    def word_vectors(self) -> Tensor:
        """Every word's vector in a memory, shape [|W|, n]."""
        first = Role.MEMORY.value * self.count
        return self.embedding.words.weight[first : first + self.count]

    def _asked(self, hops: Hops, seen: Tensor) -> Tensor:
        """[x, m_o1, …], shape [R, n]."""
        roles = torch.where(hops.segments > 0, Role.SUPPORT.value, Role.QUESTION.value)
        around = self._around(hops, seen, hops.text)
        asked: Tensor = self.embedding(hops.text, hops.segments, roles, around)
        return asked

    def _memories(self, hops: Hops, seen: Tensor) -> Tensor:
        """E(m) of every memory, shape [R, N, n]."""
        words = hops.memories
        roles = torch.full_like(words, Role.MEMORY.value)
        around = self._around(hops, seen, words.flatten(1))
        if around is not None:
            shape = (*words.shape, -1)
            around = Around(around.known.view(words.shape), around.vectors.view(shape))
        memories: Tensor = self.embedding(words, torch.zeros_like(words), roles, around)
        if self.config.match is Match.FEATURES:
            memories = memories + self._match_features(hops, seen)
        return memories

    def _match_features(self, hops: Hops, seen: Tensor) -> Tensor:
        """U of the words in both, each with what stands around it, shape [R, N, n]."""
        words = hops.memories
        around = self.match_contexts(words.flatten(1), seen, *_story(hops))
        vectors = self.matches(words.flatten(1)) * around.known[..., None]
        if self.config.contexts:
            vectors = vectors + around.vectors
        matched: Tensor = (vectors.view(*words.shape, -1) * _matched(hops)[..., None]).sum(2)
        return matched

    def _around(self, hops: Hops, seen: Tensor, words: Tensor) -> Around | None:
        if not self.config.contexts:
            return None
        around: Around = self.contexts(words, seen, *_story(hops))
        return around


def _matched(hops: Hops) -> Tensor:
    """Which words of the memories stand in [x, m_o1, …], shape [R, N, L]."""
    alike = same(hops.memories.flatten(1), hops.text).any(2)
    return alike.view(hops.memories.shape).float()


def _story(hops: Hops) -> tuple[Tensor, Tensor]:
    """The question and all memories end to end, and which text each word is of."""
    count = hops.memories.shape[1]
    lines = torch.arange(1, count + 1)[None, :, None].expand_as(hops.memories)
    question = hops.text * (hops.segments == 0)
    text = torch.cat([question, hops.memories.flatten(1)], 1)
    segments = torch.cat([torch.zeros_like(question), lines.flatten(1)], 1)
    return text, segments * (text != PAD)
