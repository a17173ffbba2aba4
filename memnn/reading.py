"""What the reader reads, as tensors: questions with their supports, and memories beside them.

A `Context` is [x, m_o1, …] of the paper: the question and the supports that were chosen already. A
`Passage` is a memory read in a context. A group is what is read for one hop: the supports chosen
before it, from which R would answer, and O's candidates. Word-by-word matches between passage and
context are worked out here; the reader learns what they mean.
Letters: Q questions, B contexts, C passages, G groups, K passages of a group, T words, W words of
the batch.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from memnn.scorer import Bags
from memnn.vocabulary import LOOKS, Word

MATCHES = 8  # of a passage's word with its context, see `_Context.matches`
EXTRAS = 8  # numbers that describe a candidate among its group; `memnn.output_map` fills them


@dataclass(frozen=True, slots=True)
class Read:
    """A memory as words, with its write order; only comparisons between orders matter."""

    words: Sequence[Word]
    order: int


@dataclass(frozen=True, slots=True)
class Context:
    """The question and the supports chosen so far."""

    question: Sequence[Word]
    supports: Sequence[Read] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A memory to read in a context.

    Attributes:
        memory: The memory.
        context: What it is read against.
        extras: For a candidate, numbers for the relevance head, shape [EXTRAS]; None for a support
            that was chosen already, from which R answers.
    """

    memory: Read
    context: Context
    extras: NDArray[np.float32] | None = None


def group(
    question: Sequence[Word],
    supports: Sequence[Read],
    candidates: Sequence[tuple[Read, NDArray[np.float32]]] = (),
) -> list[Passage]:
    """The passages of one hop: first the supports chosen so far, each in the light of the others,
    then the candidates with their extras, in the light of all supports.
    """  # noqa: D205 -- one sentence
    context = Context(question, supports)
    settled = [
        Passage(support, Context(question, [*supports[:at], *supports[at + 1 :]]))
        for at, support in enumerate(supports)
    ]
    return [*settled, *(Passage(memory, context, extras) for memory, extras in candidates)]


@dataclass(frozen=True, slots=True)
class Batch:
    """Groups of passages as tensors.

    Attributes:
        words: Whose numbers stand for the words.
        questions: Word numbers, shape [Q, T]; 0 is padding, as in the next two.
        question_of: The question of each context, shape [B].
        supports: Words of all supports of a context, shape [B, T].
        passages: Shape [C, T].
        matches: Of every passage's words with its context, shape [C, T, MATCHES].
        extras: Shape [C, EXTRAS]; zero for supports.
        settled: Which passages are supports that were chosen already, shape [C].
        context_of: The context of each passage, shape [C].
        members: The passages of each group, shape [G, K]; -1 is padding.
        orders: Write order of the members, shape [G, K].
    """

    words: "Words"
    questions: Tensor
    question_of: Tensor
    supports: Tensor
    passages: Tensor
    matches: Tensor
    extras: Tensor
    settled: Tensor
    context_of: Tensor
    members: Tensor
    orders: Tensor

    @classmethod
    def of(cls, groups: Sequence[Sequence[Passage]], words: "Words | None" = None) -> "Batch":
        """Lay groups out as tensors.

        Args:
            groups: Each holds at least one passage.
            words: Numbers the words; by default those of this batch alone.
        """
        words = Words() if words is None else words
        passages = [passage for group in groups for passage in group]
        contexts = {id(p.context): p.context for p in passages}  # in order of first appearance
        place = {key: index for index, key in enumerate(contexts)}
        seen = [_Context(context) for context in contexts.values()]
        context_of = [place[id(p.context)] for p in passages]
        questions = {id(c.question): c.question for c in contexts.values()}  # each is read once
        number = {key: index for index, key in enumerate(questions)}
        blank = np.zeros(EXTRAS, dtype=np.float32)
        extras = np.stack([blank if p.extras is None else p.extras for p in passages])
        starts = np.cumsum([0, *(len(group) for group in groups)])
        members = [list(range(a, b)) for a, b in itertools.pairwise(starts)]
        return cls(
            questions=pad([words.numbers(question) for question in questions.values()]),
            question_of=torch.tensor([number[id(c.question)] for c in contexts.values()]),
            supports=pad([words.numbers(_joined(c.supports)) for c in contexts.values()]),
            passages=pad([words.numbers(p.memory.words) for p in passages]),
            matches=_pad_matches(
                [seen[at].matches(p.memory) for p, at in zip(passages, context_of, strict=True)]
            ),
            extras=torch.from_numpy(extras),
            settled=torch.tensor([p.extras is None for p in passages]),
            context_of=torch.tensor(context_of),
            members=pad(members, filler=-1),
            orders=pad([[p.memory.order for p in group] for group in groups]),
            words=words,
        )

    def settle(self, passage: int) -> "Batch":
        """The same batch with one candidate taken for the support that was chosen."""
        settled = torch.zeros_like(self.settled)
        settled[passage] = True
        return replace(self, settled=settled)


@dataclass(frozen=True, slots=True)
class Seen:
    """W words as the reader sees them, padding first.

    Attributes:
        projected: What is read of them, shape [W, p].
        keys: By which they are aligned with each other, shape [W, p].
        looks: What they look like, shape [W, LOOKS].
    """

    projected: Tensor
    keys: Tensor
    looks: Tensor


@dataclass(slots=True)
class Words:
    """Numbers the distinct words of a batch from 1; number 0 is padding."""

    number: dict[Word, int] = field(default_factory=dict)

    def numbers(self, words: Sequence[Word]) -> list[int]:
        """The numbers of a text's words; new words get the next ones."""
        return [self.number.setdefault(word, len(self.number) + 1) for word in words]

    def seen(self, see: Callable[[Bags, Tensor], Seen]) -> Seen:
        """The words as a reader sees them.

        Args:
            see: The reader's sight, of pieces and looks.
        """
        return see(self.bags(), self.looks())

    def bags(self) -> Bags:
        """The pieces of every word, padding first."""
        return Bags.of([(), *((word,) for word in self.number)])

    def looks(self) -> Tensor:
        """The looks of every word, padding first, shape [W, LOOKS]."""
        padding = np.zeros(LOOKS, dtype=np.float32)
        return torch.from_numpy(np.stack([padding, *(word.looks for word in self.number)]))


class _Context:
    """A context's words as sets, to match passages against."""

    def __init__(self, context: Context) -> None:
        self.forms = {w.form for w in context.question}
        self.hashes = {w.hash for w in context.question}
        self.pairs = _pairs(context.question)
        supports = _joined(context.supports)
        self.support_hashes = {w.hash for w in supports if w.content}
        self.support_pairs = _pairs(supports)
        self.orders = [support.order for support in context.supports]

    def matches(self, memory: Read) -> list[tuple[float, ...]]:
        """Of each word, MATCHES numbers: whether it matches the question by form, by stem, by stem
        as far as it is rare, and together with its left neighbour; whether it matches the supports
        by stem, and together with its left neighbour; whether the memory is newer, and whether it
        is older than every support.
        """  # noqa: D205 -- one sentence
        newer = bool(self.orders) and memory.order > max(self.orders)
        older = bool(self.orders) and memory.order < min(self.orders)
        rows: list[tuple[float, ...]] = []
        before = 0
        for word in memory.words:
            stem = word.hash
            known = stem in self.hashes
            pair = (before, stem)
            rows.append(
                (
                    word.form in self.forms,
                    known,
                    word.rarity / 10 if known else 0.0,
                    pair in self.pairs,
                    stem in self.support_hashes,
                    pair in self.support_pairs,
                    newer,
                    older,
                )
            )
            before = stem
        return rows


def _pairs(words: Sequence[Word]) -> set[tuple[int, int]]:
    return {(a.hash, b.hash) for a, b in itertools.pairwise(words)}


def _joined(supports: Sequence[Read]) -> list[Word]:
    return [word for support in supports for word in support.words]


def pad(rows: Sequence[Sequence[int]], filler: int = 0) -> Tensor:
    """Lay rows out as one tensor, shape [rows, longest], at least one wide."""
    width = max(1, *(len(row) for row in rows)) if rows else 1
    padded = np.full((len(rows), width), filler, dtype=np.int64)
    for line, row in zip(padded, rows, strict=True):
        line[: len(row)] = row
    return torch.from_numpy(padded)


def _pad_matches(rows: Sequence[Sequence[tuple[float, ...]]]) -> Tensor:
    width = max(1, *(len(row) for row in rows))
    padded = np.zeros((len(rows), width, MATCHES), dtype=np.float32)
    for line, row in zip(padded, rows, strict=True):
        if row:
            line[: len(row)] = row
    return torch.from_numpy(padded)
