"""How drivers say what manuals say: the first pack of a language with queries teaches it for those without."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from knowledge.shelf import Shelf

SURE = 0.3
"""How likely a section of the pack with queries must be for its title to join the question; .15 is as good."""


class Phrasebook:
    """Words a question as a manual would, for packs without queries.

    What the question would be about in a pack with queries is known better than what it is about in its own: the title
    of that section stands beside the question. Only the title: what another car's manual says is never looked at.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._language = {name: found.manifest.language for name, found in shelf.packs.items()}
        self._taught = {self._language[name]: among for name, among in reversed(list(shelf.queried.items()))}

    def worded(self, vector: NDArray[np.float32], words: Collection[str], pack: str) -> NDArray[np.float32]:
        """The ``vector`` [384] of a question with the meaning ``words`` to ``pack``, drawn to the titles of what it
        would be about in the pack that teaches; each weighs as much as it is likely, the question itself 1.
        """
        among = self._taught.get(self._language[pack])
        if among is None or pack in self._shelf.queried:
            return vector
        likely = np.exp(self._shelf.queries.classified(vector, words, among)[: len(among)])
        likely[likely < SURE] = 0.0
        drawn = vector + likely @ self._shelf.titles[among.start : among.stop]
        found: NDArray[np.float32] = drawn / (1 + likely.sum())
        return found
