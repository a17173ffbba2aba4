"""What training minimises: by likelihood, or by the paper's margin ranking (section 3.1)."""

import torch
from torch import Tensor

_NEVER = -1e4


def likelihood(scores: Tensor, gold: Tensor) -> Tensor:
    """Negative log-probability that a softmax picks any gold entry, shape [G].

    Args:
        scores: Logits, shape [G, K].
        gold: Which entries are right, shape [G, K]; at least one a row.
    """
    log_p = scores.log_softmax(1)
    return -torch.logsumexp(log_p.masked_fill(~gold, _NEVER), 1)


def margin_ranking(scores: Tensor, gold: Tensor, allowed: Tensor, margin: float = 0.1) -> Tensor:
    """max(0, margin - s(x, m_o) + s(x, f)) with one sampled negative f a question, shape [G].

    Args:
        scores: Scores, shape [G, K].
        gold: Which entries are right, shape [G, K]; at least one a row, and one that is not.
        allowed: Which entries may be sampled, shape [G, K].
        margin: By how much a right one should win.
    """
    wrong = (allowed & ~gold).float()
    negative = torch.multinomial(wrong + 1e-12, 1)
    best = scores.masked_fill(~gold, _NEVER).amax(1)
    return torch.relu(margin - best + scores.gather(1, negative).squeeze(1))
