"""What all tests share: a tiny network, and the one that is shipped."""

import os

import pytest
import torch

# Before anything imports the library: its threads warn when a test starts a process.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from memnn import artifact
from memnn.model import Model
from tests import tiny as small

torch.set_num_threads(1)  # tiny networks gain nothing from more, and wait for each other


@pytest.fixture(scope="session", name="tiny")
def _tiny() -> Model:
    """A tiny network with random weights; it answers everything, somehow."""
    return small.model()


@pytest.fixture(scope="session", name="model")
def _model() -> Model:
    """The shipped network."""
    return artifact.load()
