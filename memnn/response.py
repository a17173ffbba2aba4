"""R, the response: from question and supports to the words of the answer, or "I don't know".

The reader (paper, section 3.1: R may be a neural reader of [x, m_o1, …]) has read question and
candidates together. Its form says what kind of answer is wanted: a span of a support, several items
(each a stretch of words that belong to a list, where the tasks paper has w_∅), a count, yes or no.
A "when" that no support answers is answered by the write time. Pure: supports in, answer out.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from memnn.calibration import Signals
from memnn.model import Model
from memnn.output_map import Chosen, Read
from memnn.reader import LEAST_COUNT, Form, of_supports, total
from memnn.records import Answer, Memory, Trace
from memnn.stretches import Span, items, spans
from memnn.vocabulary import Word

_READINGS = 5  # that a trace keeps
_NO_RIVAL = 10.0  # lead of an only candidate, a logit
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
        source: The memory whose words it is; None where it is in no one's words.
    """

    items: tuple[str, ...]
    form: str
    log_p: float
    source: Memory | None = None

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
    if chosen.read is None:
        return Answer(None, (), (), 0.0, Trace(chosen.hops))
    weighed = weigh(model, text, question, chosen)
    best = weighed.readings[0]
    confidence = model.calibration.confidence(weighed.signals)
    shown = tuple((r.text, math.exp(r.log_p)) for r in weighed.readings[:_READINGS])
    trace = Trace(chosen.hops, best.form, shown)
    if not model.calibration.gives(weighed.signals):
        return Answer(None, (), chosen.supports, confidence, trace)
    return Answer(best.text, best.items, evidence(chosen, best), confidence, trace)


def evidence(chosen: Chosen, answer: Reading) -> tuple[Memory, ...]:
    """The supports, and the memory whose words answer, which O may have overlooked."""
    found = answer.source
    if found is None or found in chosen.supports:
        return chosen.supports
    return (*chosen.supports, found)


@torch.inference_mode()
def weigh(model: Model, text: str, question: Sequence[Word], chosen: Chosen) -> Weighed:
    """Weigh what the page may answer; O must have read one."""
    read = chosen.read
    if read is None:
        raise ValueError("there is no page to weigh")
    forms = model.reader.forms(read.reading, read.chosen)[0].log_softmax(-1)
    found = spans(read, model.config.answer_words, model.calibration.trust)
    readings = _readings(model, read, forms, found)
    first = readings[0]
    signals = Signals(
        margin=chosen.margin,
        lead=_lead(chosen),
        form=float(forms[: Form.NONE].max()),
        none=float(forms[Form.NONE]),
        reading=first.log_p,
        placed=max((s.log_p for s in found if s.memory in chosen.supports), default=0.0),
        matched=_matched(question, [model.memory(m.text) for m in chosen.supports]),
        first=chosen.hops[0].best[0].first / 20,
        span=float(first.form == "span"),
        listing=float(first.form == "list"),
        counting=float(first.form == "count"),
    )
    if _wants_write_time(text, first):
        readings[0] = Reading((_plain_date(chosen.supports[0]),), "written", first.log_p)
    return Weighed(tuple(readings), signals)


def _readings(model: Model, read: Read, forms: Tensor, stretches: Sequence[Span]) -> list[Reading]:
    """All readings worth a look, of the most probable form first; at least one."""
    p = {form: float(forms[form]) for form in Form}
    found = [
        Reading((span.text,), "span", p[Form.SPAN] + span.log_p, span.memory) for span in stretches
    ]
    listed, log_p = items(read, model.config.answer_words)
    if listed:
        found.append(Reading(listed, "list", p[Form.LIST] + log_p))
    shares = of_supports(model.reader.shares(read.reading))
    counted = shares[:, read.chosen[0]]
    counts = total(counted, torch.ones(counted.shape[:2], dtype=torch.bool))[0, -LEAST_COUNT:]
    count = int(counts.argmax())
    found.append(Reading((str(count),), "count", p[Form.COUNT] + float(counts[count])))
    found.append(Reading(("yes",), "yes", p[Form.YES]))
    found.append(Reading(("no",), "no", p[Form.NO]))
    leading = max((f for f in Form if f is not Form.NONE), key=lambda f: p[f]).name.casefold()
    in_form = [r for r in found if r.form == leading] or found
    return sorted(found, key=lambda r: (r not in in_form, -r.log_p))


def _lead(chosen: Chosen) -> float:
    """By how much the first support beats the next best candidate, a logit."""
    best, *others = [scored.second or 0.0 for scored in chosen.hops[0].best]
    return best - others[0] if others else _NO_RIVAL


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
