"""The reader: question and memory read together. O's second pass and R are its heads.

Each word of a passage carries its static vector, what the question and the supports so far have
that resembles it (soft alignment), and exact matches; a bidirectional GRU reads them in order. From
its states come a relevance (O: may this memory be the next support?, section 3.1 with [x, m_o1, …]
as input), and the answer (R as a recurrent network, section 3.1): where it starts and ends, which
words belong to a list, what form it has. The null memory of the tasks paper (section 5) stops
the hops.
Letters as in `memnn.reading`; h hidden size a direction, H = 2h, p size of a word's projection.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from memnn.config import ModelConfig
from memnn.reading import EXTRAS, MATCHES, Batch, Seen
from memnn.recurrent import recur
from memnn.scorer import Bags
from memnn.vocabulary import LOOKS

TAGS = 2  # of a word in a list: outside, in an item
_DROPOUT = 0.3
_GROUP_HIDDEN = 96
_FAR = -1e4  # a logit that never wins, without the NaN of a row of infinities


class Form(IntEnum):
    """What a question asks for, so what R gives."""

    SPAN = 0
    LIST = 1
    COUNT = 2
    YES = 3
    NO = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """A batch as read: what the heads work on.

    Attributes:
        states: Of every word of a passage, shape [C, T, H].
        mask: Which of them are words, shape [C, T].
        questions: Of every context's question, shape [B, H].
        pooled: Of every passage in its context, shape [C, 4H].
        asked: Of every question by itself, shape [Q, H].
    """

    states: Tensor
    mask: Tensor
    questions: Tensor
    pooled: Tensor
    asked: Tensor


@dataclass(frozen=True, slots=True)
class Response:
    """What R's heads say; logits, padded with large negative numbers.

    Attributes:
        start: Of an answer's first word, shape [C, T].
        end: Of its last, shape [C, T].
        tags: Of list items, shape [C, T, TAGS].
        form: Of the answer, shape [G, len(Form)].
        count: How many things the supports of a group count up to, shape [G].
    """

    start: Tensor
    end: Tensor
    tags: Tensor
    form: Tensor
    count: Tensor


class Reader(nn.Module):
    """The recurrent reader with the heads of O and R."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        p, h = config.reader_input, config.reader_hidden
        wide = 2 * h
        self.project = nn.Linear(config.static, p)
        self.align = nn.Linear(config.static, p)
        self.question_gru = nn.GRU(p, h, bidirectional=True)
        self.question_pool = nn.Linear(wide, 1)
        self.support_query = nn.Linear(wide, p)
        self.support_merge = nn.Linear(p, wide)
        self.gru = nn.GRU(
            4 * p + LOOKS + MATCHES,
            h,
            num_layers=config.reader_layers,
            bidirectional=True,
            dropout=_DROPOUT if config.reader_layers > 1 else 0.0,
        )
        self.pool_query = nn.Linear(wide, wide)
        self.dropout = nn.Dropout(_DROPOUT)
        # O's head
        self.member = nn.Linear(4 * wide + EXTRAS, _GROUP_HIDDEN)
        self.newer = nn.Linear(_GROUP_HIDDEN, _GROUP_HIDDEN)
        self.older = nn.Linear(_GROUP_HIDDEN, _GROUP_HIDDEN)
        self.relevance = nn.Sequential(
            nn.Linear(3 * _GROUP_HIDDEN, _GROUP_HIDDEN), nn.ReLU(), nn.Linear(_GROUP_HIDDEN, 1)
        )
        self.first_pass = nn.Parameter(torch.tensor(10.0))  # undoes the scale of the extras
        self.null = nn.Sequential(
            nn.Linear(2 * _GROUP_HIDDEN + wide, _GROUP_HIDDEN),
            nn.ReLU(),
            nn.Linear(_GROUP_HIDDEN, 1),
        )
        self.enough = nn.Sequential(
            nn.Linear(4 * wide, _GROUP_HIDDEN), nn.ReLU(), nn.Linear(_GROUP_HIDDEN, 1)
        )
        # R's heads
        self.start = nn.Linear(wide, wide)
        self.end = nn.Linear(wide, wide)
        self.tags = nn.Sequential(nn.Linear(2 * wide, wide), nn.ReLU(), nn.Linear(wide, TAGS))
        self.form = nn.Sequential(
            nn.Linear(4 * wide, wide), nn.ReLU(), self.dropout, nn.Linear(wide, len(Form))
        )
        self.count = nn.Linear(4 * wide, 1)

    def read(self, batch: Batch, vectors: Tensor, asked: Tensor | None = None) -> Reading:
        """Read every passage in its context.

        Args:
            batch: The passages.
            vectors: Static vectors of the pieces, shape [pieces, d].
            asked: The questions by themselves, where they were read before.
        """
        seen = batch.words.seen(partial(self._see, vectors))
        projected, keys = seen.projected, seen.keys  # [W, p]
        asked = self._ask(batch, projected) if asked is None else asked  # [Q, H]
        questions = self._questions(batch, projected, asked)  # [B, H]
        of = batch.context_of
        passage = functional.embedding(batch.passages, projected)  # [C, T, p]
        passage_keys = functional.embedding(batch.passages, keys)
        asks = _Others.of(batch.questions, projected, keys, batch.question_of[of])
        matched = _aligned(passage_keys, asks)
        linked = _aligned(passage_keys, _Others.of(batch.supports, projected, keys, of))
        mask = batch.passages > 0
        looks = functional.embedding(batch.passages, seen.looks)
        read = torch.cat([passage, matched, passage * matched, linked, looks, batch.matches], -1)
        states = recur(self.gru, read, mask)  # [C, T, H]
        states = states * self.dropout(torch.ones_like(states[:, :1]))  # one mask a passage
        pooled = self._pool(states, mask, questions[of])
        return Reading(states, mask, questions, pooled, asked)

    def hop(self, batch: Batch, reading: Reading) -> tuple[Tensor, Tensor]:
        """O's second pass: relevance of every candidate, shape [G, K], and of the null memory, [G].

        The null memory sees the supports as they were read, so whether they answer already.
        """
        at = batch.members.clamp(min=0)  # [G, K]
        member = torch.relu(self.member(torch.cat([reading.pooled, batch.extras], -1)))[at]
        settled = batch.settled[at] & (batch.members >= 0)
        open_ = ~batch.settled[at] & (batch.members >= 0)
        present = settled | open_
        order = batch.orders
        is_newer = (order[:, None, :] > order[:, :, None]) & present[:, None]  # [G, K, K]
        is_older = (order[:, None, :] < order[:, :, None]) & present[:, None]
        newer = _attend(self.newer(member), member, is_newer)
        older = _attend(self.older(member), member, is_older)
        relevance = self.relevance(torch.cat([member, newer, older], -1)).squeeze(-1)  # [G, K]
        first = batch.extras[at, 0]  # what the first pass thought of them
        relevance = relevance + self.first_pass * first
        best = member.masked_fill(~open_[..., None], 0.0).amax(1)  # [G, g]; ReLU is never below 0
        held = member.masked_fill(~settled[..., None], 0.0).amax(1)
        questions = reading.questions[batch.context_of[batch.members[:, 0]]]
        null = self.null(torch.cat([best, held, questions], -1)).squeeze(-1)
        return relevance.masked_fill(~open_, _FAR), null

    def suffices(self, reading: Reading) -> Tensor:
        """Whether a candidate of the first hop would be support enough, a logit, shape [C].

        Where it surely is, O need not look for another to know that it should stop.
        """
        enough: Tensor = self.enough(reading.pooled).squeeze(-1)
        return enough

    def respond(self, batch: Batch, reading: Reading) -> Response:
        """R's heads over the supports of each group."""
        questions = reading.questions[batch.context_of]  # [C, H]
        start = torch.einsum("cth,ch->ct", reading.states, self.start(questions))
        end = torch.einsum("cth,ch->ct", reading.states, self.end(questions))
        beside = questions[:, None].expand(-1, reading.states.shape[1], -1)
        tags = self.tags(torch.cat([reading.states, beside], -1))
        at = batch.members.clamp(min=0)  # [G, K]
        settled = batch.settled[at] & (batch.members >= 0)
        pooled = reading.pooled[at]  # [G, K, 4H]
        counted = functional.softplus(self.count(pooled).squeeze(-1)) * settled
        pooled = pooled.masked_fill(~settled[..., None], _FAR).amax(1)  # [G, 4H]
        pooled = pooled * settled.any(1, keepdim=True)  # without a support there is no form
        mask = reading.mask & batch.settled[:, None]
        return Response(
            start=start.masked_fill(~mask, _FAR),
            end=end.masked_fill(~mask, _FAR),
            tags=tags,
            form=self.form(pooled),
            count=counted.sum(1),
        )

    def _see(self, vectors: Tensor, bags: Bags, looks: Tensor) -> Seen:
        """Words by their pieces and looks."""
        words = functional.embedding_bag(bags.pieces, vectors, bags.offsets, mode="mean")  # [W, d]
        words = self.dropout(words)
        return Seen(torch.relu(self.project(words)), torch.relu(self.align(words)), looks)

    def _ask(self, batch: Batch, projected: Tensor) -> Tensor:
        """Every question by itself, shape [Q, H]."""
        asked = batch.questions > 0
        words = functional.embedding(batch.questions, projected)
        states = recur(self.question_gru, words, asked)  # [Q, T, H]
        weight = self.question_pool(states).squeeze(-1).masked_fill(~asked, _FAR)
        weight = weight.softmax(-1) * asked  # a text without a word is nothing, however padded
        return torch.einsum("qt,qth->qh", weight, states)

    def _questions(self, batch: Batch, projected: Tensor, asked: Tensor) -> Tensor:
        """A question with what its supports brought in, shape [B, H]."""
        question = asked.index_select(0, batch.question_of)
        supports = functional.embedding(batch.supports, projected)  # [B, T, p]
        known = batch.supports > 0
        weight = torch.einsum("btp,bp->bt", supports, self.support_query(question))
        weight = weight.masked_fill(~known, _FAR).softmax(-1) * known
        brought: Tensor = self.support_merge(torch.einsum("bt,btp->bp", weight, supports))
        return question + brought

    def _pool(self, states: Tensor, mask: Tensor, questions: Tensor) -> Tensor:
        """A passage as one vector, in the light of its question, shape [C, 4H]."""
        weight = torch.einsum("cth,ch->ct", states, self.pool_query(questions))
        weight = weight.masked_fill(~mask, _FAR).softmax(-1) * mask
        read = torch.einsum("ct,cth->ch", weight, states)
        peak = states.masked_fill(~mask[..., None], _FAR).amax(1)
        peak = peak * mask.any(1, keepdim=True)  # a passage without a word has no peak
        return torch.cat([read, peak, questions, read * questions], -1)


@dataclass(frozen=True, slots=True)
class _Others:
    """The words that each passage is aligned with: keys and projections [C, S, p], mask [C, S]."""

    keys: Tensor
    projected: Tensor
    mask: Tensor

    @classmethod
    def of(cls, numbers: Tensor, projected: Tensor, keys: Tensor, context: Tensor) -> "_Others":
        """Look up the contexts' words [B, S] once, then deal them out to the passages."""
        found = (functional.embedding(numbers, table) for table in (keys, projected))
        dealt = [words.index_select(0, context) for words in found]
        return cls(dealt[0], dealt[1], (numbers > 0).index_select(0, context))


def _aligned(keys: Tensor, others: _Others) -> Tensor:
    """What of the others resembles each word of a passage, shape [C, T, p]; zero without any."""
    alike = keys @ others.keys.transpose(1, 2)  # [C, T, S]
    weight = alike.masked_fill(~others.mask[:, None], _FAR).softmax(-1) * others.mask[:, None]
    aligned: Tensor = weight @ others.projected
    return aligned


def _attend(queries: Tensor, members: Tensor, allowed: Tensor) -> Tensor:
    """What the allowed members of a group look like to each other member, shape [G, K, g]."""
    alike = queries @ members.transpose(1, 2) / members.shape[-1] ** 0.5  # [G, K, K]
    weight = alike.masked_fill(~allowed, _FAR).softmax(-1) * allowed
    seen: Tensor = weight @ members
    return seen
