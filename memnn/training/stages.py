"""The learned parts of the served network, one after the other: see `memnn.training.served`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import torch
from torch import Tensor

from memnn.classifier import Classifier
from memnn.config import ModelConfig
from memnn.reader import Reader
from memnn.scorer import Scorer
from memnn.training import first_pass, kinds, pages, reader
from memnn.training.conversations import Conversation, read_conversations
from memnn.training.corpora import crowd_questions
from memnn.training.distil import Static
from memnn.training.examples import User, users
from memnn.training.pretrained import start_from
from memnn.training.reader import Material
from memnn.training.recipe import Recipe, Stage
from memnn.training.telling import tells_scenes
from memnn.training.trainer import Schedule
from memnn.vocabulary import Vocabulary

P = TypeVar("P")
_FINISHING: Final = (0.4, 0.3)  # of the reader's rates, in each round with scenes


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
        self, conversations: Sequence[Conversation], everyday: Sequence[str]
    ) -> Classifier:
        """I's, which learns from sentences of no conversation as well."""
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
        """A first pass; the name is that of its stage."""
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
