"""The domain language model: a trigram of the manual's sentences and question templates, in ARPA form."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from assistant.speech.grammar import spoken

FORMAT = 3
DISCOUNT = 0.5
"""Mass kept back at each order for what was never seen (absolute discounting as in Sphinx's own tool)."""


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """An n-gram model in ARPA form over ``words``."""

    arpa: str
    words: frozenset[str]


def trigram(sentences: Iterable[str]) -> LanguageModel:
    """A back-off trigram of written ``sentences`` with absolute discounting (Ney's, as interpolated Kneser-Ney)."""
    runs = [("<s>", *said, "</s>") for said in _said(sentences)]
    counts: list[Counter[Any]] = [
        Counter((word,) for run in runs for word in run),
        Counter(pair for run in runs for pair in pairwise(run)),
        Counter(triple for run in runs for triple in zip(run, run[1:], run[2:], strict=False)),
    ]
    words = frozenset(gram[0] for gram in counts[0]) - {"<s>", "</s>"}
    return LanguageModel(_arpa(counts), words)


def _said(sentences: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The words said for each sentence that has any. A written word is looked at once, however often it comes."""
    known: dict[str, tuple[str, ...]] = {}
    for sentence in sentences:
        said: list[str] = []
        for written in sentence.split():
            if written not in known:
                known[written] = tuple(spoken(written))
            said += known[written]
        if said:
            yield tuple(said)


def _arpa(counts: Sequence[Counter[Any]]) -> str:
    probabilities: list[dict[tuple[str, ...], float]] = []
    backoffs: list[dict[tuple[str, ...], float]] = []
    # Lower orders count in how many ways a word continues, so that "Francisco" is not likely everywhere.
    kinds = [counts[0], counts[1], counts[2]]
    for order in (0, 1):
        continuing = Counter[tuple[str, ...]](gram[1:] for gram in counts[order + 1])
        kinds[order] = Counter({gram: continuing.get(gram, 0) or 1 for gram in counts[order]})
    for order in range(3):
        totals: dict[tuple[str, ...], float] = defaultdict(float)
        variety: dict[tuple[str, ...], int] = defaultdict(int)
        for gram, count in kinds[order].items():
            if gram != ("<s>",):
                totals[gram[:-1]] += count
                variety[gram[:-1]] += 1
        found: dict[tuple[str, ...], float] = {}
        for gram, count in kinds[order].items():
            if gram == ("<s>",):
                found[gram] = 1e-99
                continue
            history = gram[:-1]
            reserve = DISCOUNT * variety[history] / totals[history]
            lower = probabilities[order - 1][gram[1:]] if order else 1.0 / max(variety[()], 1)
            found[gram] = max(count - DISCOUNT, 1e-9) / totals[history] + reserve * lower
        if order:
            backoffs.append(
                {history: DISCOUNT * variety[history] / totals[history] for history in variety if totals[history]}
            )
        probabilities.append(found)
    return _written(probabilities, backoffs)


def _written(probabilities: list[dict[tuple[str, ...], float]], backoffs: list[dict[tuple[str, ...], float]]) -> str:
    lines = ["\\data\\"]
    lines.extend(f"ngram {order + 1}={len(grams)}" for order, grams in enumerate(probabilities))
    for order, grams in enumerate(probabilities):
        lines.append(f"\n\\{order + 1}-grams:")
        for gram, probability in grams.items():
            line = f"{math.log10(probability):.4f}\t{' '.join(gram)}"
            if order < 2:
                line += f"\t{math.log10(backoffs[order].get(gram, 1.0)):.4f}"
            lines.append(line)
    return "\n".join([*lines, "\n\\end\\"]) + "\n"
