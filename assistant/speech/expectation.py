"""What people are likely to say to this car, in Moonshine's word pieces: its sentences, manual and questions."""

import re
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from assistant.speech.language_model import LanguageModel, trigram
from assistant.speech.tokens import START, Tokens

FORMAT = 1
"""Raised whenever what is expected of the same sentences changes, so that nothing stale is taken from a cache."""

UNSEEN = -7.5
"""Base-10 logarithm of the chance of a piece that none of our sentences holds, before any back-off."""

_QUESTION = re.compile(
    r"(?:how|what|what's|where|where's|when|why|which|who|can|may|is|are|does|do|did|should|must|will|if)\b"
)
_I = re.compile(r"\bi\b")
_AMERICAN = {
    "tyre": "tire", "tyres": "tires", "litre": "liter", "litres": "liters", "metre": "meter", "metres": "meters",
    "kilometre": "kilometer", "kilometres": "kilometers", "colour": "color", "centre": "center", "grey": "gray",
}  # fmt: skip
"""Words that Moonshine hardly knows as the British write them."""


class Expectation:
    """A trigram over pieces: ``model`` as ``expected`` makes it, ``pieces`` the size of the vocabulary."""

    def __init__(self, model: LanguageModel, pieces: int) -> None:
        self._model, self._size = model, pieces
        # The first two words of a model are its beginning and end, which are pieces 1 and 2.
        self._pieces = np.array([1, 2, *map(int, model.words[2:])], np.int64)
        self._places = {piece: place for place, piece in enumerate(self._pieces.tolist())}

    def after(self, pieces: Sequence[int]) -> NDArray[np.float32]:
        """Natural logarithm of the chance of every piece (float32 [size]) after the last two of ``pieces``."""
        second = self._places.get(pieces[-1] if pieces else START)
        first = self._places.get(pieces[-2] if len(pieces) > 1 else START) if pieces else None
        found, less = self._model.after(first, second)
        chances = np.full(self._size, UNSEEN + less, np.float32)
        chances[self._pieces] = found
        chances *= np.float32(np.log(10.0))
        return chances


def expected(sentences: Iterable[str], tokens: Tokens) -> LanguageModel:
    """A trigram over the pieces of ``sentences`` as Moonshine would write them; its words are their numbers."""
    return trigram(map(written, sentences), lambda word: map(str, tokens.of_word(word)))


def written(sentence: str, *, digits: bool = True) -> str:
    """``sentence`` with a capital letter, "I", American spelling, digits from ten on and an end: "how do i inflate a
    tyre to twenty" → "How do I inflate a tire to 20?"."""
    words = [_AMERICAN.get(word, word) for word in sentence.split()]
    if not words:
        return ""
    text = _I.sub("I", " ".join(_in_digits(words) if digits else words))
    end = "" if text[-1] in ".?!" else "?" if _QUESTION.match(text.lower()) else "."
    return text[0].upper() + text[1:] + end


def _in_digits(words: list[str]) -> list[str]:
    first = _number_words()
    if first.isdisjoint(words):
        return words
    from intents.numbers import number_at

    found: list[str] = []
    at, all_words = 0, tuple(words)
    while at < len(words):
        number = number_at(all_words, at) if words[at] in first else None
        if number is None or number.value < 10:
            found.append(words[at])
            at += 1
        else:
            found.append(f"{number.value:g}")
            at = number.end
    return found


@cache
def _number_words() -> frozenset[str]:
    """Every word that a number may begin with."""
    from intents.numbers import spelled

    return frozenset(said[0] for said in spelled("en"))
