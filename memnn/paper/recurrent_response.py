"""R as a recurrent network on [x, m_o1, …] (section 3.1): reads the words, then says some.

Letters as in `memnn.paper.supports`; n size of R's embedding, V words of the dictionary, A words of
an answer.
"""

import torch
from torch import Tensor, nn

from memnn.mechanisms import Mechanisms
from memnn.paper.dictionary import PAD
from memnn.paper.match_read import marks, table
from memnn.paper.supports import Supports
from memnn.recurrent import recur

_TEXTS = 2  # the question and the supports


class RecurrentResponse(nn.Module):
    """Probabilities of every word as the next of the answer."""

    def __init__(self, config: Mechanisms, words: int) -> None:
        super().__init__()
        n = config.answer_size
        self.words = table(words, n)
        self.texts = marks(_TEXTS, n)
        self.reader = nn.GRU(n, n)
        self.speaker = nn.GRU(n, n, batch_first=True)
        self.word = nn.Linear(n, words)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, supports: Supports, said: Tensor) -> Tensor:
        """Probability of every next word, shape [R, A, V]; ``said`` [R, A] begins with `BEGIN`."""
        read = self.words(supports.text) + self.texts((supports.segments > 0).long())
        states = recur(self.reader, self.dropout(read), supports.told)  # [R, T, n]
        last = states[torch.arange(len(states)), supports.told.sum(1) - 1]
        spoken, _ = self.speaker(self.words(said), last[None])
        words: Tensor = self.word(self.dropout(spoken))
        barred = torch.arange(words.shape[2]) == PAD
        return words.masked_fill(barred, -torch.inf).softmax(2)
