"""Training of O's first pass on conversations.

The scorer starts from distilled static vectors (`memnn.training.distil`) and learns the piece
weights, the roles and the few scalars; the vectors themselves move slowly, a fast rate overfits
within an epoch.
"""

import random
from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from memnn.config import ModelConfig
from memnn.scorer import Candidates, Role, Scorer
from memnn.training.examples import CHAINED, User
from memnn.training.losses import likelihood
from memnn.training.trainer import Schedule, fit, shuffled

RATES = (3e-4, 1e-3)  # of the static vectors, of the rest
_USERS_A_STEP = 2
_SMOOTH = 1e-4  # of the smooth inverse frequency (Arora et al. 2017)


def new_scorer(config: ModelConfig, static: Tensor) -> Scorer:
    """A scorer that has the distilled vectors and has learnt nothing yet.

    Args:
        config: Sizes.
        static: Distilled vectors, shape [pieces, d], most frequent pieces first by convention of
            the inventory, so that a rank stands for a frequency.
    """
    scorer = Scorer(config)
    probability = 1.0 / (torch.arange(config.pieces) + 2.0)
    probability = probability / probability.sum()
    with torch.no_grad():
        scorer.vectors.weight.copy_(static)
        scorer.weight.copy_(torch.log(_SMOOTH / (_SMOOTH + probability) + 1e-3))
        for matrix in scorer.parameters_of_roles():
            matrix.copy_(torch.eye(config.embedding, config.static))
    return scorer


def train_first_pass(scorer: Scorer, users: Sequence[User], schedule: Schedule) -> None:
    """Train a scorer in place on the questions of some users; see `RATES`."""
    vectors = [p for name, p in scorer.named_parameters() if name.startswith("vectors")]
    rest = [p for name, p in scorer.named_parameters() if not name.startswith("vectors")]
    asking = [user for user in users if any(q.support for q in user.asked)]

    def loss(step: Sequence[User], _: random.Random) -> Tensor:
        return torch.cat([_losses(scorer, user) for user in step]).mean()

    batches = partial(shuffled, asking, _USERS_A_STEP)
    fit(scorer, [vectors, rest], schedule, -(-len(asking) // _USERS_A_STEP), batches, loss)


def _losses(scorer: Scorer, user: User) -> Tensor:
    asked = torch.tensor([i for i, q in enumerate(user.asked) if q.support], dtype=torch.long)
    memories = scorer.embed(user.memory_bags, Role.MEMORY)
    questions = scorer.embed(user.question_bags, Role.QUESTION)[asked]
    match, allowed, gold = user.match[asked], user.allowed[asked], user.gold[asked]
    wanted = gold.clone()
    for line, index in zip(wanted, asked.tolist(), strict=True):
        if user.asked[index].turn.category not in CHAINED:  # the last support holds the answer
            line.zero_()[user.asked[index].support[-1]] = True
    first = scorer.first_hop(questions, Candidates(memories, match, allowed))
    return torch.cat([likelihood(first, wanted), _next_losses(scorer, user, memories, asked)])


def _next_losses(scorer: Scorer, user: User, memories: Tensor, asked: Tensor) -> Tensor:
    chained = torch.tensor([i for i in asked.tolist() if len(user.asked[i].support) > 1])
    if not len(chained):
        return torch.zeros(0)
    chosen = [user.asked[i].support[:1] for i in chained.tolist()]
    scores = next_scores(scorer, user, memories, chained, chosen)
    gold = user.gold[chained] & torch.isfinite(scores)
    return likelihood(scores, gold)


def next_scores(
    scorer: Scorer, user: User, memories: Tensor, asked: Tensor, chosen: Sequence[Sequence[int]]
) -> Tensor:
    """First-pass scores of the hop after some chosen rows, shape [Q, rows]."""
    questions = scorer.embed(user.question_bags, Role.QUESTION)[asked]
    supporting = scorer.embed(user.memory_bags, Role.SUPPORT)
    supports = torch.stack([supporting[list(rows)].mean(0) for rows in chosen])
    allowed = user.allowed[asked].clone()
    for line, rows in zip(allowed, chosen, strict=True):
        line[list(rows)] = False
    new_match = torch.from_numpy(
        np.stack(
            [
                user.matches([user.memories[r] for r in rows], without=user.asked[i].words)
                for i, rows in zip(asked.tolist(), chosen, strict=True)
            ]
        )
    )
    held = Candidates(memories, user.match[asked], allowed)
    return scorer.next_hop(questions, supports, held, new_match)
