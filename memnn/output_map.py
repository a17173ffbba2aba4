"""O, the output feature map: which memories support the answer, hop by hop (paper, section 3.1).

The reader reads the page of the first pass's best (see `memnn.page`). Each hop then takes the most
relevant of them, given the supports so far: o_k = argmax s_O([x, m_o1, …], m). From the second hop
on a null memory competes (tasks paper, section 5): where it wins, O stops.

A list or a count is gathered from more memories than most pages hold, and a null memory that weighs
each further one against all so far stops too soon. There a wider page is read, and O takes all that
belongs to the answer as R sees it, the most relevant first.
Pure: candidates in, supports and trace out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from memnn.cuts import padded, partition
from memnn.model import Model
from memnn.page import Found, Listed, take_out
from memnn.reader import GATHERING, LEAST_SHARE, Form, Reading
from memnn.reading import Batch
from memnn.records import Hop, Memory, Scored
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
    """O: the supports of one question; see `memnn.page.take_out` and `choose`."""
    return choose(model, take_out(model, question, slots, asker))


@torch.inference_mode()
def choose(model: Model, found: Found | None) -> Chosen:
    """Read what was taken out of a memory and choose the supports.

    Args:
        model: The network.
        found: What was taken out; None chooses nothing.
    """
    if found is None:
        return Chosen((), ())
    reading = _read(model, found.listed)
    most = min(model.config.max_hops, len(found.listed.memories))
    chosen = _run_hops(model, found.listed, reading, most)
    form = _gathered_form(model, chosen.read) if chosen.read else None
    if chosen.read is None or form is None:
        return chosen
    places = chosen.read.chosen[0].nonzero().flatten().tolist()
    wide = found.around(model, [found.listed.rows[at] for at in places])
    reading = _read(model, wide)
    belonging = _belonging(model, reading, form)
    return _run_hops(model, wide, reading, max(1, int(belonging.sum())), belonging)


def _read(model: Model, listed: Listed) -> Reading:
    return model.reader.read(Batch.of([listed.page], model.vocabulary))


def _run_hops(
    model: Model, listed: Listed, reading: Reading, most: int, belonging: Tensor | None = None
) -> Chosen:
    """The hops over a page's candidates.

    Args:
        model: The network.
        listed: The page.
        reading: Of it.
        most: Hops at most.
        belonging: Which candidates belong to the answer, shape [1, K]: all of them are chosen, and
            nothing else; None leaves it to the null memory.
    """
    chosen = torch.zeros((1, len(listed.memories)), dtype=torch.bool)
    hops: list[Hop] = []
    supports: list[Memory] = []
    for _ in range(most):
        relevance, null = model.reader.hop(reading, chosen)
        if belonging is not None:
            relevance = relevance + _CLOSED / 2 * ~belonging
        best = int(relevance[0].argmax())
        stop = float(null[0]) - (model.calibration.patience if hops else 0.0)
        stops = belonging is None and bool(hops) and float(relevance[0, best]) <= stop
        picked = None if stops else listed.memories[best]
        hops.append(_hop(listed, relevance[0], stop, len(hops), picked))
        if picked is None:
            break
        chosen[0, best] = True
        supports.append(picked)
    return Chosen(tuple(supports), tuple(hops), Read(listed.memories, reading, chosen))


def _gathered_form(model: Model, read: Read) -> Form | None:
    """Whether the answer gathers up what O finds: as a list, or as a count."""
    forms = model.reader.forms(read.reading, read.chosen)[0].softmax(-1)
    gathering = {form: float(forms[form]) for form in GATHERING}
    rather = sum(gathering.values()) > 0.5  # noqa: PLR2004 -- yes than no
    return max(gathering, key=lambda form: gathering[form]) if rather else None


def _belonging(model: Model, reading: Reading, form: Form) -> Tensor:
    """Which candidates belong to a list or a count, shape [1, K].

    By the mean of two opinions for a list: that it has a share, and that there is an item in it.
    """
    nothing = model.reader.shares(reading)[..., -LEAST_SHARE]
    logits = _logit(nothing)
    if form is Form.LIST:
        logits = (logits + _logit(-_all_cuts(reading, model.config.answer_words))) / 2
    return (logits > model.calibration.gathering) & reading.present


def _logit(opposite: Tensor) -> Tensor:
    """Of what the opposite has such log-probabilities."""
    return (-opposite.exp()).log1p().clamp(min=_CLOSED) - opposite


def _all_cuts(reading: Reading, longest: int) -> Tensor:
    """See `memnn.cuts.partition`, of the candidates of one page, shape [1, K]."""
    owner, candidates = reading.owner[0], range(reading.present.shape[1])
    return partition(padded([reading.item[0][owner == at] for at in candidates]), longest)[None]


def _hop(
    listed: Listed, relevance: Tensor, stop: float, earlier: int, picked: Memory | None
) -> Hop:
    """One hop as O saw it, the most relevant first."""
    order = relevance.argsort(descending=True, stable=True).tolist()
    open_ = [at for at in order if relevance[at] > _CLOSED][:_TRACED]
    best = tuple(
        Scored(listed.memories[at], float(listed.first[at]), float(relevance[at])) for at in open_
    )
    return Hop(listed.considered - earlier, best, None if picked is None else picked.id, stop)
