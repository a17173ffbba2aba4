"""The network that solves the tasks: match-read features in O and R, against loops over words."""

import torch
from torch import Tensor

from memnn.mechanisms import FULL
from memnn.paper.dictionary import BEGIN, FIRST_FRESH, FIRST_WORD, PAD
from memnn.paper.full_output import MatchReadOutput
from memnn.paper.full_response import MatchReadResponse
from memnn.paper.hops import Hops
from memnn.paper.match_read import neighbours
from memnn.paper.stories import Encoded
from memnn.paper.supports import Supports

WORDS = FIRST_WORD + 8
A, B, C, D, E = range(FIRST_WORD, FIRST_WORD + 5)
QUESTION = Encoded(((A, B, C), (B, C), (D, A, B)), (C, A, B), (B,), (0,), {})


def output() -> MatchReadOutput:
    """A fresh O; always the same."""
    torch.manual_seed(1)
    return MatchReadOutput(FULL, WORDS).eval().requires_grad_(requires_grad=False)


def response() -> MatchReadResponse:
    """A fresh R; always the same."""
    torch.manual_seed(1)
    return MatchReadResponse(FULL, WORDS).eval().requires_grad_(requires_grad=False)


def test_neighbours_stay_within_their_text() -> None:
    """The words left and right of each; none at the ends of a text."""
    text, segments = torch.tensor([[A, B, C, D]]), torch.tensor([[0, 0, 1, 1]])
    left, right = neighbours(text, segments)
    assert left.tolist() == [[PAD, A, PAD, C]]
    assert right.tolist() == [[B, PAD, D, PAD]]


def test_a_memory_reads_from_its_like_word_by_word() -> None:
    """A word adds what stands at the same word of the question, at its neighbours', at pairs."""
    made = output()
    hops = Hops.of([QUESTION], [0], [()])
    source = torch.randn(1, len(QUESTION.text), FULL.output_size)
    left, right = neighbours(hops.text, hops.segments)
    found = made._memories(hops, source, left, right)[0]
    for row, words in enumerate(QUESTION.story):
        assert torch.allclose(found[row], by_loop(made, words, source[0]), atol=1e-4)


def by_loop(made: MatchReadOutput, words: tuple[int, ...], source: Tensor) -> Tensor:
    """The vector of one memory, word by word."""
    here, from_left, from_right = made.read.weight.chunk(3)
    pair_left, pair_right = made.read_pair.weight.chunk(2)
    total = torch.zeros(FULL.output_size)

    def at(text: tuple[int, ...], place: int) -> int:
        return text[place] if 0 <= place < len(text) else PAD

    for place, word in enumerate(words):
        vector = made.bias + made.memory.here.weight[word]
        vector = vector + made.memory.left.weight[at(words, place - 1)]
        vector = vector + made.memory.right.weight[at(words, place + 1)]
        for other, asked in enumerate(QUESTION.text):
            if asked == word:
                vector = vector + here @ source[other]
                if at(words, place - 1) == at(QUESTION.text, other - 1) != PAD:
                    vector = vector + pair_left @ source[other]
                if at(words, place + 1) == at(QUESTION.text, other + 1) != PAD:
                    vector = vector + pair_right @ source[other]
            if asked == at(words, place - 1):
                vector = vector + from_left @ source[other]
            if asked == at(words, place + 1):
                vector = vector + from_right @ source[other]
        total += torch.relu(vector)
    return total


def test_a_word_that_was_never_seen_scores_as_another_such_word() -> None:
    """Which fresh symbol stands for a name has little say: its likes are found all the same."""
    made = output()
    with torch.no_grad():  # symbols that were trained on alike
        for window in (made.memory, made.source, made.asked):
            for table in (window.here, window.left, window.right):
                table.weight[FIRST_FRESH:FIRST_WORD] = table.weight[FIRST_FRESH]
    one, other = FIRST_FRESH, FIRST_FRESH + 7
    scores = [
        made(Hops.of([Encoded(((name, B), (C, D)), (A, name), (), (), {})], [0], [()])).each
        for name in (one, other)
    ]
    assert torch.allclose(*scores)


def test_answers_are_probabilities() -> None:
    """Each next word has a probability; they sum to one, and padding has none."""
    supports = Supports.of([QUESTION, QUESTION], [(0,), (2, 1)], 10)
    found = response()(supports, torch.tensor([[BEGIN, A], [BEGIN, B]]))
    assert found.shape == (2, 2, WORDS)
    assert torch.allclose(found.sum(2), torch.ones(2, 2), atol=1e-5)
    assert (found[..., PAD] < 1e-6).all()


def test_what_was_read_can_be_said() -> None:
    """A fresh symbol has a probability only where it was read: then it can be copied."""
    made = response()
    with torch.no_grad():
        made.copies.bias.fill_(-20.0)  # always copy
    told = Encoded(((FIRST_FRESH, B),), (A,), (), (), {})
    found = made(Supports.of([told], [(0,)], 10), torch.tensor([[BEGIN]]))[0, 0]
    assert float(found[[A, B, FIRST_FRESH]].sum()) > 0.999


def test_the_order_of_the_supports_matters() -> None:
    """R reads its supports in the order of the hops."""
    said = torch.tensor([[BEGIN]])
    one, other = (
        response()(Supports.of([QUESTION], [order], 10), said) for order in ((0, 2), (2, 0))
    )
    assert not torch.allclose(one, other)


def test_the_padding_of_a_batch_has_no_say() -> None:
    """An answer is the same alone and beside one with more supports."""
    said = torch.tensor([[BEGIN]])
    alone = response()(Supports.of([QUESTION], [(1,)], 10), said)
    both = response()(Supports.of([QUESTION, QUESTION], [(1,), (0, 1, 2)], 10), said.repeat(2, 1))
    assert torch.allclose(alone[0], both[0], atol=1e-5)


def test_no_support_is_an_answer_from_the_question() -> None:
    """Where O stops at once, R still says something that is a distribution."""
    found = response()(Supports.of([QUESTION], [()], 10), torch.tensor([[BEGIN]]))
    assert torch.allclose(found.sum(2), torch.ones(1, 1), atol=1e-5)
