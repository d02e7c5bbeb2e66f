"""What drivers may say when they look for a section: written beside the manual, searched by meaning.

And what they may say that no manual answers: the same for all cars, in data/elsewhere.txt.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.classifier import FLOOR, features, logs
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

    ``sections`` int [Q]; ``vectors`` float32 [Q, 384], unit length. ``classes`` by the first section of each pack that
    has queries: the classifier's weights float32 [s + e, 1408], one row a section of the pack, then one a heading of
    what no manual answers.
    """

    sections: NDArray[np.int64]
    vectors: NDArray[np.float32]
    classes: Mapping[int, NDArray[np.float32]]

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


def outside(classified: NDArray[np.float32], among: range) -> float:
    """The logarithm of how likely no section of ``among`` answers what was `Queries.classified`; at least FLOOR."""
    return max(float(np.logaddexp.reduce(classified[len(among) :])), FLOOR) if len(classified) else FLOOR
