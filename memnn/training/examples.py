"""Conversations as the network sees them in training: slots, questions, hops.

The memory of a user is built once; a question may choose among what stood before it. Which
candidates a hop of the reader's training competes against comes from a first pass that was not
trained on that user, as it will be when it serves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from memnn.config import ModelConfig
from memnn.features import match_features, pack
from memnn.records import Kind, Memory
from memnn.scorer import Bags
from memnn.slots import Slots
from memnn.text import tokenise
from memnn.training.conversations import Conversation, Turn
from memnn.vocabulary import Vocabulary, Word, filed

QUESTION_WORDS = ModelConfig().question_words
MEMORY_WORDS = ModelConfig().memory_words

# Categories whose supports are all needed, in any order; elsewhere the last one holds the answer.
CHAINED = frozenset({"list", "count", "two_hop", "three_hop", "history"})


@dataclass(slots=True, eq=False)
class Asked:
    """One phrasing of a question.

    Attributes:
        turn: The question with its labels.
        text: This phrasing.
        words: The words of this phrasing.
        support: Rows of its gold supports among the user's slots; empty where it has none.
        earlier: How many rows stood before it.
    """

    turn: Turn
    text: str
    words: list[Word]
    support: tuple[int, ...]
    earlier: int


@dataclass(slots=True, eq=False)
class User:
    """One user's memory and questions, with what the first pass needs as tensors.

    Attributes:
        name: The conversation's user.
        slots: The memory; embeddings are left out, they change while training.
        memories: The words of every row.
        asked: Every phrasing of every question.
        match: Exact matches, shape [questions, rows, MATCHES].
        allowed: Which rows stood before a question, shape [questions, rows].
        gold: Which rows support a question, shape [questions, rows].
    """

    name: str
    slots: Slots
    memories: list[list[Word]]
    asked: list[Asked]
    memory_bags: Bags = field(init=False)
    question_bags: Bags = field(init=False)
    match: Tensor = field(init=False)
    allowed: Tensor = field(init=False)
    gold: Tensor = field(init=False)

    def __post_init__(self) -> None:
        rows = torch.arange(len(self.memories))
        self.memory_bags = Bags.of(self.memories)
        self.question_bags = Bags.of([q.words for q in self.asked])
        self.match = torch.from_numpy(np.stack([self.matches([q.words]) for q in self.asked]))
        self.allowed = torch.stack([rows < q.earlier for q in self.asked])
        self.gold = torch.zeros_like(self.allowed)
        for line, question in zip(self.gold, self.asked, strict=True):
            line[list(question.support)] = True

    def matches(
        self, texts: Sequence[Sequence[Word]], without: Sequence[Word] = ()
    ) -> NDArray[np.float32]:
        """Exact matches of the texts' words, but for some, with every row, [rows, MATCHES]."""
        barred = {w.hash for w in without}
        words = {w.hash: w.rarity for t in texts for w in t if w.content and w.hash not in barred}
        return match_features(words.items(), self.slots)


def users(
    conversations: Sequence[Conversation], vocabulary: Vocabulary, *, phrasings: bool
) -> list[User]:
    """Prepare conversations; those in which nothing is asked are left out.

    Args:
        conversations: The conversations, with labels.
        vocabulary: Looks the words up.
        phrasings: Whether a question's other phrasings count as questions too.
    """
    prepared = (_user(c, vocabulary, phrasings=phrasings) for c in conversations)
    return [user for user in prepared if user is not None]


def _user(conversation: Conversation, vocabulary: Vocabulary, *, phrasings: bool) -> User | None:
    statements = [turn for turn in conversation.turns if turn.kind is Kind.STATEMENT]
    row_of = {turn.index: row for row, turn in enumerate(statements)}
    blank = pack(b"----", np.zeros(1, dtype=np.float32))
    memories = [vocabulary.words(tokenise(turn.text, MEMORY_WORDS)) for turn in statements]
    slots = Slots(
        Memory(row + 1, str(turn.index), turn.text, turn.time, "", blank, filed(words))
        for row, (turn, words) in enumerate(zip(statements, memories, strict=True))
    )
    asked: list[Asked] = []
    for turn in conversation.questions:
        support = tuple(row_of[i] for i in turn.support if i in row_of)
        earlier = sum(s.index < turn.index for s in statements)
        if not earlier:
            continue
        texts = (turn.text, *(turn.phrasings if phrasings else ()))
        asked += [
            Asked(turn, text, vocabulary.words(tokenise(text, QUESTION_WORDS)), support, earlier)
            for text in texts
        ]
    return User(conversation.user, slots, memories, asked) if asked else None
