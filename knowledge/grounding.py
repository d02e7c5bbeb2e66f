"""Whether a section of a manual bears out a sentence that somebody else wrote: its words, numbers and conditions."""

import re
from collections.abc import Iterator, Sequence

from knowledge.manual import sentences
from knowledge.words import DATA, Contrasts, Synonyms, content, tokens

_LIMITS = frozenset((DATA / "limits.txt").read_text("utf-8").split())
"""Small words that turn or bound a statement: a sentence has to keep exactly those of the manual's."""
_FIGURE = re.compile(r"(-?\d[\d.,]*)\s?(%|°[CF]|[a-z]+(?:/h)?)?", re.I)
LONGEST_WINDOW = 2
"""Sentences of the manual that one sentence may join."""


class Grounding:
    """Strict on purpose: a true sentence that is rejected costs nothing, for the manual's own is said instead."""

    def __init__(self, synonyms: Synonyms, contrasts: Contrasts) -> None:
        self._synonyms = synonyms
        self._contrasts = contrasts

    def bears_out(self, manual: str, text: str) -> bool:
        """Whether every sentence of ``text`` stands in ``manual``: the same meaning words in the same order, the
        same figures with their units, none added; the same limiting words, the same sides of every contrast.
        """
        windows = list(_windows(sentences(manual)))
        claims = sentences(text)
        return bool(claims) and all(any(self._supports(window, claim) for window in windows) for claim in claims)

    def _supports(self, window: str, claim: str) -> bool:
        if not _figures(claim) <= _figures(window) or _limits(claim) != _limits(window):
            return False
        if self._contrasts.named(claim) != self._contrasts.named(window):
            return False
        wanted = content(self._synonyms.canonical(claim))
        return bool(wanted) and _in_order(wanted, content(self._synonyms.canonical(window)))


def _windows(told: Sequence[str]) -> Iterator[str]:
    for size in range(1, LONGEST_WINDOW + 1):
        for start in range(len(told) - size + 1):
            yield " ".join(told[start : start + size])


def _figures(text: str) -> frozenset[tuple[str, str]]:
    return frozenset((number.rstrip(".,"), unit.lower()) for number, unit in _FIGURE.findall(text))


def _limits(text: str) -> frozenset[str]:
    return frozenset(tokens(text)) & _LIMITS


def _in_order(wanted: Sequence[str], given: Sequence[str]) -> bool:
    rest = iter(given)
    return all(word in rest for word in wanted)
