"""What drivers may say when they look for a section: written beside the manual, searched by meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.states import unit

NEAREST = 10
"""Sections with the nearest queries join those that the passages found."""


@dataclass(frozen=True)
class Queries:
    """All queries of an index, those of one section side by side, sections in order.

    ``sections`` int [Q]; ``vectors`` float32 [Q, 384], unit length; ``tokens`` float32 [N, 64], unit length,
    ``rows`` [Q + 1]: where the tokens of each start; ``steps`` float32 [64]: the lengths of the basis's directions.
    """

    sections: NDArray[np.int64]
    vectors: NDArray[np.float32]
    tokens: NDArray[np.float32]
    rows: NDArray[np.int64]
    steps: NDArray[np.float32]

    @classmethod
    def of(
        cls, sections: Sequence[int], states: Mapping[str, NDArray[Any]], first: int, basis: NDArray[np.float32]
    ) -> "Queries":
        """The queries among an index's states, of which they are the last, from ``first`` on."""
        starts = states["token_rows"][first:]
        steps = np.linalg.norm(basis, axis=1)
        return cls(
            np.array(sections, dtype=np.int64),
            states["vectors"][first:],
            unit(states["tokens"][starts[0] :].astype(np.float32) * steps),
            starts - starts[0],
            steps,
        )

    def scores(
        self, vector: NDArray[np.float32], tokens: NDArray[np.float32], among: range
    ) -> dict[int, tuple[float, float]]:
        """For each section of ``among`` with queries: the best cosine of one of them, and the best late interaction.

        ``vector`` [384] and ``tokens`` [t, 64], in the basis, are a question's. Late interaction goes both ways: what
        of the question the query says, and what of the query the question says, each by the best match of every token,
        averaged.
        """
        first, end = np.searchsorted(self.sections, (among.start, among.stop))
        if first == end:
            return {}
        sections, firsts = np.unique(self.sections[first:end], return_index=True)
        cosines = np.maximum.reduceat(self.vectors[first:end] @ vector, firsts)
        if not len(tokens):
            return {int(s): (float(c), 0.0) for s, c in zip(sections, cosines, strict=True)}
        starts = self.rows[first : end + 1] - self.rows[first]
        # of short texts the basis keeps less: made unit length again, they compare better
        matches = unit(tokens / self.steps) @ self.tokens[self.rows[first] : self.rows[end]].T
        said = np.maximum.reduceat(matches, starts[:-1], axis=1).mean(axis=0)
        meant = np.add.reduceat(matches.max(axis=0), starts[:-1]) / np.maximum(np.diff(starts), 1)
        lates = np.maximum.reduceat((said + meant) / 2, firsts)
        return {int(s): (float(c), float(late)) for s, c, late in zip(sections, cosines, lates, strict=True)}
