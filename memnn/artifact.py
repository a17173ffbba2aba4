"""The artifact: the versioned directory that training writes and serving reads. No pickle anywhere.

manifest.json        version, sizes, calibration, checksums; data, seed and metrics for people
weights.safetensors  the learned parts; vectors of pieces as one byte a dimension, the layers of the
                     encoder as they compute (bfloat16), the rest as halves
tokenizer.json       the word pieces
words.safetensors    words of the language by checksum, and how common each is
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors import numpy as arrays
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn

from memnn.calibration import Calibration, Regression
from memnn.classifier import Classifier
from memnn.config import ModelConfig
from memnn.errors import ArtifactError
from memnn.features import FINGERPRINT_BYTES
from memnn.model import Model
from memnn.reader import Reader
from memnn.scorer import Scorer
from memnn.spelling import Spelling
from memnn.vocabulary import Vocabulary

VERSION = 4
SHIPPED = Path(__file__).parent / "weights"
_MANIFEST, _WEIGHTS, _TOKENIZER = "manifest.json", "weights.safetensors", "tokenizer.json"
_WORDS = "words.safetensors"
_CHECKED = (_WEIGHTS, _TOKENIZER, _WORDS)
_VECTORS = ("scorer.vectors.weight", "reader.encoder.pieces.weight")  # of pieces
_LAYERS = "reader.encoder.layers."
_SCALE = "/scale"  # of a row of bytes
_INT8_MAX = 127.0
M = TypeVar("M", bound=nn.Module)


def save(model: Model, path: Path, about: Mapping[str, Any]) -> None:
    """Write an artifact; what stood in the folder under the same names is replaced.

    Args:
        model: What to save.
        path: The folder; made when missing.
        about: Data, seed, metrics, versions: kept in the manifest under ``about``.
    """
    path.mkdir(parents=True, exist_ok=True)
    save_file(_tensors(model), path / _WEIGHTS)
    model.vocabulary.tokenizer.save(str(path / _TOKENIZER), pretty=False)
    spelling = model.vocabulary.spelling
    arrays.save_file({"words": spelling.words, "common": spelling.common}, path / _WORDS)
    manifest = {
        "version": VERSION,
        "config": model.config.to_dict(),
        "calibration": asdict(model.calibration),
        "sha256": {name: _checksum(path / name) for name in _CHECKED},
        "about": dict(about),
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    (path / _MANIFEST).write_text(text + "\n", encoding="utf-8")


def describe(path: Path | None = None) -> dict[str, Any]:
    """The manifest of an artifact, checked for its version.

    Args:
        path: The artifact; None for the shipped one.

    Raises:
        ArtifactError: No manifest, not JSON, or of another version.
    """
    file = (path or SHIPPED) / _MANIFEST
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        hint = "leave ARTIFACT empty for the shipped one" if path else "install this release again"
        raise ArtifactError(f"{file}: no artifact here ({error.strerror}); {hint}") from error
    except ValueError as error:
        raise ArtifactError(
            f"{file}: not a manifest ({error}); fetch the artifact again"
        ) from error
    version = manifest.get("version") if isinstance(manifest, dict) else None
    if version != VERSION:
        raise ArtifactError(
            f"{file}: artifact version {version}, but this release reads version {VERSION}; "
            "use the artifact that was shipped with this release, or train one"
        )
    return dict(manifest)


def load(path: Path | None = None) -> Model:
    """Read an artifact and check it.

    Args:
        path: The artifact; None for the shipped one.

    Raises:
        ArtifactError: Missing, truncated, changed, or of another version.
    """
    folder = path or SHIPPED
    manifest = describe(path)
    try:
        checksums = manifest["sha256"]
        for name in _CHECKED:
            _check(folder / name, checksums[name])
        config = ModelConfig.from_dict(manifest["config"])
        tensors = load_file(folder / _WEIGHTS)
        tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
        model = Model(
            config,
            Vocabulary(tokenizer, _rarity(tensors), _spelling(folder / _WORDS)),
            _filled(Classifier(config), "classifier", tensors),
            _filled(Scorer(config), "scorer", tensors),
            _filled(Reader(config), "reader", tensors),
            _calibration(manifest["calibration"]),
            _fingerprint(checksums),
        )
        model.reader.encoder.serve()
    except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        raise ArtifactError(
            f"{folder}: the artifact does not fit this release ({error}); use the shipped one"
        ) from error
    return model


def _tensors(model: Model) -> dict[str, Tensor]:
    parts = {"classifier": model.classifier, "scorer": model.scorer, "reader": model.reader}
    tensors: dict[str, Tensor] = {}
    for part, module in parts.items():
        for name, value in module.state_dict().items():
            tensors |= _packed(f"{part}.{name}", value)
    tensors["rarity.words"] = torch.tensor(list(model.vocabulary.rarity), dtype=torch.int64)
    tensors["rarity.values"] = torch.tensor(list(model.vocabulary.rarity.values())).half()
    return tensors


def _packed(name: str, value: Tensor) -> dict[str, Tensor]:
    """One tensor as it is kept."""
    if name in _VECTORS:
        scale = (value.abs().amax(1, keepdim=True) / _INT8_MAX).clamp(min=1e-8)
        return {name: torch.round(value / scale).to(torch.int8), name + _SCALE: scale}
    kind = torch.bfloat16 if name.startswith(_LAYERS) else torch.float16
    return {name: value.to(kind).contiguous()}


def _filled(module: M, part: str, tensors: Mapping[str, Tensor]) -> M:
    held = {
        name.removeprefix(f"{part}."): value.float() * tensors.get(name + _SCALE, 1.0)
        for name, value in tensors.items()
        if name.startswith(f"{part}.") and not name.endswith(_SCALE)
    }
    module.load_state_dict(held)
    return module.eval().requires_grad_(requires_grad=False)


def _calibration(values: dict[str, Any]) -> Calibration:
    regressions = {
        name: Regression(**{**values[name], "weights": tuple(values[name]["weights"])})
        for name in ("right", "unsaid")
    }
    return Calibration(**{**values, **regressions})


def _rarity(tensors: Mapping[str, Tensor]) -> dict[int, float]:
    values = tensors["rarity.values"].float().tolist()
    return dict(zip(tensors["rarity.words"].tolist(), values, strict=True))


def _spelling(file: Path) -> Spelling:
    held = arrays.load_file(file)
    return Spelling(held["words"], held["common"])


def _fingerprint(checksums: Mapping[str, str]) -> bytes:
    """It changes with all that the features of a text depend on."""
    parts = "".join(checksums[name] for name in _CHECKED)
    return hashlib.sha256(parts.encode()).digest()[:FINGERPRINT_BYTES]


def _check(file: Path, expected: str) -> None:
    try:
        found = _checksum(file)
    except OSError as error:
        raise ArtifactError(f"{file}: {error.strerror}; fetch the artifact again") from error
    if found != expected:
        raise ArtifactError(
            f"{file}: truncated or changed (checksum {found[:12]}…, expected {expected[:12]}…); "
            "fetch the artifact again"
        )


def _checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
