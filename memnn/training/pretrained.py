"""The reader's encoder starts from a pre-trained sentence encoder of BERT's layout."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from memnn.encoder import Encoder
from memnn.errors import DataError

_EMBEDDINGS = {
    "pieces": "word_embeddings",
    "places": "position_embeddings",
    "segments": "token_type_embeddings",
    "norm": "LayerNorm",
}
_LAYER = {
    "attend": ("attention.self.query", "attention.self.key", "attention.self.value"),
    "out": ("attention.output.dense",),
    "attended": ("attention.output.LayerNorm",),
    "up": ("intermediate.dense",),
    "down": ("output.dense",),
    "passed": ("output.LayerNorm",),
}


@torch.no_grad()
def start_from(encoder: Encoder, folder: Path) -> None:
    """Copy the weights of a pre-trained encoder; inputs that it lacks stay as they are.

    Args:
        encoder: What to fill; it may have fewer layers and places than the other.
        folder: Holds ``model.safetensors``.

    Raises:
        DataError: The folder holds no encoder of this size.
    """
    try:
        held = load_file(folder / "model.safetensors")
        held = {name.removeprefix("bert."): value for name, value in held.items()}
        for name, source in _EMBEDDINGS.items():
            _copy(encoder.get_submodule(name), held, [f"embeddings.{source}"])
        for number, layer in enumerate(encoder.layers):
            for name, sources in _LAYER.items():
                parts = [f"encoder.layer.{number}.{source}" for source in sources]
                _copy(layer.get_submodule(name), held, parts)
    except (OSError, KeyError, RuntimeError, SafetensorError) as error:
        raise DataError(
            f"{folder}: no encoder of BERT's layout and of the configured size ({error})"
        ) from error


def _copy(module: nn.Module, held: Mapping[str, Tensor], sources: list[str]) -> None:
    """Fill a module from one source, or from several laid end to end."""
    for name, value in module.named_parameters():
        joined = torch.cat([held[f"{source}.{name}"] for source in sources])
        value.copy_(joined[: len(value)])
