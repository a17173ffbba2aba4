"""Words with their places, folded forms, stems, sentences: of any text at all."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memnn.text import content_words, fold, is_content, sentences, stem, tokenise, word_hash

ANY = st.text(st.characters(codec=None)) | st.text("ab .!?'’\"\n\t-,:5é\ud800\x00")


def words(text: str) -> list[str]:
    """The words of a text as written."""
    return [token.text for token in tokenise(text)]


@given(ANY)
def test_places_reproduce_the_text(text: str) -> None:
    """Tokens are stretches of the text in order, and only white space is between them."""
    at = 0
    for token in tokenise(text):
        assert text[token.start : token.end] == token.text
        assert not text[at : token.start].strip()
        at = token.end
    assert not text[at:].strip()


@given(ANY, st.integers(0, 5))
def test_a_limit_keeps_the_first_words(text: str, limit: int) -> None:
    """A limit cuts the list and changes nothing else."""
    assert tokenise(text, limit) == tokenise(text)[:limit]


@pytest.mark.parametrize(
    "word",
    [
        "555-0199",
        "36-8-22",
        "9:15",
        "5,000",
        "1.75",
        "02/03/2026",
        "don't",
        "don’t",
        "o'clock",
        "a.b@example.org",
        "A+B",
        "AT&T",
        "well-known",
        "Inès",
        "Ine\u0300s",
        "B12",
    ],
)
def test_a_code_a_number_a_date_is_one_word(word: str) -> None:
    """What people would copy as one thing stays one thing, also before a full stop."""
    assert words(f"It is {word}.") == ["It", "is", word, "."]


def test_a_possessive_stands_alone() -> None:
    """A name in the possessive answers as the name, whichever apostrophe was typed."""
    assert words("Théo's bike") == ["Théo", "'s", "bike"]
    assert words("Théo’s bike") == ["Théo", "’s", "bike"]


def test_signs_are_words_of_their_own() -> None:
    """A comma or a bracket belongs to no word."""
    assert words("(Lyon, 9)!") == ["(", "Lyon", ",", "9", ")", "!"]


@given(ANY)
def test_sentences_lose_only_white_space(text: str) -> None:
    """The sentences of a text hold all its characters but white space, in order."""
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@given(ANY)
def test_sentences_are_trimmed_and_not_empty(text: str) -> None:
    """No sentence is blank or begins or ends with white space."""
    assert all(s and s == s.strip() for s in sentences(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I moved. Where to?", ["I moved.", "Where to?"]),
        ("Dr. Bell called. He is well.", ["Dr. Bell called.", "He is well."]),
        ("Ask J. Bell. Soon!", ["Ask J. Bell.", "Soon!"]),
        ("one\ntwo\n\nthree", ["one", "two", "three"]),
        ("Dr.\nBell", ["Dr.", "Bell"]),
        ("It costs 3.50 a day", ["It costs 3.50 a day"]),
        ('He said "yes." Then left.', ['He said "yes."', "Then left."]),
        ("Really?! Yes… fine", ["Really?!", "Yes…", "fine"]),
        (" \n ", []),
        ("", []),
    ],
)
def test_where_sentences_end(text: str, expected: list[str]) -> None:
    """Sentences end at marks and line breaks, not after "Dr." or an initial."""
    assert sentences(text) == expected


@pytest.mark.parametrize("text", ["a. ", "Dr. ", '." ', "? ", "\n", "a'", "1,", ". \n", "é-"])
def test_long_texts_take_no_time(text: str) -> None:
    """A hundred thousand characters of anything are split in no time to speak of."""
    begin = time.perf_counter()
    tokenise(text * (100_000 // len(text)))
    sentences(text * (100_000 // len(text)))
    assert time.perf_counter() - begin < 5.0


@given(ANY)
def test_folding_once_is_enough(text: str) -> None:
    """A folded word folds to itself."""
    assert fold(fold(text)) == fold(text)


def test_folding_drops_case_and_accents() -> None:
    """However it is typed, a name folds to the same form."""
    assert {fold(name) for name in ("Inès", "INES", "inès", "Ine\u0300s")} == {"ines"}


@pytest.mark.parametrize("mark", ["\u2018", "\u2019", "\u02bc"])
def test_an_apostrophe_is_one_however_it_is_typed(mark: str) -> None:
    """Telephones type a curly one: "don\u2019t" is as common, and the same word, as "don't"."""
    for word in ("'s", "don't", "I've", "O'Brien"):
        typed = word.replace("'", mark)
        assert word_hash(typed) == word_hash(word)
        assert is_content(typed) == is_content(word)


def test_stems() -> None:
    """Inflected words share a stem; what holds a digit is left alone."""
    assert stem("Trains") == stem("train") == stem("training")
    assert stem("B12s") == "b12s"


@given(ANY)
def test_every_word_has_a_name(text: str) -> None:
    """A word's hash fits 32 bits and depends on its folded form alone."""
    assert 0 <= word_hash(text) < 1 << 32
    assert word_hash(text) == word_hash(fold(text))


def test_content_words() -> None:
    """Stop words and signs say nothing; repeats count once, in order of appearance."""
    assert [w for w in words("Where's the spare key, the KEY?") if is_content(w)] == [
        "spare",
        "key",
        "KEY",
    ]
    assert content_words(tokenise("The key, a key: Lyon!")) == (word_hash("key"), word_hash("Lyon"))
    assert not is_content("Don't")


def test_a_word_without_end_is_looked_up_by_its_beginning() -> None:
    """However long a word is, what is remembered of it is short; its place is exact."""
    (token,) = tokenise("x" * 4000)
    assert (len(token.text), len(token.name)) == (4000, 64)
    assert content_words([token]) == content_words(tokenise("x" * 64))
