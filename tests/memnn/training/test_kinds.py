"""What I's classifier is taught."""

from datetime import UTC, datetime
from pathlib import Path

from memnn.records import Kind
from memnn.training.conversations import Conversation, Turn
from memnn.training.kinds import labelled
from memnn.training.scenes import read_scenes
from tests.training import FERRIES

TIME = datetime(2026, 1, 5, tzinfo=UTC)


def test_what_people_wrote_counts_most(tmp_path: Path) -> None:
    """Messages count in full; what nobody wrote in a conversation counts less, with its kind."""
    (tmp_path / "one.txt").write_text(FERRIES, encoding="utf-8")
    asked = Turn(0, TIME, "where is it", Kind.QUESTION, phrasings=("where's it?",))
    conversation = Conversation("ann", (asked,))
    everyday = ["Who came?", "We ate."]
    texts = labelled([conversation], read_scenes(tmp_path), everyday)
    kinds = {text: kind for text, kind, _ in texts}
    weights = {text: weight for text, _, weight in texts}
    assert [text for text in weights if weights[text] == 1.0] == ["where is it"]
    assert kinds["and the late one to Bute"] is kinds["We ate."] is Kind.STATEMENT
    asking = ("how many islands did I go to", "where's it?", "Who came?")
    assert {kinds[text] for text in asking} == {Kind.QUESTION}
    assert all(0.0 < weight <= 1.0 for weight in weights.values())
