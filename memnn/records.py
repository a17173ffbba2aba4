"""The values that pass between I, G, O, R, the store and the application.

All are frozen. This module knows no mathematics and no storage; the words are those of the paper
(Weston, Chopra, Bordes 2015, section 2) and of the design page.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What I decides that a message, or one sentence of it, is. Only statements are stored."""

    STATEMENT = "statement"
    QUESTION = "question"
    CHITCHAT = "chitchat"


@dataclass(frozen=True, slots=True)
class Message:
    """One message as an edge (Telegram, terminal, replay) hands it in.

    Attributes:
        id: The edge's own name of the message, unique within the scope; makes writes idempotent.
        text: What was written, as it was written.
        time: When, with a time zone. It becomes the write time of the memories.
        speaker: Who said it, where a scope has several speakers; empty for the scope's owner.
    """

    id: str
    text: str
    time: datetime
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of a message with the kind that I gave it.

    Attributes:
        text: The stretch, trimmed.
        kind: Its most probable kind.
        probabilities: Of statement, question and chitchat, in the order of `Kind`; sum to one.
    """

    text: str
    kind: Kind
    probabilities: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Perception:
    """I(x): a message with its sentences and the kind of the whole.

    Attributes:
        message: The message itself.
        kind: The kind of the whole message: what a reader would call it.
        confidence: Probability of that kind, 0 to 1.
        sentences: The stretches in order; empty for a message without a word.
    """

    message: Message
    kind: Kind
    confidence: float
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A statement as G plans to store it: a memory before it has an id.

    Attributes:
        text: The statement, as the person wrote it.
        time: Write time, with a time zone.
        speaker: See `Message.speaker`.
        features: Φ(y) packed by `memnn.features.pack`; opaque to stores.
        words: Hashes (32 bit) of the content words, without repeats: the word buckets it files in.
    """

    text: str
    time: datetime
    speaker: str
    features: bytes
    words: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """G(x): what one message adds to the memory.

    Attributes:
        message_id: The message that the slots come from.
        slots: In the order of the text; may be empty, for an edit that leaves nothing to remember.
    """

    message_id: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """One stored statement.

    Attributes:
        id: Its write order within the scope, from 1; never given twice.
        message_id: The message it came from.
        text: The statement, as the person wrote it.
        time: Write time, with a time zone.
        speaker: See `Message.speaker`.
        features: Φ(y) packed by `memnn.features.pack`.
        words: Hashes of the content words; see `Slot.words`.
    """

    id: int
    message_id: str
    text: str
    time: datetime
    speaker: str = ""
    features: bytes = field(default=b"", repr=False)
    words: tuple[int, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a scope's memories, newest first.

    Attributes:
        memories: At most as many as were asked for.
        total: How many memories the scope holds in all.
    """

    memories: tuple[Memory, ...]
    total: int


class EventKind(StrEnum):
    """What a scope's log records."""

    EDITED = "edited"
    FORGOTTEN = "forgotten"
    RESTORED = "restored"
    INSPECTED = "inspected"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a scope's log, which its user sees under /history.

    Attributes:
        kind: What happened.
        time: When, with a time zone.
        memory_id: The memory it happened to; for a correction, the one that was right; 0 for a
            look at all of them.
        old_text: For an edit, the text before; purged when the memory is forgotten. Else empty.
    """

    kind: EventKind
    time: datetime
    memory_id: int
    old_text: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """One candidate as O saw it in one hop.

    Attributes:
        memory: The candidate.
        first: Score of the linear first pass.
        second: Score of the second pass, or None where only the first pass looked at it.
    """

    memory: Memory
    first: float
    second: float | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """What O saw in one hop.

    Attributes:
        candidates: How many memories were scored by the first pass.
        best: The best few, best first.
        chosen: Id of the support that this hop chose; None where the null memory won: the stop.
        stop: Score of the null memory.
    """

    candidates: int
    best: tuple[Scored, ...]
    chosen: int | None
    stop: float


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer came about: data for /why and the inspector, not log text.

    Attributes:
        hops: One entry a hop, in order.
        form: What R took the question to ask for, as text ("span", "yes", "count", …).
        readings: The best few answers that R weighed, with their probabilities.
    """

    hops: tuple[Hop, ...] = ()
    form: str = ""
    readings: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """R(O(I(x), m)): an answer with the evidence it rests on.

    Attributes:
        text: The answer for people, or None for "I don't know".
        items: The parts of the answer; several for a list, one else, none for "I don't know".
        supports: The memories O chose, in hop order; kept also where R then declined.
        confidence: Calibrated probability that the answer is right, 0 to 1.
        trace: How it came about.
    """

    text: str | None
    items: tuple[str, ...]
    supports: tuple[Memory, ...]
    confidence: float
    trace: Trace
