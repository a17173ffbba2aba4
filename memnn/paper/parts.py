"""A network of the papers as the parts of `memnn.network`: what the bot holds a conversation with.

I is the paper's simplest: what ends in a question mark is a question, all else a statement. G gives
each sentence the next slot. O and R are those of `memnn.paper.network`, over all memories.
"""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from memnn.features import FINGERPRINT_BYTES, pack
from memnn.paper.network import PaperNetwork
from memnn.paper.stories import Question, words
from memnn.paper.write_time import NULLS, STOP
from memnn.ranking import Ranking
from memnn.records import (
    Answer,
    Hop,
    Kind,
    Memory,
    Message,
    Perception,
    Plan,
    Scored,
    Sentence,
    Slot,
    Trace,
)
from memnn.slots import Slots
from memnn.text import sentences, word_hash

_TRACED = 8  # candidates that a trace keeps
_SURE = {Kind.STATEMENT: (1.0, 0.0, 0.0), Kind.QUESTION: (0.0, 1.0, 0.0)}


class StoryParts:
    """`memnn.parts.Parts` of a network over a closed dictionary."""

    def __init__(self, network: PaperNetwork) -> None:
        self.network = network.eval()
        self.fingerprint = _fingerprint(network)

    def perceive(self, message: Message) -> Perception:
        """I: sentences, and whether they ask."""
        told = [text for text in sentences(message.text) if words(text)]
        if not told:
            return Perception(message, Kind.CHITCHAT, 1.0, ())
        kinds = [Kind.QUESTION if text.endswith("?") else Kind.STATEMENT for text in told]
        parts = tuple(Sentence(t, k, _SURE[k]) for t, k in zip(told, kinds, strict=True))
        whole = Kind.QUESTION if Kind.QUESTION in kinds else Kind.STATEMENT
        return Perception(message, whole, 1.0, parts)

    def plan(self, perception: Perception, *, everything: bool = False) -> Plan:
        """G: a slot for each sentence that states something, or for each at all."""
        message = perception.message
        told = [
            sentence.text
            for sentence in perception.sentences
            if everything or sentence.kind is Kind.STATEMENT
        ]
        slots = (
            Slot(text, message.time, message.speaker, features, self.words(text))
            for text, features in zip(told, self.features(told), strict=True)
        )
        return Plan(message.id, tuple(slots))

    def plans(self, perceptions: Sequence[Perception]) -> list[Plan]:
        """See `memnn.parts.Parts.plans`."""
        return [self.plan(perception) for perception in perceptions]

    @torch.inference_mode()
    def features(self, texts: Sequence[str]) -> list[bytes]:
        """See `memnn.store.Featuriser`: the sum of the words' vectors of O."""
        vectors = self.network.word_vectors().numpy()  # [|W|, n]
        return [pack(self.fingerprint, vectors[list(self._numbers(text))].sum(0)) for text in texts]

    def words(self, text: str, speaker: str = "") -> tuple[int, ...]:  # noqa: ARG002 -- no name is a word of a story
        """Word hash: a bucket for each word."""
        return tuple(dict.fromkeys(word_hash(word) for word in words(text)))

    @torch.inference_mode()
    def rank(self, text: str, slots: Slots, asker: str = "") -> Ranking:  # noqa: ARG002 -- all ask alike
        """O's first hop, as probabilities of being chosen."""
        found = np.full(slots.rows, -np.inf, dtype=np.float32)
        rows, question = self._asked(text, slots)
        if question.text:
            found[rows] = self.network.chances(question)[0, NULLS:]
        return Ranking.of_all(found)

    def take_up(self, text: str, slots: Slots, asker: str = "") -> Callable[[], Answer]:  # noqa: ARG002 -- likewise
        """O, then R."""
        rows, question = self._asked(text, slots)
        memories = [slots.held(row) for row in rows]
        return lambda: self._answer(question, memories)

    def _answer(self, question: Question, memories: Sequence[Memory]) -> Answer:
        if not question.text or not memories:
            return Answer(None, (), (), 0.0, Trace())
        (answered,) = self.network.answer([question])
        supports = tuple(memories[at] for at in answered.supports)
        chances = self.network.chances(question, answered.supports)
        chosen = [*(memory.id for memory in supports), None]
        hops = tuple(_hop(memories, line, at) for line, at in zip(chances, chosen, strict=False))
        said = " ".join(answered.words) or None
        return Answer(said, answered.words, supports, float(said is not None), Trace(hops))

    def _asked(self, text: str, slots: Slots) -> tuple[list[int], Question]:
        """The rows that hold words, and the question on them."""
        told = {row: words(slots.held(row).text) for row in np.flatnonzero(slots.alive).tolist()}
        rows = [row for row, said in told.items() if said]
        return rows, Question(tuple(told[row] for row in rows), words(text))

    def _numbers(self, text: str) -> tuple[int, ...]:
        return self.network.dictionary.encode(Question((), words(text))).text


def _hop(memories: Sequence[Memory], chances: NDArray[np.float32], chosen: int | None) -> Hop:
    """What was seen in a hop: the likeliest memories, and the chance of the stop."""
    order = np.argsort(-chances[NULLS:], kind="stable")[:_TRACED]
    best = tuple(Scored(memories[at], float(chances[NULLS + at])) for at in order)
    return Hop(len(memories), best, chosen, float(chances[STOP]))


def _fingerprint(network: PaperNetwork) -> bytes:
    digest = hashlib.sha256()
    for value in network.state_dict().values():
        digest.update(value.contiguous().numpy().tobytes())
    return digest.digest()[:FINGERPRINT_BYTES]
