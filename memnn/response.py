"""R, the response: from question and supports to the words of the answer, or "I don't know".

The recurrent reader (paper, section 3.1: R may be an RNN over [x, m_o1, …]) reads every support in
the light of the question and the other supports. Its form says what kind of answer is wanted: a
span of a support, several items (each a stretch of tagged words, where the tasks paper has w_∅),
a count, yes or no. A "when" that no support answers is answered by the write time. Pure: supports
in, answer out.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from memnn.calibration import Signals
from memnn.model import Model
from memnn.output_map import Chosen
from memnn.reader import Form
from memnn.reader import Reading as ReadBatch
from memnn.reader import Response as Logits
from memnn.reading import Batch, Read, group
from memnn.records import Answer, Memory, Trace
from memnn.text import Token, tokenise
from memnn.vocabulary import Word

_READINGS = 5  # that a trace keeps
_DATED = re.compile(
    r"\d|\b(mon|tues|wednes|thurs|fri|satur|sun)day|\b(yester|to)day|morrow", re.IGNORECASE
)
_ASKED_WHEN_IT_WAS = re.compile(
    r"^\W*(when|(what|which) (day|date)) (did|was|were|have|had)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One possible answer.

    Attributes:
        items: Its parts; several for a list.
        form: The form it has, as the trace tells it.
        log_p: Its log-probability.
    """

    items: tuple[str, ...]
    form: str
    log_p: float

    @property
    def text(self) -> str:
        """The answer for people."""
        *some, last = self.items
        return f"{', '.join(some)} and {last}" if some else last


@dataclass(frozen=True, slots=True)
class Weighed:
    """What R makes of the supports before it decides to answer: readings, the best first."""

    readings: tuple[Reading, ...]
    signals: Signals


def respond(model: Model, text: str, question: Sequence[Word], chosen: Chosen) -> Answer:
    """Answer from the supports, or decline.

    Args:
        model: The network.
        text: The question as written.
        question: Its words.
        chosen: What O chose.
    """
    if not chosen.supports:
        return Answer(None, (), (), 0.0, Trace(chosen.hops))
    weighed = weigh(model, text, question, chosen)
    best = weighed.readings[0]
    confidence = model.calibration.confidence(weighed.signals)
    shown = tuple((r.text, math.exp(r.log_p)) for r in weighed.readings[:_READINGS])
    trace = Trace(chosen.hops, best.form, shown)
    if confidence < model.calibration.threshold:
        return Answer(None, (), chosen.supports, confidence, trace)
    return Answer(best.text, best.items, chosen.supports, confidence, trace)


@torch.inference_mode()
def weigh(model: Model, text: str, question: Sequence[Word], chosen: Chosen) -> Weighed:
    """Read the supports and weigh what they may answer; at least one support is needed."""
    tokens = [tokenise(m.text, model.config.memory_words) for m in chosen.supports]
    words = [model.vocabulary.words(t) for t in tokens]
    batch, reading = chosen.read or _read(model, question, chosen.supports, words)
    logits = model.reader.respond(*_of_supports(batch, reading))
    form = logits.form[0].log_softmax(-1)
    longest = model.config.answer_words
    first, *others = _readings(chosen.supports, tokens, logits, form, longest)
    signals = Signals(
        margin=chosen.margin,
        reading=first.log_p,
        form=float(form.max()),
        matched=_matched(question, words),
        first=chosen.hops[0].best[0].first / 20,
        enough=chosen.enough,
    )
    if _wants_write_time(text, first):
        first = Reading((_plain_date(chosen.supports[0]),), "written", first.log_p)
    return Weighed((first, *others), signals)


def _of_supports(batch: Batch, reading: ReadBatch) -> tuple[Batch, ReadBatch]:
    """The supports of one hop, in hop order, without the candidates that were read beside them."""
    rows = batch.settled.nonzero().squeeze(1)
    supports = replace(
        batch,
        context_of=batch.context_of[rows],
        settled=batch.settled[rows],
        members=torch.arange(len(rows))[None],
    )
    read = replace(
        reading,
        states=reading.states[rows],
        mask=reading.mask[rows],
        pooled=reading.pooled[rows],
    )
    return supports, read


def _read(
    model: Model,
    question: Sequence[Word],
    supports: Sequence[Memory],
    words: Sequence[Sequence[Word]],
) -> tuple[Batch, ReadBatch]:
    """Read the supports where O did not read them together: it found no memory to go on with."""
    told = [Read(w, memory.id) for w, memory in zip(words, supports, strict=True)]
    batch = Batch.of([group(question, told)])
    return batch, model.reader.read(batch, model.scorer.vectors.weight)


def _readings(
    supports: Sequence[Memory],
    tokens: Sequence[Sequence[Token]],
    logits: Logits,
    form: Tensor,
    longest: int,
) -> list[Reading]:
    """All readings worth a look, most probable first; at least one."""
    p = {f: float(form[f]) for f in Form}
    found = [
        Reading((span,), "span", p[Form.SPAN] + log_p)
        for span, log_p in _spans(supports, tokens, logits, longest)
    ]
    if items := _items(supports, tokens, logits):
        found.append(Reading(items, "list", p[Form.LIST]))
    count = max(0, round(float(logits.count[0])))
    found.append(Reading((str(count),), "count", p[Form.COUNT]))
    found.append(Reading(("yes",), "yes", p[Form.YES]))
    found.append(Reading(("no",), "no", p[Form.NO]))
    leading = max(Form, key=lambda f: p[f])
    in_form = [r for r in found if r.form == leading.name.casefold()] or found
    return sorted(found, key=lambda r: (r not in in_form, -r.log_p))


def _spans(
    supports: Sequence[Memory],
    tokens: Sequence[Sequence[Token]],
    logits: Logits,
    longest: int,
) -> list[tuple[str, float]]:
    """The best span of every support with its log-probability among all spans, best first."""
    start, end = _shared_log_softmax(logits.start), _shared_log_softmax(logits.end)
    found = []
    for memory, words, s, e in zip(supports, tokens, start, end, strict=True):
        n = len(words)
        if not n:
            continue
        both = s[:n, None] + e[None, :n]  # [n, n]
        possible = ~np.tri(n, k=-1, dtype=bool) & np.tri(n, k=longest - 1, dtype=bool)
        both = np.where(possible, both, -np.inf)
        first, last = divmod(int(both.argmax()), n)
        text = memory.text[words[first].start : words[last].end]
        found.append((text, float(both[first, last])))
    return sorted(found, key=lambda pair: -pair[1])


def _items(
    supports: Sequence[Memory], tokens: Sequence[Sequence[Token]], logits: Logits
) -> tuple[str, ...]:
    """Items of a list in the order in which they were told, without repeats."""
    tags = logits.tags.argmax(-1).numpy()  # [C, T]
    items: dict[str, None] = {}
    for at in np.argsort([m.id for m in supports], kind="stable"):
        words, line = tokens[at], tags[at]
        for first, last in _runs(line[: len(words)]):
            items[supports[at].text[words[first].start : words[last].end]] = None
    return tuple(items)


def _runs(tags: NDArray[np.int64]) -> list[tuple[int, int]]:
    """First and last word of every item: a stretch of tagged words.

    Whether a word begins an item is not asked: people put something between two items of a list,
    and what stands side by side ("Molino Lautaro") is one.
    """
    runs: list[tuple[int, int]] = []
    for at in np.flatnonzero(tags):
        if runs and runs[-1][1] == at - 1:
            runs[-1] = (runs[-1][0], int(at))
        else:
            runs.append((int(at), int(at)))
    return runs


def _shared_log_softmax(scores: Tensor) -> NDArray[np.float32]:
    """Log-probabilities over all words of all supports together, shape [C, T]."""
    shared: NDArray[np.float32] = scores.flatten().log_softmax(0).view_as(scores).numpy()
    return shared


def _matched(question: Sequence[Word], supports: Sequence[Sequence[Word]]) -> float:
    asked = {w.hash: w.rarity for w in question if w.content}
    held = {w.hash for support in supports for w in support}
    found = sum(rarity for name, rarity in asked.items() if name in held)
    return found / (sum(asked.values()) + 1e-6)


def _wants_write_time(text: str, best: Reading) -> bool:
    """Whether the question asks when something happened and the reading names no time."""
    return bool(_ASKED_WHEN_IT_WAS.search(text)) and not _DATED.search(best.text)


def _plain_date(memory: Memory) -> str:
    return f"{memory.time.day} {memory.time:%B %Y}"
