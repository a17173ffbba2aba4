"""What commands run and wait for."""

from pathlib import Path

import pytest

from bot.conversation_file import Conversation as Said
from bot.settings import load
from bot.tasks import replay_to
from memnn import artifact
from memnn.errors import ArtifactError
from memnn.model import Model

SAID = Said.model_validate(
    {"user": "u", "messages": [{"i": 1, "t": "2026-03-02T08:30:00", "text": "my sister is Anouk"}]}
)


async def test_predictions_take_the_place_of_earlier_ones(
    tiny: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only once the model is there: with one that cannot be loaded the earlier ones stay."""
    out = tmp_path / "predictions.jsonl"
    out.write_text("of earlier\n")
    monkeypatch.setenv("ARTIFACT", str(tmp_path / "none"))
    with pytest.raises(ArtifactError):
        await replay_to(load(None), [SAID], out, in_process=True)
    assert out.read_text() == "of earlier\n"
    artifact.save(tiny, tmp_path / "some", {})
    monkeypatch.setenv("ARTIFACT", str(tmp_path / "some"))
    await replay_to(load(None), [SAID], out, in_process=True)
    assert out.read_text().startswith('{"user":"u","i":1,')
