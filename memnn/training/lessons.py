"""What O and R of the papers' network are taught (sections 3.1 and 3.4), and how they are examined.

A question is a row for O at each of its hops: after no support, after one, and so on; after all of
them STOP is right, and after a wrong one FAIL. R is taught on the gold supports.
"""

import random
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from memnn.mechanisms import Answering, Mechanisms, Ranking
from memnn.paper.dictionary import BEGIN, END, PAD
from memnn.paper.hashing import frequent
from memnn.paper.hops import Chosen, Hops
from memnn.paper.network import PaperNetwork
from memnn.paper.stories import Encoded
from memnn.paper.supports import Supports
from memnn.paper.write_time import FAIL, NEVER, NULLS, STOP, Scores
from memnn.reading import pad
from memnn.training.courses import Course
from memnn.training.losses import margin_ranking

_HARD = 0.7  # of the wrong supports: how many share a word with the question
_COMMON = 0.5  # a word in more than this share of the memories tells nothing
_TINY = 1e-9


class OutputLessons:
    """What O is taught, and how it is examined."""

    def __init__(self, network: PaperNetwork, course: Course, taught: Sequence[Encoded]) -> None:
        self.network, self.course, self.taught = network, course, taught
        self.module = network.output
        self.common = frequent((question.story for question in taught), _COMMON)

    def loss(self, batch: Sequence[Encoded], choice: random.Random) -> Tensor:
        """Of one batch, a scalar."""
        batch = [self.course.output_renaming.apply(question, choice) for question in batch]
        rows = [
            (i, *row)
            for i, question in enumerate(batch)
            for row in hop_rows(question, self.network.config, self.common, choice)
        ]
        of, chosen, right = zip(*rows, strict=True)
        scores: Scores = self.module(Hops.of(batch, of, chosen))
        return output_loss(scores, torch.tensor(right), self.network.config)

    def right(self, questions: Sequence[Encoded]) -> list[bool]:
        """Whether it finds all gold supports, of each question."""
        found, config = self.network.supports(questions), self.network.config
        return [rows == supports_of(q, config) for rows, q in zip(found, questions, strict=True)]


class ResponseLessons:
    """What R is taught, and how it is examined: from gold supports."""

    def __init__(self, network: PaperNetwork, course: Course, taught: Sequence[Encoded]) -> None:
        self.network, self.course, self.taught = network, course, taught
        self.module = network.response

    def loss(self, batch: Sequence[Encoded], choice: random.Random) -> Tensor:
        """Of one batch, a scalar."""
        config = self.network.config
        batch = [self.course.response_renaming.apply(question, choice) for question in batch]
        answers = pad([_said(question, config) for question in batch])
        said = torch.cat([torch.full_like(answers[:, :1], BEGIN), answers[:, :-1]], 1)
        words = self.module(Supports.of(batch, self._chosen(batch), config.hops), said)
        return response_loss(words, answers, config)

    def right(self, questions: Sequence[Encoded]) -> list[bool]:
        """Whether it says the answer, of each question."""
        said = self.network.say(questions, self._chosen(questions))
        return [words == q.answer for words, q in zip(said, questions, strict=True)]

    def _chosen(self, questions: Sequence[Encoded]) -> list[Chosen]:
        return [supports_of(question, self.network.config) for question in questions]


def output_loss(scores: Scores, right: Tensor, config: Mechanisms) -> Tensor:
    """O's loss, a scalar.

    Args:
        scores: Of every row.
        right: The right candidate of each, shape [R].
        config: Says which loss.
    """
    if config.ranking is Ranking.LIKELIHOOD:
        return torch.logsumexp(-scores.against_all(right), 1).mean()
    wrong = scores.allowed.scatter(1, right[:, None], 0.0)
    rivals = torch.multinomial(wrong + 1e-12, config.negatives, replacement=True)
    return torch.stack([_duel(scores, right, rival, config.margin) for rival in rivals.T]).mean()


def response_loss(words: Tensor, answers: Tensor, config: Mechanisms) -> Tensor:
    """R's loss, a scalar.

    Args:
        words: Scores, or probabilities of a recurrent R, of every next word, shape [R, A, V].
        answers: The right words, shape [R, A], padded.
        config: Says how R answers.
    """
    right = answers[..., None]
    if config.answering is Answering.RECURRENT:
        log_p = (words.gather(2, right).squeeze(2) + _TINY).log()
        return -(log_p * (answers != PAD)).sum(1).mean()
    told = answers != PAD
    scores = words[told]
    gold = torch.zeros_like(scores, dtype=torch.bool).scatter(1, right[told], value=True)
    allowed = scores > NEVER / 2
    return margin_ranking(scores, gold, allowed, config.margin).mean()


def supports_of(question: Encoded, config: Mechanisms) -> Chosen:
    """The gold supports as the hops should choose them.

    With a fixed number of hops the last support is chosen again where there are fewer.
    """
    rows = question.supports[: config.hops]
    again = 0 if config.adaptive else config.hops - len(rows)
    return (*rows, *rows[-1:] * again)


def _duel(scores: Scores, right: Tensor, rival: Tensor, margin: float) -> Tensor:
    """max(0, margin - s_Ot(x, m_o, f)) + max(0, margin + s_Ot(x, f, m_o)), the mean over rows."""
    won = scores.against_all(right).gather(1, rival[:, None])
    lost = scores.against_all(rival).gather(1, right[:, None])
    return (torch.relu(margin - won) + torch.relu(margin + lost)).mean()


def hop_rows(
    question: Encoded, config: Mechanisms, common: set[int], choice: random.Random
) -> Iterator[tuple[Chosen, int]]:
    """What O is asked on one question: supports chosen before a hop, and the right candidate.

    Args:
        question: With its supports.
        config: Says how many hops, and whether null memories end them.
        common: Words that tell nothing.
        choice: Draws the wrong supports.
    """
    supports = supports_of(question, config)
    for hop, row in enumerate(supports):
        yield supports[:hop], row + NULLS
    if config.adaptive:
        yield supports, STOP
        if (stray := _astray(question, supports, common, choice)) is not None:
            yield stray, FAIL


def _astray(
    question: Encoded, supports: Chosen, common: set[int], choice: random.Random
) -> Chosen | None:
    """Some supports of which the last is wrong; None where there is no other memory."""
    if len(supports) < 2:  # noqa: PLR2004 -- the last hop's mistakes cannot be told from luck
        return None
    hop = choice.randrange(len(supports) - 1)
    right = question.story[supports[hop]]
    wrong = [row for row, told in enumerate(question.story) if told != right]
    if not wrong:
        return None
    known = {*question.text, *(w for row in supports[:hop] for w in question.story[row])} - common
    choice.shuffle(wrong)
    likely = max(wrong, key=lambda row: len(known.intersection(question.story[row])))
    return (*supports[:hop], likely if choice.random() < _HARD else wrong[0])


def _said(question: Encoded, config: Mechanisms) -> tuple[int, ...]:
    """An answer as R should say it: with its end, unless it is one word always."""
    words = question.answer[: config.words]
    return words if config.answering is Answering.WORD else (*words, END)
