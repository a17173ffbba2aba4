"""The served network from data to artifact: every stage, seeded, resumable, with its metrics.

static      vectors distilled from a sentence encoder
classifier  I
fold-0/1    the first pass on each half of the users, to rank the other half's candidates
scorer      O's first pass, on all of them
reader      O's second pass and R, from a pre-trained encoder
finish-1/2  the same, more slowly, with scenes among the conversations; what is served is their mean
calibration on users that O and R were not trained on
"""

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor

from memnn.calibration import Calibration
from memnn.classifier import Classifier
from memnn.config import ModelConfig
from memnn.errors import DataError
from memnn.model import Model
from memnn.reader import Reader
from memnn.scorer import Scorer
from memnn.training import first_pass, kinds, pages, reader
from memnn.training.calibrate import calibrate
from memnn.training.conversations import Conversation, read_conversations
from memnn.training.corpora import crowd_questions, everyday_sentences, rarity
from memnn.training.distil import Static
from memnn.training.evaluation import outcomes, summary
from memnn.training.examples import User, users
from memnn.training.pretrained import start_from
from memnn.training.reader import Material
from memnn.training.scenes import read_scenes
from memnn.training.telling import tells_scenes, told_among
from memnn.training.trainer import Schedule, Tick
from memnn.vocabulary import Vocabulary

P = TypeVar("P")
_TIMES = 2  # that a scene is told
_FINISHING = (0.4, 0.3)  # of the reader's rates, in each round with scenes
_LEAST_USERS = 2  # to train on, a half each for the folds
_WAYS = {  # of `memnn.calibration.Calibration`: what is tried of each in turn
    "patience": (0.0, 1.0, 2.0, 3.0),
    "gathering": (0.0, 0.5, 1.0),
    "trust": (0.0, 1.0, 2.0, 4.0),
}
_WORTH_OF_SUPPORTS = 0.1  # of finding all supports, beside answering right
Stage = Callable[[str], Tick]  # names a stage, gives its progress


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to train from, and how long.

    Attributes:
        conversations: File or folder of conversations with labels.
        data: Folder that holds ``tatoeba/`` and ``qamr/``.
        work: Folder for checkpoints; a run that was cut off goes on from them.
        seed: Of everything drawn by chance.
        held_out: Every how many-th user calibrates instead of training.
        scenes: Folder of scenes, told among the conversations; None for none.
        everyday: Sentences of no conversation for I.
        stories: File or folder of further conversations for the reader alone; None for none.
        encoder: Folder of the pre-trained encoder that the reader starts from; None for none.
        epochs: Of the classifier, the folds, the scorer, and the reader.
        finish: Of each round with scenes.
        threads: Processor threads.
        device: What the reader is trained on, as torch names it; all else is quick enough here.
    """

    conversations: Path
    data: Path
    work: Path
    seed: int = 1
    held_out: int = 11
    scenes: Path | None = None
    everyday: int = 8_000
    stories: Path | None = None
    encoder: Path | None = None
    epochs: tuple[int, int, int, int] = (4, 2, 2, 4)
    finish: tuple[int, int] = (2, 1)
    threads: int = 2
    device: str = "cpu"


def train(
    recipe: Recipe, config: ModelConfig, static: Static, stage: Stage
) -> tuple[Model, dict[str, Any]]:
    """Train the served network.

    Args:
        recipe: Data and schedule.
        config: Sizes.
        static: Distilled vectors with their tokenizer.
        stage: Gives each stage its progress.

    Returns:
        The network, and what the manifest should say about it.

    Raises:
        DataError: A data file is missing or malformed, or there are too few users.
    """
    torch.set_num_threads(recipe.threads)
    conversations = read_conversations(recipe.conversations)
    everyday = everyday_sentences(recipe.data)
    vocabulary = Vocabulary(static.tokenizer, rarity(conversations, everyday))
    teaching, calibrating = _parted(recipe, conversations)
    training = users(teaching, vocabulary, phrasings=True)
    asking = users(calibrating, vocabulary, phrasings=True)
    if not asking or len(training) < _LEAST_USERS:
        raise DataError(
            f"{recipe.conversations}: {len(training)} users with questions to train on and "
            f"{len(asking)} to calibrate on (every {recipe.held_out}th), but {_LEAST_USERS} and 1 "
            "are needed"
        )
    run = _Run(recipe, config, static, vocabulary, stage)
    classifier = run.classifier(conversations, everyday)
    examples = run.ranked(training)
    scorer = run.scorer("scorer", training, recipe.epochs[2])
    told = pages.examples(scorer, run.stories(), config)
    model = Model(config, vocabulary, classifier, scorer, run.reader(examples, told), Calibration())
    model, metrics = calibrated(model, asking)
    return model, _about(recipe, conversations, metrics)


def _parted(
    recipe: Recipe, conversations: Sequence[Conversation]
) -> tuple[list[Conversation], list[Conversation]]:
    """What is trained on, and what calibrates: users, and scenes among them."""
    every = recipe.held_out
    apart = conversations[every - 1 :: every]
    held = {c.user for c in apart}
    rest = [c for c in conversations if c.user not in held]
    scenes = read_scenes(recipe.scenes) if recipe.scenes else []
    late = scenes[every - 1 :: every]
    early = [scene for at, scene in enumerate(scenes) if at % every != every - 1]
    told = told_among(early, rest, _TIMES, recipe.seed) if rest else []
    return [*rest, *told], [*apart, *(told_among(late, apart, 1, recipe.seed) if apart else [])]


def calibrated(model: Model, asking: Sequence[User]) -> tuple[Model, dict[str, Any]]:
    """Fit a network's ways and confidence on users it was not trained on; also how it did."""
    found = _found(asking)
    for name, values in _WAYS.items():
        model = max((_with(model, {name: value}) for value in values), key=found)
    results = list(outcomes(model, asking))
    fitted = calibrate([result.judged for result in results])
    ways = {name: getattr(model.calibration, name) for name in _WAYS}
    return _with(replace(model, calibration=fitted), ways), summary(results)


def _with(model: Model, ways: dict[str, Any]) -> Model:
    return replace(model, calibration=replace(model.calibration, **ways))


def _found(asking: Sequence[User]) -> Callable[[Model], float]:
    """How much a network reads right, and a little how much it finds; first phrasings only."""
    plain = [user.plain() for user in asking]

    def found(model: Model) -> float:
        shares = summary(list(outcomes(model, plain)))["all"]
        return shares["best_reading_right"] + _WORTH_OF_SUPPORTS * shares["all_supports"]

    return found


@dataclass(frozen=True, slots=True)
class _Run:
    recipe: Recipe
    config: ModelConfig
    static: Static
    vocabulary: Vocabulary
    stage: Stage

    def classifier(
        self, conversations: Sequence[Conversation], everyday: Sequence[str]
    ) -> Classifier:
        step = max(1, len(everyday) // max(1, self.recipe.everyday))
        texts = kinds.labelled(conversations, everyday[::step][: self.recipe.everyday])
        classifier = self._new(Classifier)
        schedule = self._schedule(
            "classifier", self.recipe.epochs[0], kinds.RATES, kinds.WEIGHT_DECAY
        )
        kinds.train_classifier(classifier, self.static.vectors, self.vocabulary, texts, schedule)
        return classifier

    def ranked(self, training: Sequence[User]) -> list[list[pages.Example]]:
        """Candidates of every hop, by a first pass that was not trained on their user."""
        halves = training[::2], training[1::2]
        epochs = self.recipe.epochs[1]
        found: list[list[pages.Example]] = []
        for number, (ours, theirs) in enumerate((halves, halves[::-1])):
            found += pages.examples(
                self.scorer(f"fold-{number}", theirs, epochs), ours, self.config
            )
        return found

    def scorer(self, name: str, training: Sequence[User], epochs: int) -> Scorer:
        scorer = first_pass.new_scorer(self.config, self.static.vectors)
        schedule = self._schedule(name, epochs, first_pass.RATES)
        first_pass.train_first_pass(scorer, training, schedule)
        return scorer

    def stories(self) -> list[User]:
        """Further conversations for the reader; the first pass was not trained on them."""
        if self.recipe.stories is None:
            return []
        return users(read_conversations(self.recipe.stories), self.vocabulary, phrasings=True)

    def reader(
        self,
        examples: Sequence[Sequence[pages.Example]],
        told: Sequence[Sequence[pages.Example]],
    ) -> Reader:
        """Taught by people's conversations and stories, then by scenes as well.

        Scenes from the start find more and read worse: they are few, and all of them hard.
        """
        fresh = self._new(Reader)
        rates = reader.FRESH_RATES
        if self.recipe.encoder is not None:
            start_from(fresh.encoder, self.recipe.encoder)
            rates = reader.RATES
        lessons = pages.lessons(crowd_questions(self.recipe.data), self.vocabulary)
        usual = [each for each in examples if not tells_scenes(each[0].user.name)]
        schedule = self._schedule("reader", self.recipe.epochs[3], rates, reader.WEIGHT_DECAY)
        self._taught(fresh, Material(usual, told, lessons), schedule)
        if len(usual) < len(examples):
            self._finished(fresh, Material(examples, told, lessons), rates)
        return fresh.cpu()

    def _finished(self, fresh: Reader, material: Material, rates: tuple[float, ...]) -> None:
        """Round after round, the mean of which tells right from wrong better than either."""
        rounds: list[dict[str, Tensor]] = []
        for number, (epochs, share) in enumerate(
            zip(self.recipe.finish, _FINISHING, strict=True), start=1
        ):
            slower = tuple(share * rate for rate in rates)
            schedule = self._schedule(f"finish-{number}", epochs, slower, reader.WEIGHT_DECAY)
            another = replace(schedule, seed=schedule.seed + number - 1)
            self._taught(fresh, material, another)
            rounds.append({name: value.clone() for name, value in fresh.state_dict().items()})
        fresh.load_state_dict(
            {name: torch.stack([each[name] for each in rounds]).mean(0) for name in rounds[0]}
        )

    def _taught(self, fresh: Reader, material: Material, schedule: Schedule) -> None:
        pretrained = self.recipe.encoder is not None
        with torch.device(self.recipe.device):
            fresh.to(self.recipe.device)
            reader.train_reader(fresh, self.vocabulary, material, schedule, pretrained=pretrained)

    def _new(self, part: Callable[[ModelConfig], P]) -> P:
        """An untrained part; the same one whether the stages before it ran or were resumed."""
        torch.manual_seed(self.recipe.seed)
        return part(self.config)

    def _schedule(
        self, name: str, epochs: int, rates: tuple[float, ...], weight_decay: float = 0.0
    ) -> Schedule:
        return Schedule(
            epochs=epochs,
            rates=rates,
            seed=self.recipe.seed,
            weight_decay=weight_decay,
            checkpoint=self.recipe.work / f"{name}.safetensors",
            tick=self.stage(name),
        )


def _about(
    recipe: Recipe, conversations: Sequence[Conversation], metrics: dict[str, Any]
) -> dict[str, Any]:
    return {
        "data": {
            "conversations": f"{len(conversations)} users of the project's own",
            "everyday sentences": "Tatoeba, CC BY 2.0 FR",
            "questions about sentences": "QAMR, MIT",
            "scenes": "the project's own, by hand",
            "stories": "the project's own, filled in from patterns",
            "static vectors": "distilled from all-MiniLM-L6-v2, Apache-2.0",
            "encoder": "starts from all-MiniLM-L6-v2, Apache-2.0",
        },
        "seed": recipe.seed,
        "epochs": list(recipe.epochs),
        "epochs with scenes": list(recipe.finish),
        "held_out": f"every {recipe.held_out}th user, for the calibration",
        "metrics on the held-out users, gold kinds given": metrics,
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }
