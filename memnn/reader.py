"""The reader: question and memories read together on one page. O's second pass and R are its heads.

From the encoder's states of a page come, for every candidate, a relevance (O: may this memory be
the next support?, section 3.1 with [x, m_o1, …] as input), competing with the null memory of the
tasks paper (section 5) that stops the hops; and for R the places where an answer starts and ends,
where the items of a list do, how many things each candidate adds to a count, and the form of the
answer, of which one is that there is none.
Letters as in `memnn.reading`; d width, h hidden size of the heads.
"""

from dataclasses import dataclass, fields
from enum import IntEnum

import torch
from torch import Tensor, nn
from torch.nn import functional

from memnn.config import ModelConfig
from memnn.encoder import Encoder
from memnn.reading import PRIORS, Batch

LEAST_SHARE, SHARES = -1, 10  # of a candidate in a count: one fewer (something went), … 8 more
LEAST_COUNT, COUNTS = -3, 16  # what a count may come to on the way; below zero by mistake only
_DROPOUT = 0.1
_FORM_HIDDEN = 192
_FAR = -1e4  # a logit that never wins, without the NaN of a row of infinities
_LEAST_P = 1e-9


class Form(IntEnum):
    """What a question asks for, so what R gives."""

    SPAN = 0
    LIST = 1
    COUNT = 2
    YES = 3
    NO = 4
    NONE = 5  # the page does not say


@dataclass(frozen=True, slots=True)
class Reading:
    """Pages as read: what the heads work on.

    Attributes:
        question: The question in the light of its candidates, shape [B, d].
        candidates: Each candidate in the light of all else, shape [B, K, d].
        present: Which candidates are no padding, shape [B, K].
        priors: What the first pass thought of them, shape [B, K, PRIORS].
        start: Logit of every word to begin the answer, shape [B, W].
        end: To end it, shape [B, W].
        item: To begin, and to end, an item of a list, shape [B, W, 2].
        owner: The candidate of every word; -1 for padding, shape [B, W].
    """

    question: Tensor
    candidates: Tensor
    present: Tensor
    priors: Tensor
    start: Tensor
    end: Tensor
    item: Tensor
    owner: Tensor

    def take(self, pages: Tensor) -> "Reading":
        """The reading of some of the pages, in their order; repeats are allowed."""
        return Reading(*(getattr(self, field.name)[pages] for field in fields(self)))


class Reader(nn.Module):
    """The encoder with the heads of O and R."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        d, h = config.width, config.head_hidden
        self.config = config
        self.encoder = Encoder(config)
        # O's heads
        self.member = nn.Linear(d, h)
        self.held = nn.Linear(d, h, bias=False)
        self.asked = nn.Linear(d, h)
        self.relevance = _head(4 * h, h, 1)
        self.null = _head(3 * h, h, 1)
        self.prior = nn.Linear(PRIORS, 2, bias=False)  # of a first hop, of a later one
        # R's heads
        self.span = nn.Linear(d, 2)
        self.source = nn.Linear(d, 1)
        self.item = nn.Linear(d, 2)
        self.form = _head(2 * d, _FORM_HIDDEN, len(Form), dropout=_DROPOUT)
        self.share = _head(2 * d, h, SHARES)
        with torch.no_grad():  # at first a hop trusts the first pass
            self.prior.weight.zero_()
            self.prior.weight[0, 0] = self.prior.weight[1, 3] = 2.0

    def read(self, batch: Batch) -> Reading:
        """Read pages."""
        states = self.encoder(batch)
        first, last = _at(states, batch.first), _at(states, batch.last)
        candidates = _at(states, batch.heads)
        source = _at(self.source(candidates), batch.owner.clamp(min=0))
        padding = batch.owner < 0
        return Reading(
            question=states[:, 0],
            candidates=candidates,
            present=batch.present,
            priors=batch.priors,
            start=(self.span(first)[..., :1] + source)[..., 0].masked_fill(padding, _FAR),
            end=self.span(last)[..., 1].masked_fill(padding, _FAR),
            item=self._items(first, last).masked_fill(padding[..., None], _FAR),
            owner=batch.owner,
        )

    def _items(self, first: Tensor, last: Tensor) -> Tensor:
        """Where items begin, by words' first pieces, and end, by their last, shape [B, W, 2]."""
        return torch.stack([self.item(first)[..., 0], self.item(last)[..., 1]], -1)

    def hop(self, reading: Reading, chosen: Tensor) -> tuple[Tensor, Tensor]:
        """O's second pass: relevance of every candidate, shape [B, K], and of the null memory, [B].

        Args:
            reading: The pages.
            chosen: Which candidates are supports already, shape [B, K].
        """
        open_ = reading.present & ~chosen
        member = self.member(reading.candidates)  # [B, K, h]
        held = (self.held(reading.candidates) * chosen[..., None]).sum(1)  # [B, h]
        asked = self.asked(reading.question)
        beside = torch.cat([held, asked], -1)[:, None].expand(-1, member.shape[1], -1)
        met = member * torch.tanh(held)[:, None]
        relevance = self.relevance(torch.cat([member, beside, met], -1)).squeeze(-1)
        first, later = self.prior(reading.priors).unbind(-1)
        relevance = relevance + torch.where(chosen.any(1, keepdim=True), later, first)
        best = member.masked_fill(~open_[..., None], _FAR).amax(1)
        best = best * open_.any(1, keepdim=True)
        null = self.null(torch.cat([asked, held, best], -1)).squeeze(-1)
        return relevance.masked_fill(~open_, _FAR), null

    def forms(self, reading: Reading, chosen: Tensor) -> Tensor:
        """Logits of the form of the answer from the chosen supports, shape [B, len(Form)]."""
        count = chosen.sum(1, keepdim=True).clamp(min=1)
        held = (reading.candidates * chosen[..., None]).sum(1) / count
        forms: Tensor = self.form(torch.cat([reading.question, held], -1))
        return forms

    def shares(self, reading: Reading) -> Tensor:
        """How much each candidate adds to a count, log-probabilities, shape [B, K, SHARES]."""
        asked = reading.question[:, None].expand_as(reading.candidates)
        shares: Tensor = self.share(torch.cat([asked, reading.candidates], -1)).log_softmax(-1)
        return shares


def total(shares: Tensor, present: Tensor) -> Tensor:
    """What the shares add up to: log-probabilities of LEAST_COUNT and up, shape [B, COUNTS].

    Args:
        shares: Log-probabilities of each candidate's share, shape [B, K, SHARES].
        present: Which candidates count, shape [B, K].
    """
    nothing = functional.one_hot(torch.tensor(-LEAST_SHARE), SHARES).float()
    p = torch.where(present[..., None], shares.exp(), nothing).flip(-1)
    start = functional.one_hot(torch.tensor(-LEAST_COUNT), COUNTS).float()
    sums = start.expand(1, len(shares), COUNTS)
    # The distribution of a sum is the convolution of its parts'; what leaves the range is lost.
    for candidate in p.unbind(1):
        wide = functional.pad(sums, (SHARES + LEAST_SHARE - 1, -LEAST_SHARE))
        sums = functional.conv1d(wide, candidate[:, None], groups=len(shares))
    return (sums[0] + _LEAST_P).log()


def of_supports(shares: Tensor) -> Tensor:
    """The shares of candidates that O chose: such a one adds something, or takes it away."""
    nothing = torch.zeros(SHARES, dtype=torch.bool)
    nothing[-LEAST_SHARE] = True
    return shares.masked_fill(nothing, _FAR).log_softmax(-1)


def _at(states: Tensor, places: Tensor) -> Tensor:
    """The states at some places, shape [B, places, d]."""
    return states.gather(1, places[..., None].expand(-1, -1, states.shape[-1]))


def _head(inputs: int, hidden: int, outputs: int, dropout: float = 0.0) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, outputs)
    )
