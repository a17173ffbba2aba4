"""How the network answers prepared users' questions: the served path of O and R, gold kinds given.

For choosing between variants and for fitting the confidence; what the README quotes goes through
the whole application instead.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from memnn.features import pack
from memnn.model import Model
from memnn.normalise import normalise
from memnn.output_map import hop_over, read_page
from memnn.reader import Reading
from memnn.records import Memory
from memnn.response import evidence, weigh
from memnn.scorer import Role
from memnn.shortlist import Listed, listed
from memnn.slots import Slots
from memnn.training.calibrate import Judged
from memnn.training.conversations import Turn
from memnn.training.examples import Asked, User


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """A question with its page as read: what O and R decide on it takes little time from here.

    Attributes:
        asked: The question.
        found: The page.
        reading: Of it.
    """

    asked: Asked
    found: Listed
    reading: Reading


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question went.

    Attributes:
        category: Of the question.
        hit: Whether the first support is a gold one; None without gold.
        found: Whether all gold supports are among the chosen; None without gold.
        judged: The best reading, declined or not.
    """

    category: str
    hit: bool | None
    found: bool | None
    judged: Judged


def posed(model: Model, users: Sequence[User]) -> Iterator[Posed]:
    """Read a page for every phrasing of every question, after what stood before it.

    Args:
        model: The network; its calibration has no say.
        users: Prepared with the same vocabulary.
    """
    for user in users:
        memories = list(_embedded(model, user))
        for asked in user.asked:
            found = listed(model, asked.words, Slots(memories[: asked.earlier]))
            if found is not None:
                yield Posed(asked, found, read_page(model, found))


def outcomes(model: Model, questions: Iterable[Posed]) -> Iterator[Outcome]:
    """Answer questions whose pages were read.

    Args:
        model: The network that read them; it may have another calibration since.
        questions: With their pages.
    """
    for question in questions:
        asked = question.asked
        chosen = hop_over(model, question.found, question.reading)
        weighed = weigh(model, asked.text, asked.words, chosen)
        best = weighed.readings[0]
        rows = [memory.id - 1 for memory in evidence(chosen, best)]
        gold = set(asked.support)
        right = is_right(asked.turn, best.text, best.items)
        yield Outcome(
            asked.turn.category,
            rows[0] in gold if gold else None,
            gold <= set(rows) if gold else None,
            Judged(weighed.signals, right, bool(asked.turn.answers)),
        )


def is_right(turn: Turn, text: str, items: Sequence[str]) -> bool:
    """Whether an answer is an accepted one; a list needs all items and no other."""
    accepted = {normalise(answer) for answer in turn.answers}
    if turn.category == "list":
        return {normalise(item) for item in items} == accepted
    return normalise(text) in accepted


def summary(results: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """Shares of hits, of all supports found, and of right best readings, by category."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for result in results:
        groups["all"].append(result)
        groups[result.category].append(result)
    return {name: _shares(group) for name, group in sorted(groups.items())}


def _shares(group: Sequence[Outcome]) -> dict[str, float]:
    supported = [o for o in group if o.hit is not None]
    return {
        "questions": len(group),
        "hit_at_1": round(sum(bool(o.hit) for o in supported) / max(1, len(supported)), 4),
        "all_supports": round(sum(bool(o.found) for o in supported) / max(1, len(supported)), 4),
        "best_reading_right": round(sum(o.judged.right for o in group) / len(group), 4),
    }


@torch.inference_mode()
def _embedded(model: Model, user: User) -> Iterator[Memory]:
    vectors = model.scorer.embed(user.memory_bags, Role.MEMORY).numpy()
    for memory, vector in zip(user.slots, vectors, strict=True):
        yield replace(memory, features=pack(model.fingerprint, vector))
