"""How good predictions are: kinds, supports, answers, declining, calibration.

Pure: gold and predictions in, numbers out. A question that was taken for something else counts as
answered wrongly. Shares are between 0 and 1, or None where there was nothing to measure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.conversation_file import Gold, Judged, Prediction
from memnn.errors import DataError
from memnn.normalise import normalise
from memnn.records import Kind

_BINS = 10

Pair = tuple[Gold, Prediction]


@dataclass(frozen=True, slots=True)
class KindScore:
    """How well one kind is told from the others."""

    precision: float | None
    recall: float | None
    f1: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Questions:
    """Scores over a set of questions.

    Attributes:
        count: How many questions.
        hit_at_1: Share whose first predicted support is a gold one, of those with gold supports.
        all_supports: Share whose gold supports are all among the predicted, of the same.
        accuracy: Share answered right; one without an answer is right when declined.
        precision: Share of right ones among the answers given.
        declined: Share of the answerable that were declined.
        calibration_error: Expected calibration error of the answers given, in ten bins.
    """

    count: int
    hit_at_1: float | None
    all_supports: float | None
    accuracy: float | None
    precision: float | None
    declined: float | None
    calibration_error: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """All that `memnn-bot score` prints."""

    messages: int
    kind_accuracy: float | None
    kind_macro_f1: float | None
    kinds: dict[Kind, KindScore]
    overall: Questions
    categories: dict[str, Questions]
    ms_median: float | None


def pair(gold: Sequence[Judged], predictions: Sequence[Prediction], where: str) -> list[Pair]:
    """Each message's gold with its prediction.

    Args:
        gold: Of all users.
        predictions: In any order.
        where: Name of the prediction file, for the error.

    Raises:
        DataError: A message has no prediction, or a prediction no message.
    """
    judged = {(user.user, message.i): message for user in gold for message in user.messages}
    predicted = {(p.user, p.i): p for p in predictions}
    _refuse("there is no prediction for", judged.keys() - predicted.keys(), where)
    _refuse("there is no such message:", predicted.keys() - judged.keys(), where)
    return [(message, predicted[key]) for key, message in judged.items()]


def score(pairs: Sequence[Pair]) -> Score:
    """The scores over all messages, and over their questions by category."""
    questions = [(g, p) for g, p in pairs if g.kind is Kind.QUESTION]
    kinds = {kind: _kind_score(pairs, kind) for kind in Kind}
    return Score(
        messages=len(pairs),
        kind_accuracy=_share(g.kind is p.kind for g, p in pairs),
        kind_macro_f1=_mean(k.f1 for k in kinds.values() if k.f1 is not None),
        kinds=kinds,
        overall=_question_score(questions),
        categories={
            category: _question_score([(g, p) for g, p in questions if g.category == category])
            for category in sorted({g.category for g, _ in questions})
        },
        ms_median=_median([p.ms for _, p in pairs]),
    )


def is_right(gold: Gold, prediction: Prediction) -> bool:
    """Whether a question was answered as it should be."""
    if prediction.kind is not Kind.QUESTION:
        return False
    if not gold.answers:
        return prediction.abstained
    if prediction.abstained or prediction.answer is None:
        return False
    accepted = {normalise(answer) for answer in gold.answers}
    if gold.all_required:
        return {normalise(item) for item in prediction.answers} == accepted
    return normalise(prediction.answer) in accepted


def _question_score(pairs: Sequence[Pair]) -> Questions:
    with_support = [(g, p) for g, p in pairs if g.support]
    given = [(g, p) for g, p in pairs if _gave(p)]
    return Questions(
        count=len(pairs),
        hit_at_1=_share(p.support[:1] != () and p.support[0] in g.support for g, p in with_support),
        all_supports=_share(set(g.support) <= set(p.support) for g, p in with_support),
        accuracy=_share(is_right(g, p) for g, p in pairs),
        precision=_share(is_right(g, p) for g, p in given),
        declined=_share(p.kind is Kind.QUESTION and p.abstained for g, p in pairs if g.answers),
        calibration_error=_calibration_error(given),
    )


def _gave(prediction: Prediction) -> bool:
    asked = prediction.kind is Kind.QUESTION
    return asked and not prediction.abstained and prediction.answer is not None


def _kind_score(pairs: Sequence[Pair], kind: Kind) -> KindScore:
    taken = [g.kind is kind for g, p in pairs if p.kind is kind]
    meant = [p.kind is kind for g, p in pairs if g.kind is kind]
    found = sum(taken)
    total = len(taken) + len(meant)
    return KindScore(_share(taken), _share(meant), 2 * found / total if total else None, len(meant))


def _calibration_error(given: Sequence[Pair]) -> float | None:
    bins: list[list[Pair]] = [[] for _ in range(_BINS)]
    for gold, prediction in given:
        index = min(_BINS - 1, max(0, int(prediction.confidence * _BINS)))
        bins[index].append((gold, prediction))
    gaps = [
        abs(sum(is_right(g, p) for g, p in held) - sum(p.confidence for _, p in held))
        for held in bins
    ]
    return sum(gaps) / len(given) if given else None


def _refuse(what: str, keys: Iterable[tuple[str, int]], where: str) -> None:
    ordered = sorted(keys)
    if ordered:
        user, i = ordered[0]
        more = f" (and {len(ordered) - 1} more)" if ordered[1:] else ""
        raise DataError(f"{where}: {what} user {user}, message {i}{more}; replay the file anew")


def _share(values: Iterable[bool]) -> float | None:
    return _mean(float(value) for value in values)


def _mean(values: Iterable[float]) -> float | None:
    held = list(values)
    return sum(held) / len(held) if held else None


def _median(values: Sequence[float]) -> float | None:
    return sorted(values)[len(values) // 2] if values else None
