"""Words under other names: the paper's dropout of words (section 3.5), for a whole story at once.

Some words of a story become fresh symbols, each the same one throughout, so that the network learns
to follow a word by where it stands and not by what it is.
"""

import random
from dataclasses import dataclass, replace

from memnn.paper.dictionary import FRESH, FRESH_SYMBOLS
from memnn.paper.stories import Encoded


@dataclass(frozen=True, slots=True)
class Renaming:
    """How much is renamed.

    Attributes:
        kept: Share of the stories that are left as they are.
        most: Largest share of a story's words that gets other names; it is drawn for each story.
    """

    kept: float
    most: float

    def apply(self, question: Encoded, choice: random.Random) -> Encoded:
        """The question with some of its words renamed.

        An answer's word is renamed only where it stands in the question or a support: elsewhere
        nothing would tell its new name.
        """
        if choice.random() < self.kept:
            return question
        share = choice.random() * self.most
        telling = {*question.text, *(w for row in question.supports for w in question.story[row])}
        held = set(question.answer) - telling
        found = dict.fromkeys(w for text in (*question.story, question.text) for w in text)
        drawn = [word for word in found if word not in held and choice.random() < share]
        drawn = choice.sample(drawn, min(FRESH, len(drawn)))
        return _renamed(
            question, dict(zip(drawn, choice.sample(FRESH_SYMBOLS, len(drawn)), strict=True))
        )


def _renamed(question: Encoded, names: dict[int, int]) -> Encoded:
    def new(text: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(names.get(word, word) for word in text)

    return replace(
        question,
        story=tuple(map(new, question.story)),
        text=new(question.text),
        answer=new(question.answer),
    )
