"""Recurrent reading of padded sequences, for I's classifier and the reader."""

from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def recur(gru: nn.GRU, sequences: Tensor, mask: Tensor) -> Tensor:
    """Run a GRU over padded sequences so that the padding has no say.

    Args:
        gru: Any number of layers and directions.
        sequences: Shape [B, T, inputs], padded at the end.
        mask: Which entries are no padding, shape [B, T].

    Returns:
        The states, shape [B, T, directions * hidden].
    """
    lengths = mask.sum(1).clamp(min=1)  # a sequence without a word reads one pad
    if bool((lengths == sequences.shape[1]).all()):  # nothing is padded, and packing is no gift
        alone: Tensor = gru(sequences.transpose(0, 1))[0]
        return alone.transpose(0, 1)
    packed = pack_padded_sequence(sequences, lengths, batch_first=True, enforce_sorted=False)
    states, _ = pad_packed_sequence(
        gru(packed)[0], batch_first=True, total_length=sequences.shape[1]
    )
    return states
