"""Static vectors: keeping them, and what distilling says when something is missing."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from memnn.errors import DataError
from memnn.training.distil import Static, _piece_vectors, distil, load_static, save_static
from tests import tiny


class Encoder(nn.Module):
    """An encoder whose state of a piece is the piece's number, three times."""

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SimpleNamespace:
        """Encode pieces."""
        assert attention_mask.shape == input_ids.shape
        return SimpleNamespace(last_hidden_state=input_ids[..., None].float().expand(-1, -1, 3))


def test_each_piece_is_encoded_alone_between_the_marks() -> None:
    """A piece's vector is the mean of the states of its mark, itself and the closing mark."""
    told: list[tuple[int, int]] = []
    tokenizer = tiny.tokenizer()
    size = tokenizer.get_vocab_size()

    vectors = _piece_vectors(Encoder(), tokenizer, lambda done, total: told.append((done, total)))

    assert vectors.shape == (size, 3)
    assert vectors[:, 0].tolist() == pytest.approx([piece / 3 for piece in range(size)])
    assert told == [(size, size)]


def test_what_is_kept_is_what_is_read(tmp_path: Path) -> None:
    """Vectors come back up to half precision, with their tokenizer."""
    vectors = torch.randn(tiny.tokenizer().get_vocab_size(), 4)
    save_static(Static(vectors, tiny.tokenizer()), tmp_path / "new")
    found = load_static(tmp_path / "new")
    torch.testing.assert_close(found.vectors, vectors, rtol=1e-3, atol=1e-3)
    assert found.tokenizer.to_str() == tiny.tokenizer().to_str()


def test_vectors_that_are_missing_or_broken(tmp_path: Path) -> None:
    """The error names the folder and the command that makes them."""
    with pytest.raises(DataError, match=r"no distilled vectors .*run `distil` first"):
        load_static(tmp_path)
    (tmp_path / "static.safetensors").write_bytes(b"no")
    with pytest.raises(DataError, match="run `distil` first"):
        load_static(tmp_path)


def test_an_encoder_that_is_none(tmp_path: Path) -> None:
    """An empty folder, or a missing extra, is said in one line that tells what to install."""
    with pytest.raises(DataError, match=r"pip install 'memnn-bot\[train\]'"):
        distil(tmp_path, 4, lambda _done, _total: None)
