"""The bot on a network of the papers: the same application, another model."""

from pathlib import Path

import pytest
import torch

from bot.check import check
from bot.runtime import load_model, open_apart
from bot.settings import Settings, load
from memnn.errors import ArtifactError
from memnn.mechanisms import FULL
from memnn.paper import artifact
from memnn.paper.dictionary import Dictionary
from memnn.paper.network import PaperNetwork
from memnn.paper.stories import Question
from memnn.records import Kind, Message
from tests.worlds import TIME

TOLD = Question(
    (("joe", "went", "to", "the", "office"),), ("where", "is", "joe"), ("office",), (0,)
)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that name a network's file."""
    torch.manual_seed(1)
    file = tmp_path / "network.safetensors"
    artifact.save(PaperNetwork(FULL, Dictionary.of([TOLD])), file)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ARTIFACT", str(file))
    return load(None)


@pytest.mark.parametrize("in_process", [True, False])
async def test_a_conversation(settings: Settings, *, in_process: bool) -> None:
    """Statements are stored and questions answered, in this process and on a server."""
    async with open_apart(settings, in_process=in_process) as conversation:
        told = await conversation.handle("a", Message("1", "Joe went to the office.", TIME))
        assert told.kind is Kind.STATEMENT
        asked = await conversation.handle("a", Message("2", "Where is Joe?", TIME))
        assert asked.kind is Kind.QUESTION
        assert asked.answered is not None


async def test_check_names_it(settings: Settings) -> None:
    """`memnn-bot check` finds it well, and says what it is."""
    assert settings.artifact
    (found,) = [finding async for finding in check() if finding.part == "model"]
    assert found.well
    assert "network of the papers" in found.detail


async def test_a_damaged_file_is_said(settings: Settings) -> None:
    """A file that is no network is an error with its name."""
    assert settings.artifact is not None
    settings.artifact.write_bytes(b"nothing")
    with pytest.raises(ArtifactError, match=r"network\.safetensors"):
        await load_model(settings)
