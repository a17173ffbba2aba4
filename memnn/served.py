"""The served model as the parts of a network: I, G, O and R on people's own words."""

from collections.abc import Callable

from memnn.generalization import Generalization
from memnn.input_map import perceive
from memnn.model import Model
from memnn.output_map import run_hops
from memnn.parts import Parts
from memnn.ranking import Ranking
from memnn.records import Answer, Message, Perception
from memnn.response import respond
from memnn.shortlist import listed
from memnn.slips import first_hop
from memnn.slots import Slots


class Served(Generalization):
    """`memnn.parts.Parts` of a model; G is inherited."""

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self.model = model

    def perceive(self, message: Message) -> Perception:
        """I; see `memnn.input_map`."""
        return perceive(self.model, message)

    def rank(self, text: str, slots: Slots, asker: str = "") -> Ranking:
        """O's first pass; see `memnn.slips`."""
        model = self.model
        return first_hop(model, model.question(text), slots, model.question(asker))

    def take_up(self, text: str, slots: Slots, asker: str = "") -> Callable[[], Answer]:
        """O, then R; see `memnn.shortlist`, `memnn.output_map` and `memnn.response`."""
        model, question = self.model, self.model.question(text)
        found = listed(model, question, slots, model.question(asker))
        return lambda: respond(model, text, question, run_hops(model, found))


def parts_of(model: Model | Parts) -> Parts:
    """The parts of a model: its own, where it is none of the served kind."""
    return Served(model) if isinstance(model, Model) else model
