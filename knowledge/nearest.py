"""The passages nearest to a question: where they are few all are compared, else ChromaDB finds them."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge.shelf import Shelf

if TYPE_CHECKING:
    from langchain_core.vectorstores import VectorStore

FEW = 20_000
"""Passages that are compared one by one: in about 3 ms, while opening ChromaDB takes half a second and 100 MB."""

Nearest = Callable[[NDArray[np.float32], str, int], list[int]]
"""(vector of a question, pack, how many) -> rows of passages of that pack, the nearest first."""


def compared(shelf: Shelf) -> Nearest:
    """Compares every passage of a pack."""
    owners = np.array([shelf.owner[section] for section, _ in shelf.passages])
    rows = {name: np.flatnonzero(owners == name) for name in shelf.packs}
    vectors = {name: shelf.vectors[rows[name]] if len(rows) > 1 else shelf.vectors for name in rows}

    def nearest(vector: NDArray[np.float32], pack: str, count: int) -> list[int]:
        order = np.argsort(-(vectors[pack] @ vector), kind="stable")[:count]
        found: list[int] = rows[pack][order].tolist()
        return found

    return nearest


def stored(shelf: Shelf, store: "VectorStore") -> Nearest:
    """Asks a vector store that holds the passages with their rows and packs."""
    return partial(_stored, store, many=len(shelf.packs) > 1)


def _stored(store: Any, vector: NDArray[np.float32], pack: str, count: int, *, many: bool) -> list[int]:
    only = {"pack": pack} if many else None
    found = store.similarity_search_by_vector(vector.tolist(), k=count, filter=only)
    return [int(document.metadata["row"]) for document in found]
