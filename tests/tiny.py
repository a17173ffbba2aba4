"""A tiny network, made in code: every part is real, only small and untrained."""

from functools import cache

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.trainers import WordPieceTrainer

from memnn.calibration import Calibration, Regression, Signals, as_values
from memnn.classifier import Classifier
from memnn.config import ModelConfig
from memnn.model import Model
from memnn.reader import Form, Reader
from memnn.scorer import Scorer
from memnn.spelling import Spelling
from memnn.text import content_words, tokenise
from memnn.vocabulary import Vocabulary

TEXTS = (
    "I moved to Lyon in March and I like it here.",
    "The spare key is under the blue flower pot.",
    "My sister's phone number is 555-0199, call her after 9:15.",
    "We bought apples, pears and plums for 5,000 francs.",
    "Where did I put the spare key?",
    "When did I move to Lyon?",
    "What is my sister's number?",
    "Thanks, that is lovely! Good night.",
)


@cache
def tokenizer() -> Tokenizer:
    """Word pieces learnt from `TEXTS`: the letters, and a few joined ones."""
    made = Tokenizer(WordPiece(unk_token="[UNK]"))  # noqa: S106 -- a mark, no password
    made.normalizer = BertNormalizer()
    made.pre_tokenizer = BertPreTokenizer()
    trainer = WordPieceTrainer(
        vocab_size=120,
        min_frequency=2,
        special_tokens=["[UNK]"],
        show_progress=False,
        initial_alphabet=list("abcdefghijklmnopqrstuvwxyz0123456789?!.,'-"),
    )
    made.train_from_iterator(TEXTS, trainer)
    return made


def vocabulary() -> Vocabulary:
    """A dictionary in which the words of `TEXTS` have rarities from 1 to 3; it spells nothing."""
    words = [word for text in TEXTS for word in content_words(tokenise(text))]
    rarity = {word: 1.0 + 2.0 * place / len(words) for place, word in enumerate(words)}
    return Vocabulary(tokenizer(), rarity, Spelling.of({}))


def config() -> ModelConfig:
    """Small sizes."""
    return ModelConfig(
        pieces=tokenizer().get_vocab_size(),
        static=12,
        embedding=10,
        kind_hidden=5,
        width=8,
        layers=2,
        heads=2,
        head_hidden=6,
        page_pieces=160,
        text_pieces=50,
        second_pass=4,
        max_hops=3,
        question_words=12,
        memory_words=20,
        slot_words=10,
        answer_words=3,
    )


@torch.no_grad()
def model(seed: int = 0, *, threshold: float = 0.0, form: Form | None = None) -> Model:
    """A network with random weights that answers in a given form.

    Args:
        seed: Of the weights.
        threshold: Of its confidence; 0 answers always, above 1 never.
        form: What R takes every question to ask for; None leaves it to chance.
    """
    torch.manual_seed(seed)
    sizes = config()
    scorer, classifier = Scorer(sizes), Classifier(sizes)
    for part in (scorer.weight, scorer.question_weight, scorer.time_gate.weight):
        part.normal_(std=0.3)
    classifier.votes.weight.normal_()
    reader = Reader(sizes)
    for part in (reader.encoder.looks.weight, reader.encoder.marks.weight):
        part.normal_(std=0.3)
    if form is not None:
        set_form(reader, form)
    for module in (scorer, classifier, reader):
        module.eval().requires_grad_(requires_grad=False)
    by_margin = Regression((1.0, *[0.0] * (len(as_values(Signals())) - 1)))
    calibration = Calibration(by_margin, threshold=threshold)
    return Model(sizes, vocabulary(), classifier, scorer, reader, calibration, b"tiny")


@torch.no_grad()
def set_form(reader: Reader, form: Form) -> None:
    """Make R take every question to ask for one form of answer."""
    head = list(reader.form.parameters())
    head[-2].zero_()
    head[-1].fill_(-20.0)[form] = 20.0
