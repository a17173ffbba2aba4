"""What the reader reads: a page with the question and O's candidates, in the order they were told.

All candidates stand on one page, so that the reader sees which of two is newer, what a pronoun
refers to, and which memory goes on from which. Word-by-word matches with the question are worked
out here; the reader learns what they mean.
Letters: B pages, T pieces of a page, K candidates of a page, W words of its candidates.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from memnn.vocabulary import LOOKS, Vocabulary, Word

MATCHES = 5  # of a candidate's word with the question, see `_Question.matches`
MARKS = 8  # numbers that describe a candidate among the others; `memnn.shortlist` fills them
PRIORS = 4  # the first of them: what the first pass thought of it
_NO_MATCH = np.zeros(MATCHES, dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A memory on a page.

    Attributes:
        words: Its words.
        marks: Numbers that describe it, shape [MARKS].
    """

    words: Sequence[Word]
    marks: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A question with its candidates, in the order in which they were told."""

    question: Sequence[Word]
    candidates: Sequence[Candidate]


def cut(words: Sequence[Word], pieces: int) -> list[Word]:
    """The first words of a text that have at most so many pieces together."""
    sizes = itertools.accumulate(len(word.pieces) for word in words)
    return [word for word, size in zip(words, sizes, strict=True) if size <= pieces]


def fitting(question: Sequence[Word], memories: Sequence[Sequence[Word]], room: int) -> list[int]:
    """Which memories fit on a page.

    Args:
        question: The question.
        memories: What should stand beside it, the most wanted first.
        room: Pieces of a page.

    Returns:
        Places among the memories, in their order; what does not fit is passed over.
    """
    room -= 2 + sum(len(word.pieces) for word in question)
    kept: list[int] = []
    for place, memory in enumerate(memories):
        size = 1 + sum(len(word.pieces) for word in memory)
        if size <= room:
            room -= size
            kept.append(place)
    return kept


@dataclass(frozen=True, slots=True)
class Batch:
    """Pages as tensors.

    Attributes:
        pieces: Piece ids, shape [B, T].
        segments: 0 in the question, 1 after it, shape [B, T].
        mask: Which pieces are no padding, shape [B, T].
        looks: Of the word that a piece is of, and how it matches, [B, T, LOOKS + MATCHES].
        marks: Of the candidate that begins at a piece, else zero, shape [B, T, MARKS].
        heads: The piece at which each candidate begins, shape [B, K].
        present: Which candidates are no padding, shape [B, K].
        priors: What the first pass thought of each candidate, shape [B, K, PRIORS].
        first: First piece of every word of the candidates, shape [B, W].
        last: Last piece of every word, shape [B, W].
        owner: The candidate that a word is of; -1 for padding, shape [B, W].
    """

    pieces: Tensor
    segments: Tensor
    mask: Tensor
    looks: Tensor
    marks: Tensor
    heads: Tensor
    present: Tensor
    priors: Tensor
    first: Tensor
    last: Tensor
    owner: Tensor

    @classmethod
    def of(cls, pages: Sequence[Page], vocabulary: Vocabulary) -> "Batch":
        """Lay pages out as tensors."""
        lines = [_Line.of(page, vocabulary) for page in pages]
        pieces = pad([line.pieces for line in lines], filler=-1)
        owner = pad([line.owner for line in lines], filler=-1)
        heads = pad([line.heads for line in lines])
        looks = np.zeros((*pieces.shape, LOOKS + MATCHES), dtype=np.float32)
        marks = np.zeros((*pieces.shape, MARKS), dtype=np.float32)
        priors = np.zeros((*heads.shape, PRIORS), dtype=np.float32)
        for number, (line, page) in enumerate(zip(lines, pages, strict=True)):
            looks[number, : len(line.looks)] = line.looks
            for place, head in enumerate(line.heads):
                marks[number, head] = page.candidates[place].marks
                priors[number, place] = page.candidates[place].marks[:PRIORS]
        counts = torch.tensor([[len(line.heads)] for line in lines])
        asked = torch.tensor([[line.asked] for line in lines])
        return cls(
            pieces=pieces.clamp(min=0),
            segments=((torch.arange(pieces.shape[1]) >= asked) & (pieces >= 0)).long(),
            mask=pieces >= 0,
            looks=torch.as_tensor(looks),
            marks=torch.as_tensor(marks),
            heads=heads,
            present=torch.arange(heads.shape[1]) < counts,
            priors=torch.as_tensor(priors),
            first=pad([line.first for line in lines]),
            last=pad([line.last for line in lines]),
            owner=owner,
        )


@dataclass(slots=True)
class _Line:
    """One page as one line of pieces."""

    pieces: list[int]
    looks: list[NDArray[np.float32]]
    heads: list[int]
    first: list[int]
    last: list[int]
    owner: list[int]
    asked: int

    @classmethod
    def of(cls, page: Page, vocabulary: Vocabulary) -> "_Line":
        line = cls([], [], [], [], [], [], 0)
        blank = np.zeros(LOOKS, dtype=np.float32)
        line._put([vocabulary.begin], blank, _NO_MATCH)
        for word in page.question:
            line._put(word.pieces, word.looks, _NO_MATCH)
        line._put([vocabulary.end], blank, _NO_MATCH)
        line.asked = len(line.pieces)
        question = _Question(page.question)
        for place, candidate in enumerate(page.candidates):
            line.heads.append(len(line.pieces))
            line._put([vocabulary.end], blank, _NO_MATCH)
            matches = question.matches(candidate.words)
            for word, matched in zip(candidate.words, matches, strict=True):
                line.first.append(len(line.pieces))
                line._put(word.pieces, word.looks, matched)
                line.last.append(len(line.pieces) - 1)
                line.owner.append(place)
        return line

    def _put(
        self, pieces: Sequence[int], looks: NDArray[np.float32], matches: NDArray[np.float32]
    ) -> None:
        self.pieces += pieces
        self.looks += [np.concatenate([looks, matches])] * len(pieces)


class _Question:
    """A question's words as sets, to match candidates against."""

    def __init__(self, question: Sequence[Word]) -> None:
        self.forms = {w.form for w in question}
        self.hashes = {w.hash for w in question}
        self.near = {name for w in question for name in w.near}
        self.pairs = {(a.hash, b.hash) for a, b in itertools.pairwise(question)}

    def matches(self, words: Sequence[Word]) -> list[NDArray[np.float32]]:
        """Of each word: whether it matches by form, by stem, by stem as far as it is rare,
        together with its left neighbour, and but for a slip; shape [MATCHES].
        """  # noqa: D205 -- one sentence
        before = [0, *(word.hash for word in words)]
        return [
            np.array(
                (
                    word.form in self.forms,
                    word.hash in self.hashes,
                    word.rarity / 10 if word.hash in self.hashes else 0.0,
                    (left, word.hash) in self.pairs,
                    not self.near.isdisjoint(word.near),
                ),
                dtype=np.float32,
            )
            for left, word in zip(before, words, strict=False)
        ]


def pad(rows: Sequence[Sequence[int]], filler: int = 0) -> Tensor:
    """Lay rows out as one tensor, shape [rows, longest], at least one wide."""
    width = max(1, *(len(row) for row in rows)) if rows else 1
    padded = np.full((len(rows), width), filler, dtype=np.int64)
    for line, row in zip(padded, rows, strict=True):
        line[: len(row)] = row
    return torch.as_tensor(padded)  # where torch's default device is
