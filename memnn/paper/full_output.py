"""O with match-read features: which memory is the next support.

A memory's vector is the sum of its words', each read in the light of the question and the supports
so far. The score is bilinear, with a small network for what is not.
Letters as in `memnn.paper.hops`; d size of O's embedding.
"""

import torch
from torch import Tensor, nn

from memnn.mechanisms import Mechanisms
from memnn.paper.dictionary import PAD
from memnn.paper.hops import MOST_HOPS, SEGMENTS, SHOWN, Hops
from memnn.paper.match_read import Window, after, before, marks, neighbours, same
from memnn.paper.write_time import NEVER, NULLS, Scores

_PLACES = 5 * SHOWN  # a memory against each support shown: same, newer, older, right after, before


class MatchReadOutput(nn.Module):
    """s_O([x, m_o1, …], m) over windows that read from their like."""

    def __init__(self, config: Mechanisms, words: int) -> None:
        super().__init__()
        d = config.output_size
        self.write_time = config.write_time
        self.memory = Window(words, d)
        self.source = Window(words, d)  # what is read from the question and the supports
        self.asked = Window(words, d)
        self.source_segment = marks(SEGMENTS, d)
        self.asked_segment = marks(SEGMENTS, d)
        self.count = marks(MOST_HOPS + 1, d)
        self.read = nn.Linear(d, 3 * d, bias=False)  # by the word itself, its left, its right
        self.read_pair = nn.Linear(d, 2 * d, bias=False)  # where a neighbour is the same as well
        self.read_asked = nn.Linear(d, d, bias=False)
        self.bias = nn.Parameter(torch.zeros(d))
        self.left = nn.Linear(d, d)
        self.right = nn.Linear(d, d)
        self.place = nn.Linear(_PLACES, d)
        self.hidden = nn.Linear(d, 1)
        self.bilinear = nn.Linear(d, d, bias=False)
        self.null = nn.Linear(d, NULLS)
        self.newer = nn.Linear(d, 1)
        self.place_worth = nn.Linear(d, _PLACES)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, hops: Hops) -> Scores:
        """Scores of the memories, and of the two null memories before them."""
        left, right = neighbours(hops.text, hops.segments)
        told = (hops.text != PAD)[..., None]
        source = torch.relu(
            self.source(hops.text, left, right) + self.source_segment(hops.segments)
        )
        source = source * told  # [R, Q, d]
        memories = self.dropout(self._memories(hops, source, left, right))  # [R, N, d]
        asked = self.dropout(self._asked(hops, source, left, right, told))  # [R, d]
        return self._score(hops, memories, asked)

    def word_vectors(self) -> Tensor:
        """Every word's own vector in a memory, shape [|W|, d]."""
        return self.memory.here.weight

    def _memories(self, hops: Hops, source: Tensor, left: Tensor, right: Tensor) -> Tensor:
        """Every memory as the sum of its words, shape [R, N, d]."""
        words = hops.memories
        mine, theirs = words.flatten(1), hops.text
        alike = same(mine, theirs)  # [R, NL, Q]
        reads = [
            alike,
            _moved(alike, words.shape, 1),
            _moved(alike, words.shape, -1),
            alike & same(before(words).flatten(1), left),
            alike & same(after(words).flatten(1), right),
        ]
        channels = [*self.read(source).chunk(3, -1), *self.read_pair(source).chunk(2, -1)]
        read = torch.cat(reads, -1).float() @ torch.cat(channels, 1)  # [R, NL, d]
        windows = self.memory(hops.stories, before(hops.stories), after(hops.stories)) + self.bias
        vectors = windows[hops.story_of] + read.view(*words.shape, -1)
        return (torch.relu(vectors) * (words != PAD)[..., None]).sum(2)

    def _asked(
        self, hops: Hops, source: Tensor, left: Tensor, right: Tensor, told: Tensor
    ) -> Tensor:
        """[x, m_o1, …] as one vector, shape [R, d]; its texts read from one another."""
        across = hops.segments[:, :, None] != hops.segments[:, None]
        alike = (same(hops.text, hops.text) & across).float()
        vectors = self.asked(hops.text, left, right) + self.asked_segment(hops.segments)
        vectors = torch.relu(vectors + self.read_asked(alike @ source)) * told
        summed: Tensor = vectors.sum(1) + self.count(hops.counts)
        return summed

    def _score(self, hops: Hops, memories: Tensor, asked: Tensor) -> Scores:
        asking = self.right(asked)  # [R, d]
        wants = torch.relu(asking)
        places = _places(hops.supports, memories.shape[1])  # [R, N, PLACES]
        hidden = torch.relu(self.left(memories) + asking[:, None] + self.place(places))
        each = self.hidden(hidden).squeeze(-1)  # [R, N]
        each = each + torch.einsum("rnd,rd->rn", memories, self.bilinear(asked)) / asked.shape[-1]
        each = each + torch.einsum("rnp,rp->rn", places, self.place_worth(wants))
        each = each.masked_fill(~hops.held, NEVER)
        newer = self.newer(wants).squeeze(-1) * self.write_time  # [R]
        off = torch.zeros_like(newer)
        time = torch.stack([off, off, -newer, newer], 1)
        age = torch.full_like(hops.counts, memories.shape[1])
        return Scores(torch.cat([self.null(wants), each], 1), time, age)


def _moved(alike: Tensor, shape: torch.Size, by: int) -> Tensor:
    """What the word ``by`` places to the left of each is like, shape [R, NL, Q]."""
    paired = alike.view(*shape, -1)
    moved = torch.zeros_like(paired)
    if by > 0:
        moved[:, :, by:] = paired[:, :, :-by]
    else:
        moved[:, :, :by] = paired[:, :, -by:]
    return moved.flatten(1, 2)


def _places(supports: Tensor, count: int) -> Tensor:
    """Where each memory stands from each support shown, shape [R, N, PLACES]."""
    away = torch.arange(count)[None, :, None] - supports[:, None]  # [R, N, SHOWN]
    kinds = torch.stack([away == 0, away > 0, away < 0, away == 1, away == -1], -1)
    return (kinds & (supports >= 0)[:, None, :, None]).float().flatten(2)
