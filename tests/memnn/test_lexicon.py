"""The lexicon: a word looks the same whether it is read for the first time or was read before."""

import numpy as np
import torch

from memnn import lexicon
from memnn.lexicon import Lexicon
from memnn.model import Model
from memnn.reading import Batch, Read, Words, group
from memnn.text import tokenise
from tests import tiny

TEXTS = [*tiny.TEXTS, "Zoltán's parcel", "?", ""]


def states(model: Model, text: str, words: Words) -> np.ndarray:
    """A text read as the support of a question."""
    read = Read(model.vocabulary.words(tokenise(text)), 1)
    batch = Batch.of([group(model.question("Where is the key?"), [read])], words)
    with torch.inference_mode():
        return model.reader.read(batch, model.scorer.vectors.weight).states.numpy()


def test_known_words_read_as_new_ones(model: Model) -> None:
    """Whatever was read before, a text reads exactly as it does alone, also when read again."""
    lived = Lexicon()
    for text in [*TEXTS, *TEXTS]:
        np.testing.assert_allclose(
            states(model, text, lived), states(model, text, Words()), atol=1e-6, err_msg=text
        )


def test_a_lexicon_is_bounded(model: Model) -> None:
    """Between questions it starts anew where it holds too many words, and reads on rightly."""
    lived = Lexicon()
    states(model, " ".join(f"w{n}" for n in range(lexicon._MOST + 1)), lived)
    lived.trim()
    assert not lived.number
    text = tiny.TEXTS[0]
    np.testing.assert_allclose(states(model, text, lived), states(model, text, Words()), atol=1e-6)
    held = len(lived.number)
    lived.trim()
    assert len(lived.number) == held
