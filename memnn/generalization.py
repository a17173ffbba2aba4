"""G, the generalization: where a statement is filed (paper, section 2: m_i = G(m_i, I(x), m)).

The paper's simplest G: a new statement goes to the next free slot. The plan says what to store,
with its features and the word buckets it files in; storing is the store's business. Pure.
"""

from collections.abc import Iterator, Sequence

import torch

from memnn.features import pack_all
from memnn.model import Model
from memnn.records import Kind, Message, Perception, Plan, Slot
from memnn.scorer import Role
from memnn.text import tokenise
from memnn.vocabulary import filed


class Generalization:
    """Plans slots and computes their features; a `memnn.store.Featuriser`."""

    def __init__(self, model: Model) -> None:
        self._model = model

    @property
    def fingerprint(self) -> bytes:
        """See `memnn.store.Featuriser`."""
        return self._model.fingerprint

    def plan(self, perception: Perception, *, everything: bool = False) -> Plan:
        """Plan the slots of a message.

        Args:
            perception: The message as I sees it.
            everything: Store all of it, whatever its kind: the person said "remember this".
        """
        if everything:
            text = perception.message.text.strip()
            told = [text] if text else []
        else:
            told = _statements(perception)
        return self._plans([perception.message], [told])[0]

    def plans(self, perceptions: Sequence[Perception]) -> list[Plan]:
        """See `memnn.parts.Parts.plans`: all texts are embedded at once."""
        messages = [perception.message for perception in perceptions]
        return self._plans(messages, [_statements(perception) for perception in perceptions])

    @torch.inference_mode()
    def features(self, texts: Sequence[str]) -> list[bytes]:
        """See `memnn.store.Featuriser`."""
        if not texts:
            return []
        words = [self._model.memory(text) for text in texts]
        vectors = self._model.embed(words, Role.MEMORY).numpy()
        return pack_all(self.fingerprint, vectors)

    def words(self, text: str, speaker: str = "") -> tuple[int, ...]:
        """The word buckets of a memory: hashes of its content words, and of who said it.

        So what Ann told is found for "what did Ann say?", and when Ann herself asks.
        """
        told = (word for said in (text, speaker) for word in self._model.memory(said))
        return filed(told)

    def _plans(self, messages: Sequence[Message], told: Sequence[Sequence[str]]) -> list[Plan]:
        texts = [list(self._slots(sentences)) for sentences in told]
        features = iter(self.features([text for held in texts for text in held]))
        return [
            Plan(
                message.id,
                tuple(
                    Slot(
                        text,
                        message.time,
                        message.speaker,
                        next(features),
                        self.words(text, message.speaker),
                    )
                    for text in held
                ),
            )
            for message, held in zip(messages, texts, strict=True)
        ]

    def _slots(self, sentences: Sequence[str]) -> Iterator[str]:
        """Join short sentences into one slot, in which they explain each other; cut long ones."""
        room = self._model.config.slot_words
        held: list[str] = []
        size = 0
        for sentence in sentences:
            for piece, length in self._pieces(sentence):
                if held and size + length > room:
                    yield " ".join(held)
                    held, size = [], 0
                held.append(piece)
                size += length
        if held:
            yield " ".join(held)

    def _pieces(self, sentence: str) -> Iterator[tuple[str, int]]:
        """Stretches of a sentence that are short enough to be read whole, with their lengths."""
        longest = self._model.config.memory_words
        tokens = tokenise(sentence)
        for first in range(0, max(1, len(tokens)), longest):
            last = min(first + longest, len(tokens))
            start = tokens[first].start if first else 0
            end = tokens[last].start if last < len(tokens) else len(sentence)
            yield sentence[start:end].strip(), last - first


def _statements(perception: Perception) -> list[str]:
    return [s.text for s in perception.sentences if s.kind is Kind.STATEMENT]
