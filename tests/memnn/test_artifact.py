"""The artifact: what is written is what is read, and what is broken is said clearly."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from memnn import artifact
from memnn.config import ModelConfig
from memnn.errors import ArtifactError
from memnn.input_map import judge
from memnn.model import Model
from memnn.reading import MARKS, Batch, Candidate, Page
from memnn.scorer import Role
from tests import tiny

MODEL = tiny.model(8, threshold=0.25)
FILES = {"manifest.json", "weights.safetensors", "tokenizer.json", "words.safetensors"}


@pytest.fixture(scope="module", name="saved")
def _saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artifact of the tiny network."""
    folder = tmp_path_factory.mktemp("artifact") / "new"
    artifact.save(MODEL, folder, {"seed": 8})
    return folder


@pytest.fixture(name="copy")
def _copy(saved: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    return shutil.copytree(saved, tmp_path / "copy")


def change(folder: Path, edit: Callable[[dict[str, Any]], Any]) -> None:
    """Edit a manifest."""
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text())
    edit(manifest)
    file.write_text(json.dumps(manifest))


def relevance(model: Model) -> torch.Tensor:
    """What the reader says of two memories."""
    blank = np.zeros(MARKS, dtype=np.float32)
    page = Page(
        model.question(tiny.TEXTS[4]),
        [Candidate(model.memory(text), blank) for text in tiny.TEXTS[:2]],
    )
    with torch.inference_mode():
        reading = model.reader.read(Batch.of([page], model.vocabulary))
        return model.reader.hop(reading, torch.zeros_like(reading.present))[0]


def test_what_is_read_does_what_was_written(saved: Path) -> None:
    """A saved network embeds, reads and judges as before, up to the quantisation."""
    read = artifact.load(saved)
    assert (read.config, read.calibration) == (MODEL.config, MODEL.calibration)
    texts = [MODEL.memory(text) for text in tiny.TEXTS]
    for role in Role:
        torch.testing.assert_close(
            read.embed(texts, role), MODEL.embed(texts, role), atol=0.02, rtol=0
        )
    torch.testing.assert_close(relevance(read), relevance(MODEL), atol=0.1, rtol=0)
    for found, expected in zip(judge(read, tiny.TEXTS), judge(MODEL, tiny.TEXTS), strict=True):
        assert found.probabilities == pytest.approx(expected.probabilities, abs=0.02)


def test_the_dictionary_is_kept(saved: Path) -> None:
    """Pieces are the same, rarities up to half precision."""
    read = artifact.load(saved)
    for text in tiny.TEXTS:
        for found, expected in zip(read.memory(text), MODEL.memory(text), strict=True):
            assert (found.pieces, found.hash) == (expected.pieces, expected.hash)
            assert found.rarity == pytest.approx(expected.rarity, rel=1e-3)


def test_saving_what_was_read_changes_nothing(saved: Path, tmp_path: Path) -> None:
    """A second round of quantisation is exact: the weights have the same checksum."""
    artifact.save(artifact.load(saved), tmp_path, {"seed": 8})
    again = artifact.describe(tmp_path)
    assert again["sha256"] == artifact.describe(saved)["sha256"]


def test_the_manifest_is_for_people_too(saved: Path) -> None:
    """It holds what training said about data, seed and metrics; nothing else lies beside it."""
    assert artifact.describe(saved)["about"] == {"seed": 8}
    assert {file.name for file in saved.iterdir()} == FILES


def test_a_fingerprint_changes_with_the_weights(saved: Path, tmp_path: Path) -> None:
    """Features of one network are told from another's by four bytes; they are not for new ones."""
    artifact.save(tiny.model(9), tmp_path, {})
    one, again, other = (artifact.load(f).fingerprint for f in (saved, saved, tmp_path))
    assert one == again != other
    assert len(one) == len(other) == 4


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_missing_file(copy: Path, name: str) -> None:
    """The error names the file and says what to do."""
    (copy / name).unlink()
    with pytest.raises(ArtifactError, match=f"{name}: .*(fetch the artifact|leave ARTIFACT)"):
        artifact.load(copy)


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize("kept", [0, 100])
def test_a_truncated_file(copy: Path, name: str, kept: int) -> None:
    """A file that was cut off is named, before anything is made of it."""
    (copy / name).write_bytes((copy / name).read_bytes()[:kept])
    with pytest.raises(ArtifactError, match=f"{name}: .*fetch the artifact again"):
        artifact.load(copy)


def test_a_changed_weight(copy: Path) -> None:
    """One flipped byte is found by its checksum."""
    file = copy / "weights.safetensors"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    with pytest.raises(ArtifactError, match=r"weights\.safetensors: truncated or changed"):
        artifact.load(copy)


@pytest.mark.parametrize("version", [0, 3, "4", None])
def test_another_version(copy: Path, version: object) -> None:
    """The error names both versions."""
    change(copy, lambda manifest: manifest.update(version=version))
    with pytest.raises(ArtifactError, match=f"version {version}, but this release reads version 4"):
        artifact.load(copy)


@pytest.mark.parametrize(
    "edit",
    [
        lambda m: m.pop("sha256"),
        lambda m: m.pop("config"),
        lambda m: m.pop("calibration"),
        lambda m: m.update(sha256=[]),
        lambda m: m.update(config=[]),
        lambda m: m["config"].pop("static"),
        lambda m: m["config"].update(static="many"),
        lambda m: m["config"].update(static=13),
        lambda m: m["config"].update(colour=1),
        lambda m: m["calibration"]["right"].update(weights=None),
        lambda m: m["calibration"]["unsaid"].update(weights=[1.0]),
        lambda m: m["calibration"].update(mood=1.0),
        lambda m: m["calibration"].pop("unsaid"),
    ],
)
def test_a_manifest_that_does_not_fit(copy: Path, edit: Callable[[dict[str, Any]], Any]) -> None:
    """Whatever is missing, unknown or of the wrong size is an error of the artifact."""
    change(copy, edit)
    with pytest.raises(ArtifactError, match="does not fit this"):
        artifact.load(copy)


@pytest.mark.parametrize("text", ["[]", "7", "{", "\x00", '"manifest"'])
def test_a_manifest_that_is_none(copy: Path, text: str) -> None:
    """JSON of another kind, and no JSON at all, are refused with the file's name."""
    (copy / "manifest.json").write_text(text)
    with pytest.raises(ArtifactError, match=r"manifest\.json: "):
        artifact.load(copy)


def test_config_round_trip() -> None:
    """Sizes are written and read as plain numbers."""
    config = tiny.config()
    assert ModelConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
