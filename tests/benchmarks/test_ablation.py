"""Switching mechanisms off: the changed model is another one, the model itself stays."""

from dataclasses import replace

import pytest
import torch

from benchmarks.ablation import ABLATIONS
from memnn.model import Model
from memnn.scorer import Bags, Role
from tests import tiny


@pytest.fixture
def model() -> Model:
    """A small model in which every mechanism has a say."""
    torch.manual_seed(1)
    made = tiny.model()
    made = replace(made, calibration=replace(made.calibration, silence=0.5))
    with torch.no_grad():
        for parameter in made.scorer.parameters():
            parameter.add_(torch.rand_like(parameter))
    return made


@pytest.mark.parametrize("at", range(len(ABLATIONS)), ids=[name for name, _, _ in ABLATIONS])
def test_one_mechanism_is_off_and_no_other(model: Model, at: int) -> None:
    """The changed model differs in what was switched off only; the model stays as it was."""
    before = {name: value.clone() for name, value in model.scorer.state_dict().items()}
    changed = ABLATIONS[at][2](model)
    assert all(torch.equal(before[n], value) for n, value in model.scorer.state_dict().items())
    assert changed.reader is model.reader
    other = {
        name.split(".")[0]
        for name, value in changed.scorer.state_dict().items()
        if not torch.equal(before[name], value)
    }
    configured = changed.config != model.config
    judged = changed.calibration != model.calibration
    assert (len(other) > 0) + configured + judged == (at > 0)


def test_one_role_reads_a_word_alike_everywhere(model: Model) -> None:
    """Without roles a question's word and a memory's have one matrix."""
    (change,) = [ablate for name, _, ablate in ABLATIONS if "role" in name]
    scorer = change(model).scorer
    bags = Bags.of([model.memory("the spare key")])
    memory, support = (scorer.embed(bags, role) for role in (Role.MEMORY, Role.SUPPORT))
    assert torch.allclose(memory, support)
    assert not torch.allclose(memory, model.scorer.embed(bags, Role.SUPPORT))
