"""The parts of a message that the policy acts on: what it tells, what it asks. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from memnn.records import Kind, Perception, Sentence

ASIDE_PROBABILITY = 0.8  # from here on a question amid statements is answered
_QUESTION = tuple(Kind).index(Kind.QUESTION)


def clean(text: str) -> str:
    """A text as it can be stored and shown.

    Lone surrogates, which no file and no server takes, become U+FFFD; control characters, which
    could steer a terminal, go. Line ends and tabs stay, and so does everything else.
    """
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if whole.isprintable():
        return whole.strip()
    return "".join(c for c in whole if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


def telling(perception: Perception) -> Perception:
    """A statement of which nothing was judged to state anything is kept whole."""
    return as_statement(perception) if perception.kind is Kind.STATEMENT else perception


def states(perception: Perception) -> bool:
    """Whether anything in a message would be stored."""
    return any(sentence.kind is Kind.STATEMENT for sentence in perception.sentences)


def as_statement(perception: Perception) -> Perception:
    """The sentences that state something, or else all of the message as one statement."""
    return perception if states(perception) else as_kind(Kind.STATEMENT, perception)


def asking(perception: Perception) -> Perception:
    """The part of a message that asks; of another kind where there is none.

    I takes what asks amid statements for rhetorical; where it is sure of it, an answer is tried.
    """
    asked = tuple(s for s in perception.sentences if _surely_asks(s))
    if perception.kind is Kind.QUESTION or not asked:
        return perception
    message = replace(perception.message, text=" ".join(s.text for s in asked))
    return as_kind(Kind.QUESTION, replace(perception, message=message))


def without_asides(perception: Perception) -> Perception:
    """A message without what asks in it, which was answered."""
    rest = tuple(s for s in perception.sentences if not _surely_asks(s))
    return replace(perception, sentences=rest)


def _surely_asks(sentence: Sentence) -> bool:
    return sentence.probabilities[_QUESTION] >= ASIDE_PROBABILITY


def as_kind(kind: Kind, perception: Perception) -> Perception:
    """A message as if all of it were of one kind."""
    return as_sentences(kind, perception, (perception.message.text,))


def as_sentences(kind: Kind, perception: Perception, texts: Sequence[str]) -> Perception:
    """A message as if these were its sentences, all of one kind."""
    sentences = tuple(Sentence(text, kind, _certainly(kind)) for text in texts)
    return replace(perception, kind=kind, confidence=1.0, sentences=sentences)


def _certainly(kind: Kind) -> tuple[float, float, float]:
    return (
        float(kind is Kind.STATEMENT),
        float(kind is Kind.QUESTION),
        float(kind is Kind.CHITCHAT),
    )
