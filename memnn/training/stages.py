"""The learned parts of the served network, one after the other: see `memnn.training.served`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import torch
from torch import Tensor, nn

from memnn.artifact import describe
from memnn.classifier import Classifier
from memnn.config import ModelConfig
from memnn.reader import Reader
from memnn.scorer import Scorer
from memnn.training import first_pass, kinds, pages, reader
from memnn.training.conversations import Conversation, read_conversations
from memnn.training.corpora import crowd_questions
from memnn.training.curriculum import Material
from memnn.training.distil import Static
from memnn.training.examples import User, users
from memnn.training.pretrained import start_from
from memnn.training.recipe import Recipe, Stage
from memnn.training.scenes import Scene
from memnn.training.trainer import Schedule
from memnn.vocabulary import Vocabulary

P = TypeVar("P")
_FINISHING: Final = (0.4, 0.3)  # of the reader's rates, in each round with scenes
_FURTHER: Final = (0.5, 0.3)  # likewise, for a reader that was finished before
_ANEW: Final = 8  # added to the seed there: other pages than those that it has seen


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of one training; each goes on from its checkpoint.

    Attributes:
        recipe: Data and schedule.
        config: Sizes.
        static: Distilled vectors with their tokenizer.
        vocabulary: With the rarities of this data.
        stage: Gives each stage its progress.
    """

    recipe: Recipe
    config: ModelConfig
    static: Static
    vocabulary: Vocabulary
    stage: Stage

    def classifier(
        self,
        conversations: Sequence[Conversation],
        scenes: Sequence[Scene],
        everyday: Sequence[str],
    ) -> Classifier:
        """I's, which learns from scenes, and from sentences of no conversation, as well."""
        step = max(1, len(everyday) // max(1, self.recipe.everyday))
        texts = kinds.labelled(conversations, scenes, everyday[::step][: self.recipe.everyday])
        classifier = self._new(Classifier)
        schedule = self._schedule(
            "classifier", self.recipe.epochs[0], kinds.RATES, kinds.WEIGHT_DECAY
        )
        kinds.train_classifier(classifier, self.static.vectors, self.vocabulary, texts, schedule)
        return classifier

    def stories(self) -> list[User]:
        """Further conversations for the reader, where the recipe has some."""
        if self.recipe.stories is None:
            return []
        return users(read_conversations(self.recipe.stories), self.vocabulary, phrasings=True)

    def lessons(self) -> list[pages.Lesson]:
        """What the reader learns from single sentences."""
        return pages.lessons(crowd_questions(self.recipe.data), self.vocabulary)

    def material(
        self,
        name: str,
        training: Sequence[User],
        stories: Sequence[User],
        lessons: Sequence[pages.Lesson],
    ) -> Material:
        """What a reader learns from, as a first pass lists it that was trained on other users.

        Args:
            name: Of the two first passes, each trained on a half of the users.
            training: The users.
            stories: Further conversations; no first pass is trained on them.
            lessons: As they are.
        """
        epochs = self.recipe.epochs[1]
        asked: list[list[pages.Example]] = []
        told: list[list[pages.Example]] = []
        for half in range(2):
            scorer = self.scorer(f"{name}-{half}", training[1 - half :: 2], epochs)
            asked += pages.examples(scorer, training[half::2], self.config)
            told += pages.examples(scorer, stories[half::2], self.config)
        return Material(asked, told, lessons)

    def scorer(self, name: str, training: Sequence[User], epochs: int) -> Scorer:
        """A first pass; the name is that of its stage."""
        scorer = first_pass.new_scorer(self.config, self.static.vectors)
        schedule = self._schedule(name, epochs, first_pass.RATES)
        first_pass.train_first_pass(scorer, training, schedule)
        return scorer

    def reader(self, material: Material) -> Reader:
        """A second pass with R, from the pre-trained encoder where there is one."""
        fresh = self._new(Reader)
        if self.recipe.encoder is not None:
            start_from(fresh.encoder, self.recipe.encoder)
        self._taught(fresh, material, self._lasting("reader", self.recipe.epochs[3]))
        return fresh.cpu()

    def finish(self, taught: Reader, material: Material) -> None:
        """Teach a reader scenes as well, more slowly, round after round.

        Scenes from the start find more and read worse: they are few, and all of them hard. The mean
        of the rounds tells right from wrong better than any.
        """
        rounds: list[dict[str, Tensor]] = []
        for number, (epochs, pace) in enumerate(
            zip(self.recipe.finish, _FINISHING, strict=True), start=1
        ):
            schedule = self._lasting(f"finish-{number}", epochs, pace, later=number - 1)
            self._taught(taught, material, schedule)
            rounds.append(_weights(taught))
        taught.load_state_dict(_mean(rounds))
        taught.cpu()

    def further(self, known: Reader, material: Material) -> Reader:
        """A reader that is served, taught further: the mean of what it was and what it became.

        Scenes first, then people alone: scenes are many and hard, and what people ask for in a list
        is cut as people cut it.
        """
        taught = self._new(Reader)
        before = {name: value.float() for name, value in known.state_dict().items()}
        taught.load_state_dict(before)
        rounds = zip((material, material.of_people), self.recipe.further, _FURTHER, strict=True)
        for number, (told, epochs, pace) in enumerate(rounds, start=1):
            schedule = self._lasting(f"further-{number}", epochs, pace, later=_ANEW + number)
            self._taught(taught, told, schedule)
        taught.cpu().load_state_dict(_mean([before, _weights(taught)]))
        return taught

    def _taught(self, taught: Reader, material: Material, schedule: Schedule) -> None:
        pretrained = self.recipe.encoder is not None
        with torch.device(self.recipe.device):
            taught.to(self.recipe.device)
            reader.train_reader(taught, self.vocabulary, material, schedule, pretrained=pretrained)

    def _lasting(self, name: str, epochs: int, pace: float = 1.0, later: int = 0) -> Schedule:
        """The schedule of a stage of the reader, at a share of its rates.

        Later rounds add to the seed, so that their pages are others.
        """
        rates = reader.FRESH_RATES if self.recipe.encoder is None else reader.RATES
        slower = tuple(pace * rate for rate in rates)
        schedule = self._schedule(name, epochs, slower, reader.WEIGHT_DECAY)
        return replace(schedule, seed=schedule.seed + later)

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
            basis=str(describe(self.recipe.start)["sha256"]) if self.recipe.start else "",
        )


def _weights(module: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def _mean(states: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of the weights of networks that have a past in common."""
    return {name: torch.stack([each[name] for each in states]).mean(0) for name in states[0]}
