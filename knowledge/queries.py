"""What drivers may say when they look for a section: written beside the manual, searched by meaning.

And what they may say that no manual answers: the same for all cars, in data/elsewhere.txt.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.classifier import FLOOR, features, logs
from knowledge.states import unit
from knowledge.words import DATA

NEAREST = 10
"""Sections with the nearest queries join those that the passages found."""


def elsewhere(path: Path = DATA / "elsewhere.txt") -> dict[str, list[str]]:
    """What no manual answers, by heading."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line:
            found.setdefault(heading, []).append(line)
    return found


@dataclass(frozen=True)
class Queries:
    """All queries of an index, those of one section side by side, sections in order.

    ``sections`` int [Q]; ``vectors`` float32 [Q, 384], unit length; ``tokens`` float32 [N, 64], unit length,
    ``rows`` [Q + 1]: where the tokens of each start; ``steps`` float32 [64]: the lengths of the basis's directions.
    ``classes`` by the first section of each pack that has queries: the classifier's weights float32 [s + e, 1408], one
    row a section of the pack, then one a heading of what no manual answers.
    """

    sections: NDArray[np.int64]
    vectors: NDArray[np.float32]
    tokens: NDArray[np.float32]
    rows: NDArray[np.int64]
    steps: NDArray[np.float32]
    classes: Mapping[int, NDArray[np.float32]]

    @classmethod
    def of(
        cls,
        sections: Sequence[int],
        states: Mapping[str, NDArray[Any]],
        first: int,
        basis: NDArray[np.float32],
        classes: Mapping[int, NDArray[np.float32]],
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
            classes,
        )

    def classified(self, vector: NDArray[np.float32], words: Collection[str], among: range) -> NDArray[np.float32]:
        """The logarithms of how likely the classifier thinks each section of ``among`` and each heading of what no
        manual answers, [s + e]; empty without queries. ``vector`` [384] and the meaning ``words`` are a question's.
        """
        if not among or among.start not in self.classes:
            return np.zeros(0, np.float32)
        found: NDArray[np.float32] = logs(features(vector[None], [words]), self.classes[among.start])[0]
        return found

    def scores(
        self, vector: NDArray[np.float32], classified: NDArray[np.float32], among: range
    ) -> dict[int, tuple[float, float]]:
        """For each section of ``among`` with queries: the best cosine of one of them with a question's ``vector``, and
        what it is ``classified`` as, at least FLOOR.
        """
        first, end = np.searchsorted(self.sections, (among.start, among.stop))
        if first == end:
            return {}
        sections, firsts = np.unique(self.sections[first:end], return_index=True)
        cosines = np.maximum.reduceat(self.vectors[first:end] @ vector, firsts)
        likely = np.maximum(classified[sections - among.start], FLOOR)
        return dict(zip(sections.tolist(), zip(cosines.tolist(), likely.tolist(), strict=True), strict=True))

    def late(self, tokens: NDArray[np.float32], section: int) -> float:
        """The best late interaction of a question's ``tokens`` [t, 64], in the basis, with a query of ``section``; 0
        without. It goes both ways: what of the question the query says, and what of the query the question says, each
        by the best match of every token, averaged.
        """
        first, end = np.searchsorted(self.sections, (section, section + 1))
        if first == end or not len(tokens):
            return 0.0
        starts = self.rows[first : end + 1] - self.rows[first]
        matches = self._matched(tokens, section)
        said = np.maximum.reduceat(matches, starts[:-1], axis=1).mean(axis=0)
        meant = np.add.reduceat(matches.max(axis=0), starts[:-1]) / np.maximum(np.diff(starts), 1)
        return float(((said + meant) / 2).max())

    def matches(self, tokens: NDArray[np.float32], section: int) -> NDArray[np.float32]:
        """The best match [t] of each of a question's ``tokens`` [t, 64] in the queries of ``section``, -1 without."""
        best: NDArray[np.float32] = self._matched(tokens, section).max(axis=1, initial=-1.0)
        return best

    def _matched(self, tokens: NDArray[np.float32], section: int) -> NDArray[np.float32]:
        """How well ``tokens`` [t, 64] match each token of the queries of ``section``, [t, n]."""
        first, end = np.searchsorted(self.sections, (section, section + 1))
        # of short texts the basis keeps less: made unit length again, they compare better
        found: NDArray[np.float32] = unit(tokens / self.steps) @ self.tokens[self.rows[first] : self.rows[end]].T
        return found


def outside(classified: NDArray[np.float32], among: range) -> float:
    """The logarithm of how likely no section of ``among`` answers what was `Queries.classified`; at least FLOOR."""
    return max(float(np.logaddexp.reduce(classified[len(among) :])), FLOOR) if len(classified) else FLOOR
