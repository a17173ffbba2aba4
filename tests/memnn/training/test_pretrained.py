"""Starting from a pre-trained encoder."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from memnn.encoder import Encoder
from memnn.errors import DataError
from memnn.training.pretrained import start_from
from tests import tiny

CONFIG = tiny.config()


def pretrained(places: int, layers: int) -> dict[str, Tensor]:
    """Weights in the layout in which BERT's are shipped."""
    d = CONFIG.width
    made = torch.Generator().manual_seed(3)

    def linear(name: str, inputs: int, outputs: int) -> dict[str, Tensor]:
        weight = torch.randn(outputs, inputs, generator=made)
        return {f"{name}.weight": weight, f"{name}.bias": torch.randn(outputs, generator=made)}

    def norm(name: str) -> dict[str, Tensor]:
        return {f"{name}.weight": torch.ones(d), f"{name}.bias": torch.zeros(d)}

    held = {
        "embeddings.word_embeddings.weight": torch.randn(CONFIG.pieces, d, generator=made),
        "embeddings.position_embeddings.weight": torch.randn(places, d, generator=made),
        "embeddings.token_type_embeddings.weight": torch.randn(2, d, generator=made),
        **norm("embeddings.LayerNorm"),
    }
    for number in range(layers):
        layer = f"encoder.layer.{number}"
        for part in ("query", "key", "value"):
            held |= linear(f"{layer}.attention.self.{part}", d, d)
        held |= linear(f"{layer}.attention.output.dense", d, d)
        held |= norm(f"{layer}.attention.output.LayerNorm")
        held |= linear(f"{layer}.intermediate.dense", d, 4 * d)
        held |= linear(f"{layer}.output.dense", 4 * d, d)
        held |= norm(f"{layer}.output.LayerNorm")
    return held


@pytest.mark.parametrize("prefix", ["", "bert."])
def test_weights_are_taken_over(tmp_path: Path, prefix: str) -> None:
    """Every weight comes from the other, the first layers and places of it; the rest stays."""
    held = pretrained(CONFIG.page_pieces + 7, CONFIG.layers + 1)
    save_file({prefix + k: v for k, v in held.items()}, tmp_path / "model.safetensors")
    encoder = Encoder(CONFIG)
    start_from(encoder, tmp_path)
    found = dict(encoder.named_parameters())
    assert torch.equal(found["pieces.weight"], held["embeddings.word_embeddings.weight"])
    places = held["embeddings.position_embeddings.weight"][: CONFIG.page_pieces]
    assert torch.equal(found["places.weight"], places)
    joined = [held[f"encoder.layer.1.attention.self.{n}.bias"] for n in ("query", "key", "value")]
    assert torch.equal(found["layers.1.attend.bias"], torch.cat(joined))
    assert torch.equal(found["layers.0.down.weight"], held["encoder.layer.0.output.dense.weight"])
    assert not found["marks.weight"].any()


@pytest.mark.parametrize("layers", [1, 0])
def test_an_encoder_that_does_not_fit(tmp_path: Path, layers: int) -> None:
    """Too few layers are refused, and so is a folder without an encoder."""
    if layers:
        held = pretrained(CONFIG.page_pieces, layers)
        save_file(held, tmp_path / "model.safetensors")
    with pytest.raises(DataError, match="no encoder of BERT's layout"):
        start_from(Encoder(CONFIG), tmp_path)
