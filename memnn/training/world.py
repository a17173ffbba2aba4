"""The simulated world of the paper (section 5.2): people go about, take things, leave them.

Statements and questions come from a simulation, so the supports of every answer are known. A
question's difficulty is how many statements ago what it asks about was last mentioned, at most.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from memnn.paper.stories import Question, Words

_GO = ("{} went to the {}", "{} travelled to the {}", "{} moved to the {}", "{} walked to the {}")
_GET = ("{} picked up the {}", "{} got the {}", "{} took the {}")
_DROP = ("{} dropped the {}", "{} left the {}", "{} put down the {}")
_CHANCE_TO_GO = 0.6  # where there is something else to do
_TRIES = 200  # of new statements until a question is due


@dataclass(frozen=True, slots=True)
class Names:
    """Who and what there is."""

    actors: tuple[str, ...] = ("joe", "fred", "bill", "jane")
    objects: tuple[str, ...] = ("milk", "football", "apple")
    rooms: tuple[str, ...] = ("kitchen", "office", "bathroom", "garden", "bedroom")


UNSEEN = Names(
    actors=("bilbo", "gandalf", "frodo", "gollum"),
    objects=("ring", "sword", "pipe"),
    rooms=("shire", "mountain", "cave", "forest", "tower"),
)


# The example of the paper's section 5.2, reworded; no name in it was seen in training.
TALE = """
gollum walked to the cave
gollum picked up the ring
bilbo travelled to the cave
gollum dropped the ring
bilbo took the ring
bilbo went to the shire
bilbo left the ring
frodo moved to the shire
frodo got the ring
frodo travelled to the mountain
frodo dropped the ring
frodo went to the shire
bilbo travelled to the havens
"""
TALE_ANSWERS = {
    "where is the ring": "mountain",
    "where is bilbo": "havens",
    "where is frodo": "shire",
    "where was bilbo before the havens": "shire",
    "where is gollum": "cave",
}


def tale() -> list[Question]:
    """The questions of the tale, without supports."""
    story = tuple(tuple(line.split()) for line in TALE.strip().splitlines())
    return [
        Question(story, tuple(asked.split()), (answer,)) for asked, answer in TALE_ANSWERS.items()
    ]


@dataclass(frozen=True, slots=True)
class World:
    """A world to be simulated.

    Attributes:
        difficulty: How many statements ago at most the asked thing was last mentioned.
        before: Whether it is also asked where somebody was before.
        objects: Whether there are objects, and questions on them.
        statements: Statements a story.
        questions: Questions a story.
        names: Who and what there is.
    """

    difficulty: int = 5
    before: bool = True
    objects: bool = True
    statements: int = 14
    questions: int = 6
    names: Names = field(default_factory=Names)

    def stories(self, count: int, seed: int) -> list[Question]:
        """The questions of some stories, ``questions`` each."""
        choice = random.Random(f"world/{seed}")  # noqa: S311 -- no secret
        return [question for of in range(count) for question in _tell(self, choice, of)]


def _tell(world: World, choice: random.Random, of: int) -> Iterator[Question]:
    """One story with its questions, asked in its second half."""
    asked: list[Question] = []
    while len(asked) < world.questions:  # a story in which too little can be asked is told anew
        asked = []
        day = _Day(world, choice, of)
        for told in range(1, world.statements + 1):
            day.happen()
            due = world.questions * (2 * told - world.statements) // world.statements
            asked += [q for q in (day.ask() for _ in range(due - len(asked))) if q is not None]
    yield from asked


class _Day:
    """What happens, and where everybody and everything is."""

    def __init__(self, world: World, choice: random.Random, of: int) -> None:
        self.world, self.choice, self.of = world, choice, of
        self.story: list[Words] = []
        self.went: dict[str, list[tuple[int, str]]] = {a: [] for a in world.names.actors}
        self.holder: dict[str, str] = {}
        self.moved: dict[str, tuple[int, int, str]] = {}  # last touched, the going, the room
        self.mentioned: dict[str, int] = {}

    def happen(self) -> None:
        """One statement."""
        actor = self.choice.choice(self.world.names.actors)
        deeds = self._deeds(actor)
        if not deeds or self.choice.random() < _CHANCE_TO_GO:
            self._go(actor)
        else:
            form, thing = self.choice.choice(deeds)
            self._handle(actor, thing, got=form == "get")

    def ask(self) -> Question | None:
        """A question on something mentioned lately, of a kind drawn by chance; None if none is."""
        kinds = [self._where_is, self._where_was, self._where_is_object]
        wanted = [True, self.world.before, self.world.objects]
        return self.choice.choice([k for k, want in zip(kinds, wanted, strict=True) if want])()

    def _deeds(self, actor: str) -> list[tuple[str, str]]:
        if not self.world.objects or not self.went[actor]:
            return []
        room = self.went[actor][-1][1]
        free = [
            thing
            for thing in self.world.names.objects
            if thing not in self.holder and self.moved.get(thing, (0, 0, room))[2] == room
        ]
        held = [thing for thing, holder in self.holder.items() if holder == actor]
        return [("get", thing) for thing in free] + [("drop", thing) for thing in held]

    def _go(self, actor: str) -> None:
        here = self.went[actor][-1][1] if self.went[actor] else None
        room = self.choice.choice([r for r in self.world.names.rooms if r != here])
        row = self._say(self.choice.choice(_GO), actor, room)
        self.went[actor].append((row, room))

    def _handle(self, actor: str, thing: str, *, got: bool) -> None:
        row = self._say(self.choice.choice(_GET if got else _DROP), actor, thing)
        if got:
            self.holder[thing] = actor
        else:
            del self.holder[thing]
        self.moved[thing] = (row, *self.went[actor][-1])

    def _say(self, form: str, actor: str, other: str) -> int:
        row = len(self.story)
        self.story.append(tuple(form.format(actor, other).split()))
        self.mentioned |= {actor: row, other: row}
        return row

    def _lately(self, name: str) -> bool:
        return len(self.story) - self.mentioned.get(name, -_TRIES) <= self.world.difficulty

    def _where_is(self) -> Question | None:
        actors = [a for a, went in self.went.items() if went and self._lately(a)]
        if not actors:
            return None
        actor = self.choice.choice(actors)
        row, room = self.went[actor][-1]
        return self._question(("where", "is", actor), room, (row,))

    def _where_was(self) -> Question | None:
        actors = [a for a, went in self.went.items() if len(went) > 1 and self._lately(a)]
        if not actors:
            return None
        went = self.went[actor := self.choice.choice(actors)]
        before, now = went[-2], went[-1]
        text = ("where", "was", actor, "before", "the", now[1])
        return self._question(text, before[1], (now[0], before[0]))

    def _where_is_object(self) -> Question | None:
        things = [thing for thing in self.moved if self._lately(thing)]
        if not things:
            return None
        row, going, room = self.moved[thing := self.choice.choice(things)]
        if thing in self.holder:
            going, room = self.went[self.holder[thing]][-1]
        return self._question(("where", "is", "the", thing), room, (row, going))

    def _question(self, text: Words, room: str, supports: tuple[int, ...]) -> Question:
        return Question(tuple(self.story), text, (room,), supports, self.of)
