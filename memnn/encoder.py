"""A small transformer encoder that reads a page: the question and all candidates in one go.

The layout is BERT's (Devlin et al. 2019), so that it can start from a pre-trained encoder; further
inputs say what a word looks like, what of it matches the question, and what the first pass thought
of a candidate. Letters: B pages, T pieces, d width, H heads.
"""

import timeit
from functools import lru_cache

import torch
from torch import Tensor, nn
from torch.nn import functional

from memnn.config import ModelConfig
from memnn.reading import MARKS, MATCHES, Batch
from memnn.vocabulary import LOOKS

_SEGMENTS = 2  # the question, the candidates
_EPSILON = 1e-12
_DROPOUT = 0.1
_WIDENING = 4
_STRIDE = 16  # pieces; for every new length of a page, the processor's kernels are made anew
_FAR = -1e4  # a logit that never wins
_TRIED = (384, 384)  # what is multiplied to see in which precision it goes faster
_TRIES = 9
_BEARABLE = 80.0  # a logit whose exponential, summed over a page, is finite and not zero


class Encoder(nn.Module):
    """Piece embeddings and layers of self-attention.

    Attributes:
        precision: What the layers compute in; the weights may be kept in more.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        d = config.width
        self.precision = torch.float32
        self.pieces = nn.Embedding(config.pieces, d)
        self.places = nn.Embedding(config.page_pieces, d)
        self.segments = nn.Embedding(_SEGMENTS, d)
        self.looks = nn.Linear(LOOKS + MATCHES, d, bias=False)
        self.marks = nn.Linear(MARKS, d, bias=False)
        self.norm = nn.LayerNorm(d, eps=_EPSILON)
        self.layers = nn.ModuleList(_Layer(d, config.heads) for _ in range(config.layers))
        self.dropout = FeatureDropout(_DROPOUT)
        for extra in (self.looks, self.marks):
            nn.init.zeros_(extra.weight)  # what was pre-trained comes first

    def forward(self, batch: Batch) -> Tensor:
        """The state of every piece, shape [B, T, d], in single precision."""
        states = self.pieces(batch.pieces) + self.places.weight[: batch.pieces.shape[1]]
        states = states + self.segments(batch.segments)
        states = states + self.looks(batch.looks) + self.marks(batch.marks)
        states = self.dropout(self.norm(states)).to(self.precision)
        barred = torch.zeros(batch.mask.shape).masked_fill(~batch.mask, _FAR)
        rest = -states.shape[1] % _STRIDE
        states = functional.pad(states, (0, 0, 0, rest))
        barred = functional.pad(barred, (0, rest), value=_FAR)[:, None, None].to(self.precision)
        for layer in self.layers:
            states = layer(states, barred)
        single: Tensor = states[:, : batch.pieces.shape[1]].float()
        return single

    def serve(self) -> None:
        """Compute in the fastest precision and keep the layers in it: to serve, not train."""
        self.precision = fastest_precision()
        self.settle()

    def settle(self) -> None:
        """Keep the layers' weights in the precision that they compute in."""
        self.layers.to(self.precision)


class FeatureDropout(nn.Module):
    """Drops features of a whole sequence at once, which costs next to nothing.

    Args:
        rate: Share of the features.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, states: Tensor) -> Tensor:
        """Drop features of states, shape [B, T, d], while training."""
        if not self.training:
            return states
        kept = torch.rand(states.shape[0], 1, states.shape[2]) > self.rate
        return states * (kept.to(states.dtype) / (1 - self.rate))


class _Layer(nn.Module):
    """Self-attention, then two linear maps; each added to what came in, and normalised."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.attend = nn.Linear(width, 3 * width)  # queries, keys, values
        self.out = nn.Linear(width, width)
        self.attended = nn.LayerNorm(width, eps=_EPSILON)
        self.up = nn.Linear(width, _WIDENING * width)
        self.down = nn.Linear(_WIDENING * width, width)
        self.passed = nn.LayerNorm(width, eps=_EPSILON)
        self.dropout = FeatureDropout(_DROPOUT)

    def forward(self, states: Tensor, barred: Tensor) -> Tensor:
        b, t, d = states.shape
        size = d // self.heads
        joined = _linear(self.attend, states).view(b, t, 3, self.heads, size)
        queries, keys, values = joined.permute(2, 0, 3, 1, 4)  # [B, H, T, d / H] each
        attend = trained_attention if self.training else served_attention
        seen = attend(queries, keys, values, barred)
        seen = seen.transpose(1, 2).reshape(b, t, d)
        states = _normalised(self.attended, states + self.dropout(_linear(self.out, seen)))
        passed = _linear(self.down, functional.gelu(_linear(self.up, states)))
        return _normalised(self.passed, states + self.dropout(passed))


def trained_attention(queries: Tensor, keys: Tensor, values: Tensor, barred: Tensor) -> Tensor:
    """What torch's own attention gives, whose gradient takes five times as long on a processor."""
    alike = queries * queries.shape[-1] ** -0.5 @ keys.transpose(-1, -2) + barred
    seen: Tensor = alike.softmax(-1) @ values
    return seen


def served_attention(queries: Tensor, keys: Tensor, values: Tensor, barred: Tensor) -> Tensor:
    """The same in 0.4 of the time, without a gradient.

    What is barred counts as zero, beside its values too, and a further column of ones sums up what
    the rest is divided by: of the large square one pass is left. Logits beyond what the exponential
    can bear (people's reach 65) are taken for that.
    """
    kept = (barred == 0).to(values.dtype).transpose(-1, -2)  # [B, 1, T, 1]
    alike = queries * queries.shape[-1] ** -0.5 @ keys.transpose(-1, -2)
    shares = alike.clamp_(-_BEARABLE, _BEARABLE).exp_()
    summed = shares @ torch.cat([values * kept, kept.expand(-1, values.shape[1], -1, -1)], -1)
    seen: Tensor = summed[..., :-1] / summed[..., -1:]
    return seen


def _linear(layer: nn.Linear, states: Tensor) -> Tensor:
    """The layer in the precision of the states."""
    kind = states.dtype
    return functional.linear(states, layer.weight.to(kind), layer.bias.to(kind))


def _normalised(layer: nn.LayerNorm, states: Tensor) -> Tensor:
    kind = states.dtype
    weight, bias = layer.weight.to(kind), layer.bias.to(kind)
    return functional.layer_norm(states, layer.normalized_shape, weight, bias, layer.eps)


def fastest_precision() -> torch.dtype:
    """Half precision where the default device computes in it, and sooner than in single."""
    if torch.get_default_device().type == "cuda":
        return torch.bfloat16
    able = torch.cpu._is_avx512_bf16_supported()  # noqa: SLF001 -- there is no public way to ask
    return _quicker() if able else torch.float32


@lru_cache(1)
def _quicker() -> torch.dtype:
    """Of both, as this processor multiplies: some take twice as long in half precision."""
    return min((torch.float32, torch.bfloat16), key=_seconds)


@torch.inference_mode()
def _seconds(precision: torch.dtype) -> float:
    """The least time that a product as a layer has it takes."""
    states, weight = torch.ones(_TRIED, dtype=precision), torch.ones(_TRIED, dtype=precision)
    return min(timeit.repeat(lambda: functional.linear(states, weight), number=1, repeat=_TRIES))
