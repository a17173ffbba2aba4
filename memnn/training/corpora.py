"""The licensed text beside the project's own conversations, and what it is good for."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from memnn.errors import DataError
from memnn.text import content_words, fold, tokenise
from memnn.training.conversations import Conversation

_LONGEST_ANSWER = 6  # words
_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "``": '"', "''": '"'}  # as treebanks write them
_RARE = 2  # messages that a word must be in to have a rarity of its own


def everyday_sentences(data: Path) -> list[str]:
    """Short English sentences (Tatoeba, CC BY 2.0 FR).

    Raises:
        DataError: The file is not there.
    """
    file = data / "tatoeba" / "english_sentences.txt"
    return [line.rsplit("\t", maxsplit=1)[-1] for line in _lines(file)]


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence, a question about it, and the words of the sentence that answer it."""

    sentence: str
    question: str
    answer: str


def crowd_questions(data: Path) -> list[Fact]:
    """Questions that people wrote about sentences of Wikipedia and Wikinews (QAMR, MIT).

    Those whose answer is no single short stretch of the sentence are left out.

    Raises:
        DataError: A file is not there, or a line of it is malformed.
    """
    sentences: dict[str, str] = {}
    file = data / "qamr" / "wiki-sentences.tsv"
    for name, sentence, *_ in _rows(file, columns=2):
        sentences[name] = " ".join(_BRACKETS.get(word, word) for word in sentence.split(" "))
    facts: list[Fact] = []
    for part in ("dev", "test"):
        file = data / "qamr" / "filtered" / f"{part}.tsv"
        for number, (name, *_, question, answer) in enumerate(_rows(file, columns=7), start=1):
            try:
                places = sorted({int(place) for place in answer.split()})
            except ValueError as error:
                raise DataError(f"{file}:{number}: {error}") from error
            sentence = sentences.get(name, "")
            if stretch := _stretch(sentence, places):
                facts.append(Fact(sentence, question, stretch))
    return facts


def _stretch(sentence: str, places: Sequence[int]) -> str:
    """The words at some places, or nothing where they are no single short stretch."""
    words = sentence.split(" ")
    if not places or places[-1] >= min(len(words), places[0] + _LONGEST_ANSWER):
        return ""
    whole = len(places) == places[-1] - places[0] + 1
    return " ".join(words[places[0] : places[-1] + 1]) if whole else ""


def rarity(conversations: Sequence[Conversation], everyday: Iterable[str]) -> dict[int, float]:
    """Inverse document frequency of content words, by hash, over messages and sentences."""
    texts = [turn.text for c in conversations for turn in c.turns]
    texts += everyday
    held = Counter(word for text in texts for word in content_words(tokenise(text)))
    return {
        word: math.log((len(texts) + 1) / (count + 0.5))
        for word, count in held.items()
        if count >= _RARE
    }


def subtitle_words() -> dict[str, int]:
    """How often English words are in subtitles (OpenSubtitles 2018, by pyspellchecker, MIT)."""
    from spellchecker import SpellChecker  # noqa: PLC0415 -- of the extra `train`

    return dict(SpellChecker(distance=1).word_frequency.dictionary)


def common_words(counts: Mapping[str, int]) -> dict[str, float]:
    """Folded words with how many in a billion words each is, natural logarithm.

    A contraction is known without its apostrophe too, though never more common than the rarest.
    """
    held: Counter[str] = Counter()
    for word, count in counts.items():
        held[fold(word)] += count
    total, least = held.total(), min(held.values())
    joined = {word.replace("'", ""): least for word in held if "'" in word}
    return {word: math.log(1e9 * count / total) for word, count in {**joined, **held}.items()}


def _rows(file: Path, columns: int) -> Iterator[list[str]]:
    """The first columns of every line of a table; what is between them is a tabulator."""
    for number, line in enumerate(_lines(file), start=1):
        row = line.split("\t")
        if len(row) < columns:
            raise DataError(f"{file}:{number}: {len(row)} columns, but {columns} are needed")
        yield row[:columns]


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataError(
            f"{file}: {error.strerror}; --data names the folder that holds it"
        ) from error
