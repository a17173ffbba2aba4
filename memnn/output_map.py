"""O, the output feature map: which memories support the answer, hop by hop (paper, section 3.1).

The reader reads the page of the first pass's best once (see `memnn.shortlist`). Each hop then takes
the most relevant of them, given the supports so far: o_k = argmax s_O([x, m_o1, …], m). From the
second hop on a null memory competes (tasks paper, section 5): where it wins, O stops. Pure:
candidates in, supports and trace out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from memnn.model import Model
from memnn.reader import Form, Reading
from memnn.reading import Batch
from memnn.records import Hop, Memory, Scored
from memnn.shortlist import Listed, listed
from memnn.slots import Slots
from memnn.vocabulary import Word

_CLOSED = -1e3  # below it, a relevance is that of a support chosen already
_TRACED = 8  # candidates that a trace keeps


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """The page as the reader read it, for R.

    Attributes:
        memories: The candidates in the order of the page.
        reading: Of this one page.
        chosen: Which candidates O chose, shape [1, K].
    """

    memories: tuple[Memory, ...]
    reading: Reading
    chosen: Tensor


@dataclass(frozen=True, slots=True)
class Chosen:
    """What O hands to R.

    Attributes:
        supports: The memories chosen, in hop order; empty where there was nothing to choose from.
        hops: What was seen, one entry a hop.
        read: The page; None where there was nothing to read.
    """

    supports: tuple[Memory, ...]
    hops: tuple[Hop, ...]
    read: Read | None = None

    @property
    def margin(self) -> float:
        """By how much the first support beats the null memory, a logit."""
        return (self.hops[0].best[0].second or 0.0) - self.hops[0].stop


def choose_supports(
    model: Model, question: Sequence[Word], slots: Slots, asker: Sequence[Word] = ()
) -> Chosen:
    """O: the supports of one question; see `memnn.shortlist.listed` and `run_hops`."""
    return run_hops(model, listed(model, question, slots, asker))


def run_hops(model: Model, found: Listed | None) -> Chosen:
    """Read a page and run the hops over its candidates.

    Args:
        model: The network.
        found: The page; None chooses nothing.
    """
    return Chosen((), ()) if found is None else hop_over(model, found, read_page(model, found))


@torch.inference_mode()
def read_page(model: Model, found: Listed) -> Reading:
    """What the reader makes of a page, before any hop; nearly all of an answer's time."""
    return model.reader.read(Batch.of([found.page], model.vocabulary))


@torch.inference_mode()
def hop_over(model: Model, found: Listed, reading: Reading) -> Chosen:
    """Run the hops over the candidates of a page that was read.

    Args:
        model: The network.
        found: The page; at least one candidate.
        reading: Of it.
    """
    chosen = torch.zeros((1, len(found.memories)), dtype=torch.bool)
    hops: list[Hop] = []
    supports: list[Memory] = []
    for _ in range(min(model.config.max_hops, len(found.memories))):
        relevance, null = model.reader.hop(reading, chosen)
        best = int(relevance[0].argmax())
        stop = float(null[0]) - (_patience(model, reading, chosen) if hops else 0.0)
        stops = bool(hops) and float(relevance[0, best]) <= stop
        picked = None if stops else found.memories[best]
        hops.append(_hop(found, relevance[0], stop, len(hops), picked))
        if picked is None:
            break
        chosen[0, best] = True
        supports.append(picked)
    return Chosen(tuple(supports), tuple(hops), Read(found.memories, reading, chosen))


def _patience(model: Model, reading: Reading, chosen: Tensor) -> float:
    """How readily O looks on; it depends on whether the answer gathers up what it finds."""
    forms = model.reader.forms(reading, chosen)[0].softmax(-1)
    gathers = float(forms[Form.LIST] + forms[Form.COUNT]) > 0.5  # noqa: PLR2004 -- rather yes than no
    return model.calibration.gathering if gathers else model.calibration.patience


def _hop(found: Listed, relevance: Tensor, stop: float, earlier: int, picked: Memory | None) -> Hop:
    """One hop as O saw it, the most relevant first."""
    order = relevance.argsort(descending=True, stable=True).tolist()
    open_ = [at for at in order if relevance[at] > _CLOSED][:_TRACED]
    best = tuple(
        Scored(found.memories[at], float(found.first[at]), float(relevance[at])) for at in open_
    )
    return Hop(found.considered - earlier, best, None if picked is None else picked.id, stop)
