"""Sizes of the network, frozen: what training sets and the artifact keeps."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from memnn.errors import ArtifactError


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Everything that shapes the served network.

    Attributes:
        pieces: Size of the word-piece inventory.
        static: Size of a piece's static vector (d).
        embedding: Size of an embedded text in the first pass (n).
        kind_hidden: Hidden size of I's recurrent classifier, a direction.
        width: Size of a piece's state in the reader's encoder.
        layers: Layers of the encoder.
        heads: Attention heads of a layer; they divide the width.
        head_hidden: Hidden size of the reader's heads.
        page_pieces: Longest page that is read, question and candidates, in pieces.
        text_pieces: Longest question or memory on a page, in pieces.
        second_pass: How many of the first pass's best may stand on a page.
        max_hops: Most supports that O chooses.
        question_words: Longest question that is read, in words; the rest is cut off.
        memory_words: Longest memory that is read, in words.
        slot_words: G joins the sentences of one message up to this many words in a slot.
        answer_words: Longest span that answers, in words.
    """

    pieces: int = 30_522
    static: int = 256
    embedding: int = 128
    kind_hidden: int = 48
    width: int = 384
    layers: int = 6
    heads: int = 12
    head_hidden: int = 128
    page_pieces: int = 320
    text_pieces: int = 96
    second_pass: int = 8
    max_hops: int = 6
    question_words: int = 40
    memory_words: int = 48
    slot_words: int = 40
    answer_words: int = 8

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Read what `to_dict` wrote.

        Raises:
            ArtifactError: A field is missing, unknown, or not a number.
        """
        names = {field.name for field in fields(cls)}
        if set(values) != names or not all(isinstance(v, int) for v in values.values()):
            odd = ", ".join(sorted(set(values) ^ names)) or "a value that is no number"
            raise ArtifactError(f"the artifact's configuration does not fit this version: {odd}")
        return cls(**values)

    def to_dict(self) -> dict[str, int]:
        """The fields as plain values."""
        return asdict(self)
