"""E(x) of the papers, option by option, against sums written out."""

import math
from dataclasses import replace

import torch
from torch import Tensor

from memnn.mechanisms import ORIGINAL, Features, Mechanisms
from memnn.paper.dictionary import FIRST_WORD, PAD
from memnn.paper.embedding import Contexts, Embedding, ngrams, parts, seen_words
from memnn.scorer import Role

WORDS, SIZE = FIRST_WORD + 6, 5
A, B, C, D = range(FIRST_WORD, FIRST_WORD + 4)


def embedding(config: Mechanisms = ORIGINAL) -> Embedding:
    """A fresh one; always the same."""
    torch.manual_seed(1)
    return Embedding(config, WORDS, SIZE, len(Role))


def embed(made: Embedding, words: list[int], role: Role = Role.MEMORY) -> Tensor:
    """One text in one role."""
    text = torch.tensor([words])
    found: Tensor = made(text, torch.zeros_like(text), torch.full_like(text, role.value))
    return found[0].detach()


def test_a_bag_of_words_is_a_sum_of_vectors() -> None:
    """U Φ(x): a vector for each word and role, and nothing for padding (section 3.1)."""
    made = embedding()
    vectors = made.words.weight[[Role.MEMORY * WORDS + w for w in (A, B, B)]]
    assert torch.allclose(embed(made, [A, B, PAD, B]), vectors.sum(0))


def test_a_word_has_three_vectors() -> None:
    """D = 3|W|: in the question, in a memory, in a support a word is another (section 3.1)."""
    made = embedding()
    assert made.words.num_embeddings == 3 * WORDS
    vectors = [embed(made, [A], role) for role in Role]
    assert len({tuple(vector.tolist()) for vector in vectors}) == 3


def test_a_bag_knows_no_order_but_ngrams_do() -> None:
    """Bags of 1-, 2- and 3-grams (tasks paper, section 5)."""
    assert torch.allclose(embed(embedding(), [A, B]), embed(embedding(), [B, A]))
    grams = embedding(replace(ORIGINAL, features=Features.NGRAMS))
    assert not torch.allclose(embed(grams, [A, B]), embed(grams, [B, A]))


def test_ngrams_end_where_a_text_begins() -> None:
    """The first word of a text ends no 2-gram, the second no 3-gram; texts do not run together."""
    text = torch.tensor([[A, B, C, A, B]])
    pairs, triples = ngrams(text, torch.tensor([[0, 0, 0, 1, 1]]))
    assert (pairs == 0).tolist() == [[True, False, False, True, False]]
    assert (triples == 0).tolist() == [[True, True, False, True, True]]
    assert pairs[0, 1] == pairs[0, 4] != pairs[0, 2]


def test_the_part_of_a_sentence() -> None:
    """p(i, l) = ceil(i P / l), counted from 0, in each text by itself."""
    text = torch.tensor([[A, B, C, D, A, B, C, PAD]])
    segments = torch.tensor([[0, 0, 0, 0, 0, 1, 1, 0]])
    expected = [math.ceil(i * 3 / 5) - 1 for i in range(1, 6)]
    expected += [math.ceil(i * 3 / 2) - 1 for i in range(1, 3)]
    assert parts(text, segments, 3)[0, :7].tolist() == expected


def test_a_multilinear_embedding() -> None:
    """E(x) = tanh(Σ_i P_p(i,l) U Φ(x_i)) (tasks paper, section 5)."""
    made = embedding(replace(ORIGINAL, features=Features.MULTILINEAR, parts=2))
    with torch.no_grad():
        made.places.normal_()
    vectors = [made.words.weight[Role.MEMORY * WORDS + w] for w in (A, B, C)]
    places = [math.ceil(i * 2 / 3) - 1 for i in (1, 2, 3)]
    summed = sum(v @ made.places[p] for v, p in zip(vectors, places, strict=True))
    assert torch.allclose(embed(made, [A, B, C, PAD]), torch.tanh(torch.as_tensor(summed)))


def test_a_nonlinear_embedding() -> None:
    """E(x) = tanh(W tanh(U Φ(x))) (tasks paper, section 5)."""
    made = embedding(replace(ORIGINAL, nonlinear=True))
    bag = torch.as_tensor(sum(made.words.weight[Role.QUESTION * WORDS + w] for w in (A, C)))
    expected = torch.tanh(made.deep.weight @ torch.tanh(bag))
    assert torch.allclose(embed(made, [A, C], Role.QUESTION), expected)


def test_contexts_are_what_stands_left_and_right() -> None:
    """A word is the mean over its texts of the bags left and right of it there (section 3.5)."""
    torch.manual_seed(2)
    contexts = Contexts(WORDS, SIZE)
    text = torch.tensor([[A, B, C, B, D]])
    segments = torch.tensor([[0, 0, 0, 1, 1]])
    seen = torch.ones(1, WORDS)
    seen[0, C] = 0.0  # an unseen word tells nothing about its neighbours
    left, right = contexts.left.weight, contexts.right.weight
    around = contexts(torch.tensor([[B, C]]), seen, text, segments)
    of_b = (left[A] + right[D]) / 2  # once after A and before the unseen C, once before D
    of_c = left[A] + left[B]
    assert torch.allclose(around.vectors[0], torch.stack([of_b, of_c]))
    assert around.known.tolist() == [[1.0, 0.0]]


def test_words_are_dropped_by_their_share() -> None:
    """Training takes some words for unseen; fresh symbols always are."""
    torch.manual_seed(3)
    seen = seen_words(200, FIRST_WORD + 50, 0.3)
    assert not seen[:, :FIRST_WORD].any()
    assert 0.65 < float(seen[:, FIRST_WORD:].mean()) < 0.75
    assert seen_words(3, WORDS, 0.0)[:, FIRST_WORD:].all()
