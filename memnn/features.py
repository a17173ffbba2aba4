"""Φ(y) of a memory as bytes: what a store keeps, and the arrays that O reads from it.

Layout: fingerprint of the model (4 bytes), scale (float16), vector (int8 each). The fingerprint
tells a store that another model wrote the value, so that it is recomputed from the text.
"""

import numpy as np
from numpy.typing import NDArray

FINGERPRINT_BYTES = 4
_HEADER_BYTES = FINGERPRINT_BYTES + 2
_INT8_MAX = 127.0


def pack(fingerprint: bytes, vector: NDArray[np.float32]) -> bytes:
    """Quantise an embedding to one byte a dimension.

    Args:
        fingerprint: `FINGERPRINT_BYTES` bytes that name the model.
        vector: Embedding of a memory, shape [n].
    """
    scale = np.float16(max(float(np.abs(vector).max()), 1e-6) / _INT8_MAX)
    quantised = np.clip(np.rint(vector / np.float32(scale)), -_INT8_MAX, _INT8_MAX)
    return fingerprint + scale.tobytes() + quantised.astype(np.int8).tobytes()


def unpack(features: bytes) -> NDArray[np.float32]:
    """The embedding that `pack` quantised, shape [n].

    Raises:
        ValueError: Fewer bytes than a header.
    """
    if len(features) <= _HEADER_BYTES:
        raise ValueError(f"features of {len(features)} bytes; a header alone has {_HEADER_BYTES}")
    scale = np.frombuffer(features, dtype=np.float16, count=1, offset=FINGERPRINT_BYTES)
    values = np.frombuffer(features, dtype=np.int8, offset=_HEADER_BYTES)
    return values.astype(np.float32) * scale.astype(np.float32)
