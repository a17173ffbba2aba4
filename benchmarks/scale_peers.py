"""Other people's indices on the same statements and questions: faiss, usearch, bm25s.

The vector indices hold the embeddings of O's first pass, so they find what means the same, without
exact matches; bm25s finds exact words only. Letters: N memories, n embedding size, Q questions.
"""

from collections.abc import Iterable

import bm25s
import faiss
import numpy as np
from numpy.typing import NDArray
from usearch.index import Index

from benchmarks.rankers import stems
from benchmarks.scale_trial import BEST, Found, Peer

Vectors = NDArray[np.float32]
_PROBES = 16
_LINKS = 16
_SEARCHED = 64


def flat(vectors: Vectors, asking: Vectors) -> Peer:
    """Faiss, every vector."""
    return _faiss(faiss.IndexFlatIP(vectors.shape[1]), vectors, asking, 0)


def inverted(vectors: Vectors, asking: Vectors) -> Peer:
    """Faiss, an inverted file of k-means cells."""
    cells = max(1, int(4 * np.sqrt(len(vectors))))
    quantiser = faiss.IndexFlatIP(vectors.shape[1])
    index = faiss.IndexIVFFlat(quantiser, vectors.shape[1], cells, faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[:: max(1, len(vectors) // (cells * 40))])
    index.nprobe = _PROBES
    return _faiss(index, vectors, asking, 8 * len(vectors))


def graph(vectors: Vectors, asking: Vectors) -> Peer:
    """Faiss, a navigable small-world graph."""
    index = faiss.IndexHNSWFlat(vectors.shape[1], _LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efSearch = _SEARCHED
    return _faiss(index, vectors, asking, 8 * _LINKS * len(vectors))


def _faiss(index: faiss.Index, vectors: Vectors, asking: Vectors, overhead: int) -> Peer:
    index.add(vectors)

    def search(number: int) -> Found:
        return index.search(asking[number : number + 1], BEST)[1][0], 0

    return Peer(search, vectors.nbytes + overhead)


def usearch(vectors: Vectors, asking: Vectors) -> Peer:
    """Usearch's graph over one byte a dimension."""
    index = Index(ndim=vectors.shape[1], metric="ip", dtype="i8", connectivity=_LINKS)
    index.add(np.arange(len(vectors)), vectors, threads=1)

    def search(number: int) -> Found:
        return np.asarray(index.search(asking[number], BEST).keys, dtype=np.int64), 0

    return Peer(search, int(index.memory_usage))


def words(texts: Iterable[str], questions: Iterable[str]) -> Peer:
    """BM25 over stems."""
    index = bm25s.BM25()
    index.index([stems(text) for text in texts], show_progress=False)
    asked = [stems(question) for question in questions]

    def search(number: int) -> Found:
        scores = index.get_scores(asked[number])
        best = np.argpartition(-scores, min(BEST, len(scores) - 1))[:BEST]
        return best[np.argsort(-scores[best], kind="stable")].astype(np.int64), 0

    held = sum(value.nbytes for value in index.scores.values() if hasattr(value, "nbytes"))
    return Peer(search, int(held))
