"""O of the papers: its scores against loops over words."""

from dataclasses import replace

import torch

from memnn.mechanisms import ORIGINAL, UNSEEN_WORDS, Match, Mechanisms
from memnn.paper.dictionary import FIRST_WORD
from memnn.paper.embedding_output import EmbeddingOutput
from memnn.paper.hops import Chosen, Hops
from memnn.paper.stories import Encoded
from memnn.paper.write_time import NEVER, NULLS, Scores
from memnn.scorer import Role

WORDS = FIRST_WORD + 8
A, B, C, D, E = range(FIRST_WORD, FIRST_WORD + 5)
QUESTION = Encoded(((A, B), (B, C, C), (D,)), (A, D), (B,), (0,), {})


def output(config: Mechanisms) -> EmbeddingOutput:
    """A fresh one; always the same."""
    torch.manual_seed(1)
    made = EmbeddingOutput(replace(config, output_size=6), WORDS).eval()
    return made.requires_grad_(requires_grad=False)


def scores(made: EmbeddingOutput, chosen: Chosen = ()) -> Scores:
    """Of the memories of `QUESTION`."""
    found: Scores = made(Hops.of([QUESTION], [0], [chosen]))
    return found


def vectors(made: EmbeddingOutput, words: tuple[int, ...], role: Role) -> torch.Tensor:
    """Sum of the words' vectors in a role."""
    table = made.embedding.words.weight
    return torch.stack([table[role * WORDS + word] for word in words]).sum(0)


def test_the_score_of_the_first_hop() -> None:
    """s_O(x, m) = Φx(x)ᵀ Uᵀ U Φy(m), and no null memory."""
    made = output(ORIGINAL)
    asked = vectors(made, QUESTION.text, Role.QUESTION)
    expected = [float(asked @ vectors(made, m, Role.MEMORY)) for m in QUESTION.story]
    each = scores(made).each[0]
    assert torch.allclose(each[NULLS:], torch.tensor(expected), atol=1e-6)
    assert (each[:NULLS] == NEVER).all()


def test_a_support_becomes_part_of_the_question() -> None:
    """s_O([x, m_o1], m): the support's words in their own role."""
    made = output(ORIGINAL)
    asked = vectors(made, QUESTION.text, Role.QUESTION)
    asked = asked + vectors(made, QUESTION.story[1], Role.SUPPORT)
    expected = [float(asked @ vectors(made, m, Role.MEMORY)) for m in QUESTION.story]
    found = scores(made, (1,))
    assert torch.allclose(found.each[0, NULLS:], torch.tensor(expected), atol=1e-6)
    assert found.age.tolist() == [1]


def test_exact_matches_add_to_the_score() -> None:
    """λ for every word of the memory that the question holds (section 3.6)."""
    plain, matching = output(ORIGINAL), output(replace(ORIGINAL, match=Match.SCORE))
    with torch.no_grad():
        matching.weight.fill_(0.5)
    more = scores(matching).each[0, NULLS:] - scores(plain).each[0, NULLS:]
    assert torch.allclose(more, 0.5 * torch.tensor([1.0, 0.0, 1.0]))
    more = scores(matching, (1,)).each[0, NULLS:] - scores(plain, (1,)).each[0, NULLS:]
    assert torch.allclose(more, 0.5 * torch.tensor([2.0, 3.0, 1.0]))


def test_match_features_are_vectors_of_the_words_in_both() -> None:
    """A feature a word, conditioned on x, embedded like the others (section 3.6: D = 8|W|)."""
    plain, matching = output(ORIGINAL), output(replace(ORIGINAL, match=Match.FEATURES))
    matching.embedding.load_state_dict(plain.embedding.state_dict())
    asked = vectors(matching, QUESTION.text, Role.QUESTION)
    more = scores(matching).each[0, NULLS:] - scores(plain).each[0, NULLS:]
    expected = [float(asked @ matching.matches.weight[word]) for word in (A, D)]
    assert torch.allclose(more, torch.tensor([expected[0], 0.0, expected[1]]), atol=1e-5)


def test_the_dictionary_has_eight_parts_with_all_options() -> None:
    """3|W| roles, 2|W| contexts, 3|W| matches: by the word, and by what is left and right of it."""
    made = output(UNSEEN_WORDS)
    tables = {name: p for name, p in made.named_parameters() if len(p) % WORDS == 0}
    assert sum(len(table) for table in tables.values()) == 8 * WORDS


def test_rows_of_padding_never_win() -> None:
    """A shorter story beside a longer one has no memories more than its own."""
    short = replace_story(QUESTION, QUESTION.story[:1])
    found: Scores = output(ORIGINAL)(Hops.of([QUESTION, short], [0, 1], [(), ()]))
    assert (found.each[1, NULLS + 1 :] == NEVER).all()
    assert int(found.winners()[1]) == NULLS


def test_words_without_meaning_are_read_by_their_contexts() -> None:
    """A fresh symbol has no vector of its own, and yet a score of its own."""
    made = output(UNSEEN_WORDS)
    fresh = replace_story(QUESTION, ((A, 5), (5, B), (A, 6)))
    each = made(Hops.of([fresh], [0], [()])).each[0, NULLS:]
    assert torch.isfinite(each).all()
    assert len({round(float(value), 5) for value in each}) == 3


def replace_story(question: Encoded, story: tuple[tuple[int, ...], ...]) -> Encoded:
    """The same question on another story."""
    return replace(question, story=story)
