"""A network of the papers as one file: its weights with its mechanisms and its words."""

import json
from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from memnn.errors import ArtifactError
from memnn.mechanisms import Mechanisms
from memnn.paper.dictionary import Dictionary
from memnn.paper.network import PaperNetwork

SUFFIX = ".safetensors"
_FORMAT = "memnn paper 1"


def save(network: PaperNetwork, file: Path) -> None:
    """Write a network; what stood in the file is replaced."""
    about = {
        "format": _FORMAT,
        "mechanisms": json.dumps(asdict(network.config)),
        "words": json.dumps(network.dictionary.words),
    }
    tensors = {name: value.contiguous() for name, value in network.state_dict().items()}
    save_file(tensors, file, metadata=about)


def load(file: Path) -> PaperNetwork:
    """Read a network.

    Raises:
        ArtifactError: Missing, damaged, or no network of the papers.
    """
    try:
        with safe_open(file, framework="pt") as opened:
            about = opened.metadata() or {}
        if about.get("format") != _FORMAT:
            raise ArtifactError(f"{file}: no network of the papers; train one, or name a folder")
        mechanisms = Mechanisms.from_dict(json.loads(about["mechanisms"]))
        network = PaperNetwork(mechanisms, Dictionary(tuple(json.loads(about["words"]))))
        network.load_state_dict(load_file(file))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ArtifactError(f"{file}: not readable ({error}); train the network again") from error
    return network.eval().requires_grad_(requires_grad=False)
