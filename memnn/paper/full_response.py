"""R with match-read features: reads question and supports, then says the answer word by word.

R is a recurrent network on [x, m_o1, …] (section 3.1). Each text becomes one vector; a recurrence
reads them in the order of the hops, another says words until the end: words of the dictionary, or
words copied from what was read, so that lists, paths and unseen names need nothing of their own.
Letters as in `memnn.paper.supports`; d size of R's embedding, V words of the dictionary, A words of
an answer.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from memnn.mechanisms import Mechanisms
from memnn.paper.dictionary import PAD
from memnn.paper.hops import MOST_HOPS
from memnn.paper.match_read import Window, neighbours, same, table
from memnn.paper.supports import Supports
from memnn.paper.write_time import NEVER

_RELATIONS = 6  # of a reader to what it reads from, see `_relations`; two more a support, up to it
_CHANNELS = 3  # the same word; with the same left neighbour; with the same right one
_STEPS = 8
_COPIED = 3  # never said yet, said last, said before
_SHARPNESS = 8.0  # attention logits are divided by it


@dataclass(frozen=True, slots=True)
class _Read:
    """The texts as read: words [R, T, 2d] and [R, T], texts [R, K+1, d] and which there are."""

    words: Tensor
    numbers: Tensor
    texts: Tensor
    there: Tensor
    summed: Tensor  # of the supports, [R, d]
    state: Tensor  # the decoder's first, [R, d]


class MatchReadResponse(nn.Module):
    """Answers from supports; see the module."""

    def __init__(self, config: Mechanisms, words: int) -> None:
        super().__init__()
        d = config.answer_size
        self.own, self.source = Window(words, d), Window(words, d)
        self.own_bag, self.source_bag = table(words, d), table(words, d)  # of a word's whole text
        self.own_kind, self.source_kind = (nn.Embedding(2, d) for _ in range(2))
        self.read = nn.Parameter((2 * torch.rand(d, _RELATIONS * _CHANNELS * d) - 1) * d**-0.5)
        self.texts = nn.GRU(d, d, batch_first=True)
        self.norm = nn.LayerNorm(d)
        self.text_key = nn.Linear(d, d)
        self.text_place = nn.Embedding(MOST_HOPS + 1, d)
        self.start = nn.Linear(3 * d, d)
        self.said = table(words, d)
        self.step = nn.Embedding(_STEPS, d)
        self.cell = nn.GRUCell(d, d)
        self.attend = nn.Linear(d, d)
        self.merge = nn.Linear(4 * d, 2 * d)
        self.word = nn.Linear(2 * d, words)
        self.copies = nn.Linear(2 * d, 1)
        self.copy_query, self.copy_key = nn.Linear(2 * d, d), nn.Linear(2 * d, d)
        self.copied = nn.Embedding(_COPIED, d)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, supports: Supports, said: Tensor) -> Tensor:
        """Probability of every next word, shape [R, A, V]; ``said`` [R, A] begins with `BEGIN`."""
        read = self._read(supports)
        state, marks = read.state, torch.zeros_like(supports.text)
        words = []
        for step in range(said.shape[1]):
            state, marks, next_ = self._say(read, state, marks, said[:, step], step)
            words.append(next_)
        return torch.stack(words, 1)

    def _read(self, supports: Supports) -> _Read:
        text_of = functional.one_hot(supports.segments, supports.most + 1).float()
        text_of = text_of * supports.told[..., None]  # [R, T, K+1]
        words = self.dropout(self._words(supports, text_of))  # [R, T, d]
        texts = self.dropout(text_of.transpose(1, 2) @ words)  # [R, K+1, d]
        normal = self.norm(texts)
        states, _ = self.texts(normal)  # the question first, then the supports
        last = states[torch.arange(len(states)), supports.counts]
        summed = texts[:, 1:].sum(1) / 2
        start = torch.tanh(self.start(torch.cat([last, summed, normal[:, 0]], 1)))
        there = torch.arange(supports.most + 1)[None] <= supports.counts[:, None]
        beside = torch.cat([words, text_of @ states], -1)
        return _Read(beside, supports.text, normal, there, summed, start)

    def _words(self, supports: Supports, text_of: Tensor) -> Tensor:
        """Every word in the light of its like in the other texts, shape [R, T, d]."""
        text, segments = supports.text, supports.segments
        left, right = neighbours(text, segments)
        told, kind = supports.told[..., None], (segments > 0).long()
        bag = text_of @ (text_of.transpose(1, 2) @ self.source_bag(text))
        source = self.source(text, left, right) + bag + self.source_kind(kind)
        source = torch.relu(source) * told
        bag = text_of @ (text_of.transpose(1, 2) @ self.own_bag(text))
        words = self.own(text, left, right) + bag + self.own_kind(kind)
        alike = same(text, text) & (segments[:, :, None] != segments[:, None])
        same_left, same_right = (beside[:, :, None] == beside[:, None] for beside in (left, right))
        channels = torch.stack([alike, alike & same_left, alike & same_right], -1)  # [R, T, T, 3]
        possible = min(2 * supports.most, _RELATIONS)
        relation = torch.arange(possible) == _relations(segments)[..., None]
        reads = (relation[..., None] & channels[..., None, :]).flatten(2).to(source.dtype)
        offers = source @ self.read[:, : possible * _CHANNELS * source.shape[2]]
        words = words + reads @ offers.view(len(text), -1, source.shape[2])
        return torch.relu(words) * told

    def _say(
        self, read: _Read, state: Tensor, marks: Tensor, last: Tensor, step: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        """One word: the next state, what was said so far, and probabilities, shape [R, V]."""
        now = self.step.weight[min(step, _STEPS - 1)]
        state = self.cell(self.dropout(self.said(last) + now), state)
        keys = self.text_key(read.texts) + self.text_place.weight[: read.texts.shape[1]]
        weight = torch.einsum("rkd,rd->rk", keys, self.attend(state) + now) / _SHARPNESS
        weight = weight.masked_fill(~read.there, NEVER).softmax(1)
        seen = torch.einsum("rk,rkd->rd", weight, read.texts)
        merged = torch.cat([state, seen, read.summed, read.texts[:, 0]], 1)
        merged = self.dropout(torch.relu(self.merge(merged)))  # [R, 2d]
        words = self.word(merged)
        barred = torch.arange(words.shape[1]) == PAD
        words = words.masked_fill(barred, NEVER).softmax(1)  # [R, V]
        marks = torch.where(marks > 0, 2, marks)
        marks = torch.where(read.numbers == last[:, None], 1, marks)
        keys = self.copy_key(read.words) + self.copied(marks)
        copy = torch.einsum("rtd,rd->rt", keys, self.copy_query(merged)) / _SHARPNESS
        copy = copy.masked_fill(read.numbers == PAD, NEVER).softmax(1)
        copied = torch.zeros_like(words).scatter_add(1, read.numbers, copy)
        gate = torch.sigmoid(self.copies(merged))
        return state, marks, gate * words + (1 - gate) * copied


def _relations(segments: Tensor) -> Tensor:
    """What the text of a source is to that of a reader, shape [R, T, T].

    The question; read by the question; the next support; the one before; a later one; an earlier.
    """
    reader, source = segments[:, :, None], segments[:, None]
    ahead = source - reader
    relation = torch.where(ahead > 0, 4, 5)
    relation = torch.where(ahead == -1, 3, relation)
    relation = torch.where(ahead == 1, 2, relation)
    relation = torch.where(reader == 0, 1, relation)
    return torch.where(source == 0, 0, relation)
