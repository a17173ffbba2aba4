"""Recurrent reading of padded sequences."""

import torch
from torch import nn

from memnn.recurrent import recur


def test_padding_has_no_say() -> None:
    """A sequence gives the same states alone and padded beside a longer one; padding gives zero."""
    torch.manual_seed(0)
    gru = nn.GRU(4, 3, num_layers=2, bidirectional=True).eval()
    long, short = torch.randn(7, 4), torch.randn(2, 4)
    noise = torch.randn(5, 4)  # stands where only padding should
    both = torch.stack([long, torch.cat([short, noise])])
    mask = torch.arange(7) < torch.tensor([[7], [2]])

    together = recur(gru, both, mask)

    alone = recur(gru, short[None], torch.ones(1, 2, dtype=torch.bool))
    torch.testing.assert_close(together[1, :2], alone[0])
    assert not together[1, 2:].any()
    torch.testing.assert_close(together[:1], recur(gru, long[None], mask[:1]))


def test_a_sequence_without_a_word_reads_one_pad() -> None:
    """Nothing to read is no error."""
    gru = nn.GRU(4, 3)
    states = recur(gru, torch.zeros(2, 5, 4), torch.zeros(2, 5, dtype=torch.bool))
    assert states.shape == (2, 5, 3)
    assert torch.isfinite(states).all()
