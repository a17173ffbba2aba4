"""What the tests of the application share."""

import pytest
import torch


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Like the application itself: more threads only wait for each other."""
    torch.set_num_threads(1)
