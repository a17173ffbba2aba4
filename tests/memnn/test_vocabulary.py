"""What is known of a word by itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memnn.spelling import Spelling
from memnn.text import Token, tokenise, word_hash
from memnn.vocabulary import LOOKS, SHAPES, Vocabulary, Word, form_hash
from tests import tiny

VOCABULARY = tiny.vocabulary()


def look(text: str) -> list[Word]:
    """The words of a text."""
    return VOCABULARY.words(tokenise(text))


@given(st.text(st.characters(codec=None)))
def test_every_word_has_pieces_and_looks(text: str) -> None:
    """Whatever is typed, half a character included, is one to eight pieces of the inventory."""
    words = look(text)
    assert len(words) == len(tokenise(text))
    for word in words:
        assert 1 <= len(word.pieces) <= 8
        assert all(0 <= piece < VOCABULARY.tokenizer.get_vocab_size() for piece in word.pieces)
        assert word.looks.shape == (LOOKS,)
        assert word.rarity >= 0


def test_a_word_is_looked_up_once() -> None:
    """The same word as written is the same value, so that batches can number words."""
    first, *_, again = look("key and key")
    assert first is again
    assert look("Key")[0] is not first


def test_what_was_read_last_is_kept() -> None:
    """A text is read once, as far as it is asked for; however many are read, few are kept."""
    text = "the spare key"
    assert VOCABULARY.read(text, 2) is VOCABULARY.read(text, 2)
    assert list(VOCABULARY.read(text, 2)) == look(text)[:2]
    for number in range(5_000):
        VOCABULARY.read(f"key {number}", 2)
    assert VOCABULARY.read.cache_info().currsize < 5_000


def test_case_and_accents_change_the_looks_only() -> None:
    """However it is typed, a word has the same pieces, names and rarity."""
    small, large = look("lyon")[0], look("LYÖN")[0]
    assert (small.pieces, small.hash, small.form) == (large.pieces, large.hash, large.form)
    assert small.rarity == large.rarity
    assert not np.array_equal(small.looks, large.looks)


def test_a_form_is_more_than_a_stem() -> None:
    """Inflected words share the hash of their stem, not the form."""
    one, many = look("train trains")
    assert one.hash == many.hash
    assert one.form != many.form


def test_rarity() -> None:
    """A known word has its own rarity, an unknown one the most, a stop word none."""
    vocabulary = Vocabulary(
        tiny.tokenizer(), {word_hash("key"): 1.5, word_hash("lyon"): 4.0}, Spelling.of({})
    )
    key, lyon, quokka, the = vocabulary.words(tokenise("key Lyon quokka the"))
    assert [key.rarity, lyon.rarity, quokka.rarity, the.rarity] == [1.5, 4.0, 4.0, 0.0]
    assert [w.content for w in (key, lyon, quokka, the)] == [True, True, True, False]


def test_a_word_of_no_piece_is_the_unknown_one() -> None:
    """What the tokenizer drops altogether still has a piece."""
    (word,) = VOCABULARY.words([Token("\u0301", 0, 1)])
    assert word.pieces == (tiny.tokenizer().token_to_id("[UNK]"),)


def test_shapes() -> None:
    """Capitals, digits, signs and length are told apart."""
    expected = {
        "Lyon": (1, 0, 0, 0, 0, 0, 0.4, 0),
        "NASA": (1, 1, 0, 0, 0, 0, 0.4, 0),
        "A": (1, 0, 0, 0, 0, 0, 0.1, 0),
        "555": (0, 0, 1, 1, 0, 0, 0.3, 0),
        "9:15": (0, 0, 1, 0, 0, 0, 0.4, 0),
        "B12": (1, 0, 1, 0, 0, 1, 0.3, 0),
        "?": (0, 0, 0, 0, 1, 0, 0.1, 1),
        "x" * 99: (0, 0, 0, 0, 0, 0, 2.0, 0),
    }
    for text, shape in expected.items():
        np.testing.assert_allclose(look(text)[0].looks[:SHAPES], shape, err_msg=text, rtol=1e-6)


@pytest.mark.parametrize("typed", ["sister", "sistre", "siser", "sisster", "sizter", "sisters"])
def test_a_slip_away_is_near(typed: str) -> None:
    """A word shares a name with what it becomes by one edit or two swapped letters."""
    written, slipped = look(f"sister {typed}")
    assert set(written.near) & set(slipped.near)


@pytest.mark.parametrize(("one", "other"), [("sister", "blisters"), ("car", "cat"), ("41", "42")])
def test_what_is_near_to_too_much_is_near_to_nothing(one: str, other: str) -> None:
    """Short words, numbers, and words two edits apart share no name."""
    first, second = look(f"{one} {other}")
    assert not set(first.near) & set(second.near)


def test_a_mistyped_word_is_read_as_it_was_meant() -> None:
    """It has the pieces and names of the word; its looks are as typed, and it is near to both."""
    spelling = Spelling.of({"parcel": 9.0, "parrot": 9.0})
    vocabulary = Vocabulary(tiny.tokenizer(), {word_hash("parcel"): 2.0}, spelling)
    meant, typed, near = vocabulary.words(tokenise("parcel PARECL pxrecl"))
    assert (typed.pieces, typed.hash, typed.form) == (meant.pieces, meant.hash, meant.form)
    assert typed.rarity == meant.rarity == 2.0
    assert typed.looks[1] == 1
    assert set(typed.near) & set(near.near) - set(meant.near)


@pytest.mark.parametrize("known", ["lyon", "Whats", "parcel", "key"])
def test_a_word_that_somebody_knows_is_no_slip(known: str) -> None:
    """Of the language, of what people tell, or a stop word: even beside a much more common one."""
    common = {"lion": 12.0, "wheats": 12.0, "parcels": 12.0, "parcel": 1.0, "keys": 12.0}
    vocabulary = Vocabulary(tiny.tokenizer(), VOCABULARY.rarity, Spelling.of(common))
    (word,) = vocabulary.words(tokenise(known))
    assert word.form == form_hash(known)
