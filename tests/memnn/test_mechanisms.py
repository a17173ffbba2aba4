"""The one configuration: what fits together, what is read back, what the served model has."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from memnn.config import ModelConfig
from memnn.mechanisms import FULL, ORIGINAL, SERVED, UNSEEN_WORDS, Answering, Features, Mechanisms


@pytest.mark.parametrize("mechanisms", [ORIGINAL, UNSEEN_WORDS, FULL, SERVED])
def test_plain_values_are_read_back(mechanisms: Mechanisms) -> None:
    """Through JSON and back they are the same."""
    assert Mechanisms.from_dict(json.loads(json.dumps(asdict(mechanisms)))) == mechanisms


@pytest.mark.parametrize(
    ("wrong", "error"),
    [({"features": "letters"}, ValueError), ({"hops": 0}, ValueError), ({"depth": 2}, TypeError)],
)
def test_values_that_are_none_are_refused(wrong: dict[str, Any], error: type[Exception]) -> None:
    """An unknown option, an option's unknown value, a number out of range."""
    with pytest.raises(error):
        Mechanisms.from_dict({**asdict(ORIGINAL), **wrong})


@pytest.mark.parametrize("wrong", [{"features": Features.PIECES}, {"answering": Answering.SPANS}])
def test_the_served_model_s_go_together(wrong: dict[str, Any]) -> None:
    """Pieces, rarity and spans are no options of a closed dictionary."""
    with pytest.raises(ValueError, match="go together"):
        replace(ORIGINAL, **wrong)


def test_the_served_model_is_what_it_is_said_to_be() -> None:
    """Its sizes are those of its own configuration."""
    config = ModelConfig()
    assert (SERVED.hops, SERVED.output_size) == (config.max_hops, config.embedding)
    assert SERVED.words == config.answer_words
