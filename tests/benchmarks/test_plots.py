"""The pictures show what they say, whatever the numbers are."""

from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt

from benchmarks import plots
from memnn.mechanisms import FULL, ORIGINAL, Mechanisms
from memnn.paper.dictionary import Dictionary
from memnn.paper.network import PaperNetwork
from memnn.training.world import World

QUESTION = World().stories(1, 1)[0]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """No window opens, no figure stays."""
    mpl.use("Agg")
    yield
    plt.close("all")


def network(mechanisms: Mechanisms) -> PaperNetwork:
    """A network that has learnt nothing."""
    torch.manual_seed(1)
    return PaperNetwork(mechanisms, Dictionary.of([QUESTION])).eval()


def test_a_panel_a_task() -> None:
    """Each task has its points, by number of questions; the last is the whole training set."""
    tasks = {str(task): 90.0 + task / 2 for task in range(1, 21)}
    result = {"full": {"tasks": tasks}, "curve": {"250": {"tasks": {"3": 50.0}}}}
    figure = plots.learning(result)
    assert len(figure.axes) == 20
    drawn = np.asarray(figure.axes[2].lines[-1].get_xydata())
    assert drawn.tolist() == [[250.0, 50.0], [1000.0, 91.5]]


@pytest.mark.parametrize("mechanisms", [FULL, ORIGINAL])
def test_a_line_a_memory_and_a_column_a_hop(mechanisms: Mechanisms) -> None:
    """The chances of all memories and of the null memory, hop by hop."""
    made = network(mechanisms)
    (image,) = plots.hops(made, QUESTION).axes[0].images
    shown = image.get_array()
    assert shown is not None
    hops = max(1, len(made.answer([QUESTION])[0].supports) + mechanisms.adaptive)
    assert shown.shape == (len(QUESTION.story) + 1, hops)


def test_every_word_has_its_place() -> None:
    """All words of the dictionary are written."""
    made = network(ORIGINAL)
    written = {text.get_text() for text in plots.words(made).axes[0].texts}
    assert written == set(made.dictionary.words)
