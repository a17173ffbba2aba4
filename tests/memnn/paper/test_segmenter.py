"""The segmenter: a stream of words falls into memories."""

import torch

from memnn.paper.segmenter import Segmenter, segment_loss
from memnn.training.segments import train_segmenter

STATEMENTS = (
    ("joe", "went", "to", "the", "kitchen"),
    ("joe", "took", "the", "milk"),
    ("fred", "went", "to", "the", "office"),
    ("fred", "sat", "down"),
)


def test_the_score_of_some_words() -> None:
    """seg(c) = W_segᵀ U_S Φ_seg(c), a bag of words; words it does not know are one and the same."""
    segmenter = Segmenter(["a", "b"], size=4).requires_grad_(requires_grad=False)
    table = segmenter.embedding.weight
    number = segmenter.numbers
    bag = table[number["a"]] + 2 * table[number["b"]]
    expected = segmenter.weight.weight[0] @ bag + segmenter.weight.bias[0]
    found = segmenter([["b", "a", "b"], ["x"], ["y"]])
    assert torch.allclose(found[0], expected)
    assert found[1] == found[2]


def test_the_loss() -> None:
    """max(0, margin - seg(f)) for memories, max(0, margin + seg(f)) for the rest."""
    segmenter = Segmenter([], margin=0.1)
    scores = torch.tensor([0.3, 0.0, -0.3, 0.2])
    whole = torch.tensor([True, True, False, False])
    assert torch.allclose(segment_loss(segmenter, whole, scores), torch.tensor((0.1 + 0.3) / 4))


def test_a_stream_falls_into_what_was_told() -> None:
    """Trained on statements, it finds their ends again, whatever their order."""
    segmenter = train_segmenter(STATEMENTS, epochs=200, seed=1)
    told = [STATEMENTS[i] for i in (2, 0, 3, 1, 0)]
    assert list(segmenter.cut(word for statement in told for word in statement)) == told


def test_no_word_of_a_stream_is_lost() -> None:
    """What stands at the end without being whole is a memory too; an empty stream has none."""
    segmenter = train_segmenter(STATEMENTS, epochs=200, seed=1)
    assert list(segmenter.cut("joe took the milk fred went".split())) == [  # noqa: SIM905 -- words
        STATEMENTS[1],
        ("fred", "went"),
    ]
    assert list(segmenter.cut([])) == []
