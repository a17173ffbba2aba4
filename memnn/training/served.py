"""The served network from data to artifact: every stage, seeded, resumable, with its metrics.

static      vectors distilled from a sentence encoder
classifier  I
fold-0/1    the first pass on each half of the users, to rank the other half's candidates
reader      O's second pass and R, from a pre-trained encoder
mixed-0/1   as the folds, with scenes among the conversations
finish-1/2  the reader again, more slowly, with scenes; what is served is the mean of both
scorer      O's first pass, on all of them
calibration on users that O and R were not trained on

Or, from an artifact, of which the first pass stays: classifier, mixed-0/1, further-1/2 (the reader
again, with scenes and then without; what is served is the mean of what it was and what it became),
and the calibration.
"""

import platform
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from memnn.artifact import describe, load
from memnn.calibration import Calibration
from memnn.config import ModelConfig
from memnn.errors import ArtifactError, DataError
from memnn.model import Model
from memnn.reader import Reader
from memnn.spelling import Spelling
from memnn.training.calibrate import calibrate
from memnn.training.conversations import Conversation, read_conversations
from memnn.training.corpora import everyday_sentences, rarity
from memnn.training.distil import Static
from memnn.training.evaluation import Posed, outcomes, posed, summary
from memnn.training.examples import User, users
from memnn.training.recipe import Recipe, Stage
from memnn.training.scenes import Scene, read_scenes
from memnn.training.stages import Stages
from memnn.training.telling import tells_scenes, told_among
from memnn.vocabulary import Vocabulary

_LEAST_USERS = 2  # to train on, a half each for the folds
_WAYS = {  # of `memnn.calibration.Calibration`: what is tried of each in turn
    "patience": (0.0, 1.0, 2.0, 3.0),
    "gathering": (0.0, 0.5, 1.0),
    "trust": (0.0, 1.0, 2.0, 4.0),
}
_WORTH_OF_SUPPORTS = 0.1  # of finding all supports, beside answering right


def train(
    recipe: Recipe, config: ModelConfig, static: Static, spelling: Spelling, stage: Stage
) -> tuple[Model, dict[str, Any]]:
    """Train the served network.

    Args:
        recipe: Data and schedule.
        config: Sizes.
        static: Distilled vectors with their tokenizer.
        spelling: Words of the language.
        stage: Gives each stage its progress.

    Returns:
        The network, and what the manifest should say about it.

    Raises:
        DataError: A data file is missing or malformed, or there are too few users.
        ArtifactError: What is to be taught further is no artifact, or of other sizes.
    """
    torch.set_num_threads(recipe.threads)
    conversations = read_conversations(recipe.conversations)
    everyday = everyday_sentences(recipe.data)
    known = _known(recipe.start, config, static) if recipe.start else None
    vocabulary = (
        known.vocabulary
        if known
        else Vocabulary(static.tokenizer, rarity(conversations, everyday), spelling)
    )
    scenes = read_scenes(recipe.scenes) if recipe.scenes else []
    teaching, calibrating = _parted(recipe, conversations, scenes)
    training = users(teaching, vocabulary, phrasings=True)
    asking = users(calibrating, vocabulary, phrasings=True)
    _enough(recipe, len(_people(training)), len(_people(asking)))
    run = Stages(recipe, config, static, vocabulary, stage)
    classifier = run.classifier(conversations, scenes, everyday)
    if known is None:
        reader, scorer = _taught(run, training), run.scorer("scorer", training, recipe.epochs[2])
        model = Model(config, vocabulary, classifier, scorer, reader, Calibration())
    else:
        reader = _taught_further(run, known.reader, training)
        model = replace(known, classifier=classifier, reader=reader)
    model.reader.encoder.serve()  # calibrated as it will answer, which takes a third of the time
    model, metrics = calibrated(model, asking)
    return model, _about(recipe, conversations, metrics)


def _enough(recipe: Recipe, training: int, asking: int) -> None:
    """Refuse fewer people than are needed; scenes are told among people."""
    if not asking or training < _LEAST_USERS:
        raise DataError(
            f"{recipe.conversations}: {training} users with questions to train on and "
            f"{asking} to calibrate on (every {recipe.held_out}th), but {_LEAST_USERS} and 1 "
            "are needed"
        )


def _people(users: Sequence[User]) -> list[User]:
    return [user for user in users if not tells_scenes(user.name)]


def _known(start: Path, config: ModelConfig, static: Static) -> Model:
    """The network that is taught further."""
    known = load(start)
    pieces = known.vocabulary.tokenizer.to_str()
    if known.config != config or pieces != static.tokenizer.to_str():
        raise ArtifactError(
            f"{start}: an artifact of other sizes or word pieces than this release trains; "
            "start from one of this release, or from none"
        )
    return known


def _taught(run: Stages, training: Sequence[User]) -> Reader:
    """O's second pass and R: taught by people, then by scenes as well."""
    people = _people(training)
    stories, lessons = run.stories(), run.lessons()
    reader = run.reader(run.material("fold", people, stories, lessons))
    if len(people) < len(training):
        run.finish(reader, run.material("mixed", training, stories, lessons))
    return reader


def _taught_further(run: Stages, known: Reader, training: Sequence[User]) -> Reader:
    material = run.material("mixed", training, run.stories(), run.lessons())
    return run.further(known, material)


def _parted(
    recipe: Recipe, conversations: Sequence[Conversation], scenes: Sequence[Scene]
) -> tuple[list[Conversation], list[Conversation]]:
    """What is trained on, and what calibrates: users, and scenes among them."""
    every = recipe.held_out
    apart = conversations[every - 1 :: every]
    held = {c.user for c in apart}
    rest = [c for c in conversations if c.user not in held]
    late = scenes[every - 1 :: every]
    early = [scene for at, scene in enumerate(scenes) if at % every != every - 1]
    told = told_among(early, rest, recipe.seed) if rest else []
    return [*rest, *told], [*apart, *(told_among(late, apart, recipe.seed) if apart else [])]


def calibrated(model: Model, asking: Sequence[User]) -> tuple[Model, dict[str, Any]]:
    """Fit a network's ways and confidence on users it was not trained on; also how it did.

    The ways are those that serve people best; scenes are harder than what people ask.
    """
    people, staged = (
        list(posed(model, [user for user in asking if tells_scenes(user.name) == scenes]))
        for scenes in (False, True)
    )
    found = _found(people)
    for name, values in _WAYS.items():
        model = max((_with(model, {name: value}) for value in values), key=found)
    asked, told = (list(outcomes(model, some)) for some in (people, staged))
    fitted = calibrate([result.judged for result in asked], [result.judged for result in told])
    ways = {name: getattr(model.calibration, name) for name in _WAYS}
    return _with(replace(model, calibration=fitted), ways), summary([*asked, *told])


def _with(model: Model, ways: dict[str, Any]) -> Model:
    return replace(model, calibration=replace(model.calibration, **ways))


def _found(questions: Sequence[Posed]) -> Callable[[Model], float]:
    """How much a network reads right, and a little how much it finds."""

    def found(model: Model) -> float:
        shares = summary(list(outcomes(model, questions)))["all"]
        return shares["best_reading_right"] + _WORTH_OF_SUPPORTS * shares["all_supports"]

    return found


def _about(
    recipe: Recipe, conversations: Sequence[Conversation], metrics: dict[str, Any]
) -> dict[str, Any]:
    optional = {
        "scenes": recipe.scenes and "the project's own, by hand",
        "stories": recipe.stories and "the project's own, filled in from patterns",
        "encoder": recipe.encoder and "starts from all-MiniLM-L6-v2, Apache-2.0",
    }
    return {
        "data": {
            "conversations": f"{len(conversations)} users of the project's own",
            "everyday sentences": "Tatoeba, CC BY 2.0 FR",
            "questions about sentences": "QAMR, MIT",
            "how common words are": "OpenSubtitles 2018, as pyspellchecker (MIT) packages it",
            "static vectors": "distilled from all-MiniLM-L6-v2, Apache-2.0",
            **{name: source for name, source in optional.items() if source},
        },
        "seed": recipe.seed,
        **({"goes on from": _before(recipe.start)} if recipe.start else {}),
        "epochs": list(recipe.epochs[: 2 if recipe.start else None]),
        **_rounds(recipe),
        "held_out": f"every {recipe.held_out}th user, for the calibration",
        "metrics on the held-out users, gold kinds given": metrics,
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }


def _rounds(recipe: Recipe) -> dict[str, Any]:
    """How often a reader saw the scenes, and what it saw after them."""
    if recipe.start is None:
        return {"epochs with scenes": list(recipe.finish)}
    return {"epochs with scenes": [recipe.further[0]], "epochs after": [recipe.further[1]]}


def _before(start: Path) -> dict[str, Any]:
    """Which weights were taught further, and how those were made."""
    manifest = describe(start)
    told = "seed", "epochs", "epochs with scenes", "epochs after", "goes on from", "versions"
    made = {name: manifest["about"][name] for name in told if name in manifest["about"]}
    return {"sha256": manifest["sha256"], **made}
