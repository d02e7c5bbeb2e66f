"""Makes minilm-int8/read-<hash>.npz, what the model makes of the queries that come with cabin and of what no manual
answers: python -m knowledge.models.read_ahead.

A first index then reads the manuals only. What is not in the file, or has changed since, is read when an index is
built; a test tells when there is much of that.
"""

import tempfile
from pathlib import Path

import numpy as np

from knowledge import pack, states
from knowledge.embedding import BUILT_IN, Embedder
from knowledge.queries import elsewhere
from knowledge.states import Piece

STEPS = 31
"""A vector's numbers are kept in so many steps up to its largest: the cosine to it is .9996, and to the model before it
was made int8 only .994."""


def texts() -> list[str]:
    """All that is read ahead, each once."""
    queries = [q for folder in pack.installed() for each in pack.read(folder).queries.values() for q in each]
    return list(dict.fromkeys((*queries, *(text for each in elsewhere().values() for text in each))))


def main() -> None:
    pieces = [Piece(text) for text in texts()]
    with tempfile.TemporaryDirectory() as parts:
        found = states.read(pieces, Embedder(BUILT_IN), Path(parts), {}, lambda done, total: None)
    arrays = states.arrays([piece.key for piece in pieces], found)
    largest = np.abs(arrays["vectors"]).max(axis=1, keepdims=True)
    arrays["vectors"] = np.round(arrays["vectors"] / largest * STEPS).astype(np.int8)
    for stale in BUILT_IN.glob("read-*.npz"):
        stale.unlink()
    np.savez_compressed(states.ahead(BUILT_IN), allow_pickle=False, **arrays)


if __name__ == "__main__":
    main()
