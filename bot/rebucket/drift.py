"""Whether the buckets are due to be made anew: cheap to ask, and often asked."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.store import BucketState, ScopeSize
from memnn.hashing import Codebook

_UNSEEN: Final = 0.15  # share of the words
_FULLEST: Final = 0.10  # share of the memories
_BETWEEN: Final = timedelta(hours=1)  # at least, from one refit for a drift to the next


@dataclass(frozen=True, slots=True)
class Drift:
    """How far what is told lately has moved away from a codebook.

    Attributes:
        unseen: Share of the words that it does not know.
        fullest: Share of the memories that the fullest bucket takes.
    """

    unseen: float = 0.0
    fullest: float = 0.0

    @classmethod
    def of(cls, book: Codebook, memories: Sequence[Collection[int]]) -> "Drift":
        """Measure it on the words of some memories."""
        if not memories:
            return cls()
        known = [int(book.look_up(words)[0].sum()) for words in memories]
        buckets = Counter(bucket for words in memories for bucket in book.buckets(words))
        total = sum(map(len, memories))
        fullest = max(buckets.values(), default=0) / len(memories)
        return cls(1 - sum(known) / total if total else 0.0, fullest)


def reason(
    state: BucketState,
    sizes: Sequence[ScopeSize],
    model: str,
    drift: Drift,
    now: datetime,
    every: timedelta,
) -> str:
    """Why the buckets are to be made anew now; empty where they are not.

    Args:
        state: What is known of the last time.
        sizes: The scopes that are large enough to be filed.
        model: Fingerprint of the model that answers.
        drift: How far the memories have moved on.
        now: The moment. Where it lies before the last time, a clock was set back: that is due too.
        every: From one time to the next, at least; zero for never.
    """
    # A scope that was held back stays unfiled until the next time: nothing new would come of it.
    unfiled = sum(not size.generation for size in sizes)
    age = now - datetime.fromisoformat(state.finished) if state.finished else every
    settled = age < _BETWEEN
    reasons = {
        "a build was cut off": bool(state.building),
        "a memory grew large": unfiled > state.held_back,
        "the model is another": state.model != model,
        "it is time": age >= every or age < -_BETWEEN,
        f"{drift.unseen:.0%} of the words are new": not settled and drift.unseen > _UNSEEN,
        f"one bucket takes {drift.fullest:.0%}": not settled and drift.fullest > _FULLEST,
    }
    due = (why for why, holds in reasons.items() if holds)
    return next(due, "") if every and sizes else ""
