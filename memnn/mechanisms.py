"""The one configuration of the network: every mechanism of the papers is a field of it.

`ORIGINAL` is the first paper's network with two hops and write time, `UNSEEN_WORDS` also reads
words that it never saw, `FULL` solves the 20 tasks, `SERVED` answers people. What stands between
them is reached by `dataclasses.replace`. The first three know the words of a closed dictionary
(`memnn.paper`), the last one any word by its pieces (`memnn.model`).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


class Features(StrEnum):
    """Φ of a text: what of its words, and of their order, a score sees."""

    WORDS = "words"  # a bag of words (section 3.1)
    NGRAMS = "n-grams"  # a bag of 1-, 2- and 3-grams (tasks paper, section 5)
    MULTILINEAR = "multilinear"  # a matrix for each part of the sentence (tasks paper, section 5)
    MATCH_READ = "match-read"  # windows of words that read from their like elsewhere
    PIECES = "pieces"  # a bag of word pieces by rarity, then words read against the question


class Match(StrEnum):
    """Exact matches of a question's words with a memory's (section 3.6)."""

    NONE = "none"
    SCORE = "score"  # λ for every word in both
    FEATURES = "features"  # a feature for each word in both, and for the words around it
    RARITY = "rarity"  # three features of how rare the words in both are


class Hashing(StrEnum):
    """Which memories are scored at all (section 3.3)."""

    NONE = "none"  # all
    WORDS = "words"  # those that share a word with the question
    CLUSTERS = "clusters"  # those that share a cluster of words with it


class Answering(StrEnum):
    """What R makes of the supports (section 3.1)."""

    SUPPORT = "support"  # the first support, as it was told
    WORD = "word"  # one word of the dictionary
    WORDS = "words"  # words until the null word wins (tasks paper, section 5)
    RECURRENT = "recurrent"  # a recurrent network on the question and the supports
    SPANS = "spans"  # stretches of the supports, counts, yes, no


class Ranking(StrEnum):
    """What training minimises, which is also how O picks."""

    MARGIN = "margin"  # sampled negatives; the pick is the winner of a tournament
    LIKELIHOOD = "likelihood"  # all candidates at once; the pick is a beam of the most probable


@dataclass(frozen=True, slots=True)
class Mechanisms:
    """Which mechanisms a network has.

    Attributes:
        features: Φ.
        nonlinear: Whether E(x) = tanh(W tanh(Φ(x)ᵀ U)), on both sides.
        parts: Into how many parts a sentence falls for `Features.MULTILINEAR`.
        match: Exact matches.
        contexts: Whether a word is also the words around it, so that an unseen one is something.
        unseen: Share of the words that training takes for unseen, with ``contexts``.
        hashing: Which memories are scored.
        clusters: Clusters of words for `Hashing.CLUSTERS`.
        filed: A word in more than this share of the memories of training files in no bucket.
        write_time: Whether triples tell which of two memories is newer (section 3.4).
        adaptive: Whether a null memory ends the hops; else there are exactly ``hops``.
        hops: Supports that O chooses; with ``adaptive`` the most.
        beam: Paths of supports that are followed at once.
        ranking: What training minimises.
        margin: By how much a right candidate should win, for `Ranking.MARGIN`.
        negatives: Sampled wrong candidates a right one, for `Ranking.MARGIN`.
        answering: What R makes of the supports.
        ordered: Whether R knows the words of the last support from those of the others (4|W|).
        words: Longest answer, in words.
        output_size: Size of O's embedding (n).
        answer_size: Size of R's embedding.
        dropout: Share of an embedding that is dropped while training.
    """

    features: Features = Features.WORDS
    nonlinear: bool = False
    parts: int = 4
    match: Match = Match.NONE
    contexts: bool = False
    unseen: float = 0.3
    hashing: Hashing = Hashing.NONE
    clusters: int = 20
    filed: float = 0.5
    write_time: bool = True
    adaptive: bool = False
    hops: int = 2
    beam: int = 1
    ranking: Ranking = Ranking.MARGIN
    margin: float = 0.1
    negatives: int = 1
    answering: Answering = Answering.WORD
    ordered: bool = False
    words: int = 1
    output_size: int = 100
    answer_size: int = 100
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if self.hops < 1 or self.beam < 1 or self.words < 1:
            raise ValueError("hops, beam and words are at least 1")
        if self.beam > 1 and self.ranking is Ranking.MARGIN:
            raise ValueError("a tournament has one winner: a beam needs ranking by likelihood")
        pieces = self.features is Features.PIECES
        rarity, spans = self.match is Match.RARITY, self.answering is Answering.SPANS
        if not pieces == rarity == spans:
            raise ValueError("pieces, rarity and spans are the served model's, and go together")

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The mechanisms that ``dataclasses.asdict`` made plain values of.

        Raises:
            TypeError: A field is unknown.
            ValueError: A value is none that its field can have.
        """
        kinds: dict[str, type[StrEnum]] = {
            "features": Features,
            "match": Match,
            "hashing": Hashing,
            "ranking": Ranking,
            "answering": Answering,
        }
        named = {name: kinds[name](value) for name, value in values.items() if name in kinds}
        return cls(**{**values, **named})


ORIGINAL = Mechanisms()
UNSEEN_WORDS = Mechanisms(match=Match.FEATURES, contexts=True, unseen=0.5, negatives=5)
FULL = Mechanisms(
    features=Features.MATCH_READ,
    adaptive=True,
    hops=10,
    beam=3,
    ranking=Ranking.LIKELIHOOD,
    answering=Answering.RECURRENT,
    words=4,
    output_size=48,
    answer_size=64,
    dropout=0.1,
)
SERVED = Mechanisms(
    features=Features.PIECES,
    match=Match.RARITY,
    adaptive=True,
    hops=6,
    ranking=Ranking.LIKELIHOOD,
    answering=Answering.SPANS,
    words=8,
    output_size=128,
    answer_size=64,
    dropout=0.3,
)
