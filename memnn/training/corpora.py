"""The licensed text beside the project's own conversations, and what it is good for."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from memnn.errors import DataError
from memnn.text import content_words, tokenise
from memnn.training.conversations import Conversation

_RARE = 2  # messages that a word must be in to have a rarity of its own


def everyday_sentences(data: Path) -> list[str]:
    """Short English sentences (Tatoeba, CC BY 2.0 FR).

    Raises:
        DataError: The file is not there.
    """
    file = data / "tatoeba" / "english_sentences.txt"
    return [line.rsplit("\t", maxsplit=1)[-1] for line in _lines(file)]


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


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataError(
            f"{file}: {error.strerror}; --data names the folder that holds it"
        ) from error
