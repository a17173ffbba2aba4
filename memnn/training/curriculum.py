"""What the reader is asked in an epoch: questions of people and of scenes, stories, lessons.

Beside the conversations stand made-up stories, for what few people happened to ask, and lessons on
single sentences. Steps are of pages that are about as long.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from memnn.config import ModelConfig
from memnn.training.drawing import Drawing, Exercise
from memnn.training.names import Names
from memnn.training.pages import Example, Lesson
from memnn.training.telling import tells_scenes
from memnn.vocabulary import Vocabulary

_STORIES, _LESSONS = 0.5, 0.2  # a question of people
_WEIGHTS = {  # of a story's question, by its category: more of what is hard; else 1
    "list": 4.0,
    "count": 4.0,
    "two_hop": 1.5,
    "three_hop": 1.5,
    "history": 1.5,
    "abstain": 0.6,
    "yesno": 0.5,
    "single": 0.4,
}
_GATHERED = frozenset({"list", "count"})  # people's with several supports, asked twice an epoch
_PAGES_A_STEP = 18
_SORTED = 12  # batches that are drawn at once and dealt out by length


@dataclass(frozen=True, slots=True)
class Material:
    """What a reader is trained on.

    Attributes:
        questions: What `memnn.training.pages.examples` made of conversations.
        stories: And of made-up stories; may be none.
        lessons: For R; may be none.
    """

    questions: Sequence[Sequence[Example]]
    stories: Sequence[Sequence[Example]]
    lessons: Sequence[Lesson]

    @property
    def of_people(self) -> "Material":
        """The same without the questions of scenes."""
        return replace(self, questions=[each for each in self.questions if not _staged(each)])


@dataclass(frozen=True, slots=True)
class Curriculum:
    """What is asked in an epoch, in steps of pages.

    Attributes:
        drawing: Lays the pages out.
        asked: Every question once, those of people that gather twice.
        stories: What is drawn from beside them.
        told: How many stories' questions.
        taught: How many lessons.
    """

    drawing: Drawing
    asked: Sequence[Sequence[Example]]
    stories: Sequence[Sequence[Example]]
    told: int
    taught: int

    @classmethod
    def of(cls, material: Material, vocabulary: Vocabulary, config: ModelConfig) -> "Curriculum":
        """As many stories and lessons as people's questions bear; scenes bring no more of them."""
        people = list(material.of_people.questions)
        scenes = [each for each in material.questions if _staged(each)]
        people += [each for each in people if _gathers(each)]
        names = Names.among(each[0].user for each in (*material.questions, *material.stories))
        return cls(
            Drawing(vocabulary, material.questions, material.lessons, config, names),
            [*people, *scenes],
            material.stories,
            round(_STORIES * len(people)) if material.stories else 0,
            round(_LESSONS * len(people)) if material.lessons else 0,
        )

    @property
    def steps(self) -> int:
        """Steps of an epoch."""
        return -(-(len(self.asked) + self.told + self.taught) // _PAGES_A_STEP)

    def batches(self, choice: random.Random) -> Iterator[list[Exercise]]:
        """An epoch's steps, drawn as they are wanted."""
        asked: list[Sequence[Example] | None] = [*self.asked, *[None] * self.taught]
        if self.told:
            weights = [_WEIGHTS.get(each[0].asked.turn.category, 1.0) for each in self.stories]
            asked += choice.choices(self.stories, weights, k=self.told)
        choice.shuffle(asked)
        size = _PAGES_A_STEP * _SORTED
        for at in range(0, len(asked), size):
            drawn = [self._exercise(each, choice) for each in asked[at : at + size]]
            yield from _dealt(drawn, choice)

    def _exercise(self, phrasings: Sequence[Example] | None, choice: random.Random) -> Exercise:
        if phrasings is None:
            return self.drawing.lesson(choice)
        return self.drawing.exercise(phrasings, choice)


def _staged(phrasings: Sequence[Example]) -> bool:
    """Whether a scene asks it, and no person."""
    return tells_scenes(phrasings[0].user.name)


def _gathers(phrasings: Sequence[Example]) -> bool:
    """Whether the answer is gathered from several supports."""
    asked = phrasings[0].asked
    return asked.turn.category in _GATHERED and len(asked.support) > 1


def _dealt(drawn: Sequence[Exercise], choice: random.Random) -> list[list[Exercise]]:
    """Steps of pages that are about as long."""
    ranked = sorted(drawn, key=_length)
    steps = [ranked[at : at + _PAGES_A_STEP] for at in range(0, len(ranked), _PAGES_A_STEP)]
    choice.shuffle(steps)
    return steps


def _length(exercise: Exercise) -> int:
    return sum(len(w.pieces) for c in exercise.page.candidates for w in c.words)
