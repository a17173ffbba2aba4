"""What a build would find: the share of questions whose best memory is among the candidates."""

from collections.abc import Sequence
from typing import Final

from bot.store import COLD, Build, Job, Rebucketing
from memnn.parts import Parts
from memnn.records import Memory
from memnn.slots import Slots
from memnn.text import tokenise

LEAST: Final = 0.99  # a build that finds less is not read from
_SAMPLED: Final = 1024  # memories
_ASKED: Final = 128  # questions


async def recall(buckets: Rebucketing, job: Job, build: Build, parts: Parts) -> float:
    """Hold a build against the scoring of every memory, on a sample.

    A question is half of the content words of a memory. What is found is what the server would give
    for it.

    Raises:
        StoreError: The memories cannot be read.
    """
    scope, right, asked = build.head.scope, 0, 0
    memories = await buckets.sample(scope, _SAMPLED)
    slots = Slots(memories)
    for question in _questions(parts, memories):
        (best,) = parts.rank(question, slots).best(1)
        memory = slots.held(best)
        found = memory.id in await job.filed(build, parts.words(question), COLD)
        if found or memory == await buckets.memory(scope, memory.id):  # else it changed meanwhile
            asked += 1
            right += found
    return right / asked if asked else 1.0


def _questions(parts: Parts, memories: Sequence[Memory]) -> list[str]:
    step = max(len(memories) // _ASKED, 1)
    told = (
        [token.text for token in tokenise(memory.text) if parts.words(token.name)]
        for memory in memories[::step]
    )
    return [" ".join(words[n % 2 :: 2] or words) for n, words in enumerate(told) if words]
