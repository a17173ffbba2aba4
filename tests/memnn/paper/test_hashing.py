"""Word hash and cluster hash: which memories are scored (section 3.3)."""

from dataclasses import replace

import torch

from memnn.mechanisms import ORIGINAL, Hashing
from memnn.paper.dictionary import FIRST_FRESH, FIRST_WORD, Dictionary
from memnn.paper.hashing import NOWHERE, buckets, candidates, frequent, k_means
from memnn.paper.hops import Hops
from memnn.paper.network import PaperNetwork
from memnn.paper.stories import Encoded, Question

A, B, C, D, THE = range(FIRST_WORD, FIRST_WORD + 5)
WORDS = FIRST_WORD + 5
VECTORS = torch.zeros(WORDS, 2)
VECTORS[[A, B]] = torch.tensor([[1.0, 0.1], [2.0, 0.0]])  # alike by direction
VECTORS[[C, D, THE]] = torch.tensor([[0.0, 1.0], [-1.0, 0.0], [0.1, 1.0]])
QUESTION = Encoded(((A, THE), (B, THE), (C, THE), (FIRST_FRESH, THE)), (A, THE), (), (), {})


def found(kind: Hashing, text: tuple[int, ...]) -> list[bool]:
    """The candidates of a question."""
    filed = buckets(kind, VECTORS, [THE], clusters=3)
    hops = Hops.of([replace(QUESTION, text=text)], [0], [()])
    return [bool(shared) for shared in candidates(filed, hops)[0]]


def test_word_hash() -> None:
    """Memories with a word of the question; a word that all memories hold finds none."""
    assert found(Hashing.WORDS, (A, THE)) == [True, False, False, False]
    assert found(Hashing.WORDS, (THE,)) == [False] * 4


def test_cluster_hash() -> None:
    """Memories with a word of the same cluster as well."""
    assert found(Hashing.CLUSTERS, (A, THE)) == [True, True, False, False]
    assert found(Hashing.CLUSTERS, (D,)) == [False] * 4


def test_a_name_is_met_by_itself() -> None:
    """An unseen word is in no cluster, but in a bucket of its own."""
    for kind in (Hashing.WORDS, Hashing.CLUSTERS):
        assert found(kind, (FIRST_FRESH,)) == [False, False, False, True]


def test_supports_bring_in_their_buckets() -> None:
    """The second hop is hashed by [x, m_o1]."""
    filed = buckets(Hashing.WORDS, VECTORS, [THE], clusters=3)
    asked = replace(QUESTION, story=((A, C), (C, D), (B, THE)))
    hops = Hops.of([asked], [0, 0], [(), (0,)])
    assert candidates(filed, hops).tolist() == [[True, False, False], [True, True, False]]


def test_clusters_are_those_of_directions() -> None:
    """As many as wanted, always the same; words that point the same way share one."""
    clusters = k_means(VECTORS[FIRST_WORD:], 3).tolist()
    assert clusters[0] == clusters[1]
    assert clusters[2] == clusters[4]
    assert len(set(clusters)) == 3
    assert k_means(VECTORS[FIRST_WORD:], 99).tolist() == k_means(VECTORS[FIRST_WORD:], 99).tolist()


def test_frequent_words() -> None:
    """Words in more than a share of the memories."""
    assert frequent([QUESTION.story, ((A,),)], 0.5) == {THE}


def test_a_network_looks_at_candidates_only() -> None:
    """What shares no bucket with the question is never chosen, whatever its score."""
    told = Question((("joe", "left"), ("fred", "left")), ("where", "is", "joe"))
    dictionary = Dictionary.of([told])
    torch.manual_seed(1)
    config = replace(ORIGINAL, hops=1, hashing=Hashing.WORDS, output_size=4, write_time=False)
    for seed in range(10):
        torch.manual_seed(seed)
        network = PaperNetwork(config, dictionary).eval()
        network.file([dictionary.encode(told).story])
        assert (network.buckets == NOWHERE).sum() == 2  # padding, and "left"
        assert network.supports([dictionary.encode(told)]) == [(0,)]
