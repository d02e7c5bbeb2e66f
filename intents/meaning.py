"""Nearest labelled examples: what a sentence that no template fits is closest to in meaning."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from intents.errors import SentenceError, read_yaml
from intents.reading import Mood, Reading

if TYPE_CHECKING:  # the templates alone need no numpy, and start is measured
    import numpy as np
    from numpy.typing import NDArray

HERE = Path(__file__).parent / "examples"


class Embedder(Protocol):
    """Texts to unit vectors."""

    def embed(self, texts: list[str]) -> "NDArray[np.float32]":
        """float32 [n, d], each row of length 1."""
        ...


@dataclass(frozen=True, slots=True)
class Nearest:
    """The label of the nearest examples, their likeness (cosine, 0 to 1) and its lead on the next other label."""

    label: str
    score: float
    margin: float


def examples(language: str, folder: Path | None = None) -> dict[str, list[str]]:
    """Label → sentences, of the files in ``folder``/language. Raises SentenceError naming the file."""
    found: dict[str, list[str]] = {}
    for file in sorted(((folder or HERE) / language).glob("*.yaml")):
        for label, texts in read_yaml(file).items():
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                raise SentenceError(f"{file}: {label}: a list of sentences is expected")
            found.setdefault(label, []).extend(texts)
    return found


class Meaning:
    """Examples of a language as vectors; made on first use, for it costs about a second."""

    def __init__(self, examples: dict[str, list[str]], embedder: Embedder) -> None:
        self.labels = [label for label, texts in examples.items() for _ in texts]
        self._texts = [text for texts in examples.values() for text in texts]
        self._embedder = embedder
        self._vectors: NDArray[np.float32] | None = None
        self._last: tuple[str, NDArray[np.float32]] | None = None

    @staticmethod
    def load(language: str, embedder: Embedder, folder: Path | None = None) -> "Meaning":
        """The examples in ``folder``/language. Raises SentenceError naming the file."""
        return Meaning(examples(language, folder), embedder)

    def reading(self, text: str) -> Reading | None:
        """The nearest example's label as a reading without a value; None without examples."""
        found = self.nearest(text)
        if found is None:
            return None
        thing, _, act = found.label.partition(" ")
        if not act:
            mood: Mood = "question" if thing == "question" else "none"
            return Reading(text, mood=mood, path="meaning", score=found.score)
        mood = "status" if act == "read" else "command"
        return Reading(text, mood=mood, thing=thing, act=act, path="meaning", score=found.score)

    def nearest(self, text: str) -> Nearest | None:
        """What ``text`` is closest to; None without examples."""
        if not self._texts:
            return None
        if self._vectors is None:
            self._vectors = self._embedder.embed(self._texts)
        if self._last is None or text != self._last[0]:
            self._last = (text, self._embedder.embed([text])[0])
        likeness = self._vectors @ self._last[1]
        best: dict[str, float] = {}
        for label, value in zip(self.labels, likeness.tolist(), strict=True):
            best[label] = max(value, best.get(label, -1.0))
        ranked = sorted(best.items(), key=lambda item: -item[1])
        lead = ranked[0][1] - (ranked[1][1] if len(ranked) > 1 else 0.0)
        return Nearest(ranked[0][0], ranked[0][1], lead)
