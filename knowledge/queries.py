"""What drivers may say when they look for a section: written beside the manual, searched by meaning.

And what they may say that no manual answers: the same for all cars, in data/elsewhere.txt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.states import unit
from knowledge.words import DATA

NEAREST = 10
"""Sections with the nearest queries join those that the passages found."""


def elsewhere(path: Path = DATA / "elsewhere.txt") -> list[str]:
    """What no manual answers."""
    return [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]


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
        """The queries among an index's states, from ``first`` on."""
        end = first + len(sections)
        starts = states["token_rows"][first : end + 1]
        steps = np.linalg.norm(basis, axis=1)
        return cls(
            np.array(sections, dtype=np.int64),
            states["vectors"][first:end],
            unit(states["tokens"][starts[0] : starts[-1]].astype(np.float32) * steps),
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

    def matches(self, tokens: NDArray[np.float32], section: int) -> NDArray[np.float32]:
        """The best match [t] of each of a question's ``tokens`` [t, 64] in the queries of ``section``, -1 without."""
        first, end = np.searchsorted(self.sections, (section, section + 1))
        own = self.tokens[self.rows[first] : self.rows[end]]
        best: NDArray[np.float32] = (unit(tokens / self.steps) @ own.T).max(axis=1, initial=-1.0)
        return best
