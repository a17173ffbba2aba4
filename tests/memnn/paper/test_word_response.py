"""R as a word, as several words, as a recurrent network, and by exact matches."""

from dataclasses import replace

import torch

from memnn.mechanisms import ORIGINAL, UNSEEN_WORDS, Answering, Match, Mechanisms
from memnn.paper.dictionary import BEGIN, END, FIRST_FRESH, FIRST_WORD, PAD
from memnn.paper.recurrent_response import RecurrentResponse
from memnn.paper.stories import Encoded
from memnn.paper.supports import Supports
from memnn.paper.word_response import WordResponse
from memnn.paper.write_time import NEVER
from memnn.scorer import Role

WORDS = FIRST_WORD + 5
A, B, C, D, E = range(FIRST_WORD, FIRST_WORD + 5)
QUESTION = Encoded(((A, B), (C, FIRST_FRESH)), (D, A), (B,), (0,), {})
SAID = torch.tensor([[BEGIN]])


def response(config: Mechanisms = ORIGINAL) -> WordResponse:
    """A fresh one; always the same."""
    torch.manual_seed(1)
    made = WordResponse(replace(config, answer_size=6), WORDS).eval()
    return made.requires_grad_(requires_grad=False)


def supports(*rows: int) -> Supports:
    """The question with some of its memories."""
    return Supports.of([QUESTION], [rows], 2)


def test_the_score_of_a_word() -> None:
    """s_R([x, m_o1], w) = Φx([x, m_o1])ᵀ Uᵀ U Φy(w), with a U of its own (section 3.1)."""
    made = response()
    table = made.embedding.words.weight
    asked = table[[Role.QUESTION * WORDS + w for w in QUESTION.text]].sum(0)
    asked = asked + table[[Role.SUPPORT * WORDS + w for w in QUESTION.story[0]]].sum(0)
    scores = made(supports(0), SAID)[0, 0]
    for word in (A, B, E):
        assert torch.allclose(scores[word], asked @ table[Role.MEMORY * WORDS + word], atol=1e-6)


def test_only_words_are_said() -> None:
    """Neither padding nor symbols that were not told; an end only where there may be several."""
    scores = response()(supports(0), SAID)[0, 0]
    assert (scores[:FIRST_WORD] == NEVER).all()
    told = response()(supports(1), SAID)[0, 0]
    assert told[FIRST_FRESH] > NEVER
    several = response(replace(ORIGINAL, answering=Answering.WORDS))
    assert several(supports(0), SAID)[0, 0, END] > NEVER


def test_a_word_that_was_said_counts_for_the_next() -> None:
    """With several words each becomes part of x (tasks paper, section 5)."""
    made = response(replace(ORIGINAL, answering=Answering.WORDS))
    one, other = (made(supports(0), torch.tensor([[BEGIN, w]])) for w in (A, B))
    assert torch.equal(one[:, 0], other[:, 0])
    assert not torch.allclose(one[:, 1], other[:, 1])


def test_the_last_support_can_have_words_of_its_own() -> None:
    """4|W|: then R tells one order of the supports from the other."""
    for ordered in (False, True):
        made = response(replace(ORIGINAL, ordered=ordered))
        one, other = (made(supports(*rows), SAID)[0, 0, A] for rows in ((0, 1), (1, 0)))
        assert torch.allclose(one, other) is not ordered


def test_matches_with_question_and_supports_weigh_apart() -> None:
    """λ of the question and λ of the supports (section 3.6)."""
    plain, matching = response(), response(replace(ORIGINAL, match=Match.SCORE))
    with torch.no_grad():
        matching.weights.copy_(torch.tensor([-2.0, 5.0]))
    more = (matching(supports(0), SAID) - plain(supports(0), SAID))[0, 0]
    assert torch.allclose(more[[A, B, C, D]], torch.tensor([3.0, 5.0, 0.0, -2.0]), atol=1e-5)


def test_an_unseen_word_can_be_the_answer() -> None:
    """With contexts a symbol that was told scores like a word (section 3.5)."""
    scores = response(UNSEEN_WORDS)(supports(0, 1), SAID)[0, 0]
    assert NEVER < scores[FIRST_FRESH] != scores[FIRST_FRESH + 1] == NEVER


def test_a_recurrent_response_reads_order() -> None:
    """R as a recurrent network on [x, m_o1, …] tells two orders of words apart (section 3.1)."""
    torch.manual_seed(1)
    config = replace(ORIGINAL, answering=Answering.RECURRENT, answer_size=6)
    made = RecurrentResponse(config, WORDS).eval()
    turned = replace(QUESTION, story=((B, A), (C,)))
    found = [made(Supports.of([q], [(0,)], 2), SAID)[0, 0] for q in (QUESTION, turned)]
    assert not torch.allclose(*found)
    assert torch.allclose(found[0].sum(), torch.tensor(1.0))
    assert not found[0][PAD].any()
