"""Other languages degrade gracefully: names, codes and numbers are found by exact match."""

import pytest

from memnn import artifact
from memnn.in_memory import InMemoryStore
from memnn.model import Model
from memnn.network import Network
from memnn.records import Message
from tests.worlds import TIME

SPOKEN = {
    "German": (
        ("Der Code vom Fahrradschloss ist 4471.", "Was ist der Code vom Fahrradschloss?", "4471"),
        ("Meine Schwester Anouk arbeitet bei Decathlon.", "Wo arbeitet Anouk?", "Decathlon"),
        ("Der Zug nach Bremen fährt um 9:42.", "Wann fährt der Zug nach Bremen?", "9:42"),
    ),
    "French": (
        ("Le code du cadenas est 4471.", "Quel est le code du cadenas ?", "4471"),
        ("Ma sœur Anouk travaille chez Decathlon.", "Où travaille Anouk ?", "Decathlon"),
        ("Le train pour Brême part à 9:42.", "Quand part le train pour Brême ?", "9:42"),
    ),
    "Spanish": (
        ("El código del candado es 4471.", "¿Cuál es el código del candado?", "4471"),
        ("Mi hermana Anouk trabaja en Decathlon.", "¿Dónde trabaja Anouk?", "Decathlon"),
        ("El tren a Bremen sale a las 9:42.", "¿Cuándo sale el tren a Bremen?", "9:42"),
    ),
    "Dutch": (
        ("De code van het fietsslot is 4471.", "Wat is de code van het fietsslot?", "4471"),
        ("Mijn zus Anouk werkt bij Decathlon.", "Waar werkt Anouk?", "Decathlon"),
        ("De trein naar Bremen gaat om 9:42.", "Wanneer gaat de trein naar Bremen?", "9:42"),
    ),
    "Polish": (
        ("Kod do zamka rowerowego to 4471.", "Jaki jest kod do zamka rowerowego?", "4471"),
        ("Moja siostra Anouk pracuje w Decathlon.", "Gdzie pracuje Anouk?", "Decathlon"),
        ("Pociąg do Bremy odjeżdża o 9:42.", "Kiedy odjeżdża pociąg do Bremy?", "9:42"),
    ),
}


@pytest.fixture(scope="module", name="model")
def _model() -> Model:
    """The shipped network."""
    return artifact.load()


@pytest.mark.parametrize("language", SPOKEN)
async def test_exact_words_are_found_in_any_language(model: Model, language: str) -> None:
    """Amid the other facts, the memory with the question's own names and words comes first."""
    network = Network(model, InMemoryStore())
    for number, (told, _, _) in enumerate(SPOKEN[language]):
        message = network.perceive(Message(str(number), told, TIME))
        assert await network.remember("a", message, everything=True)
    for number, (_, asked, wanted) in enumerate(SPOKEN[language]):
        answer = await network.answer("a", network.perceive(Message("q", asked, TIME)))
        assert answer.supports[0].message_id == str(number), asked
        assert wanted in answer.supports[0].text
