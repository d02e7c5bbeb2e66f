"""What the manual's authors should write next: questions without a good answer, alike ones together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.embedding import Embedder
from knowledge.support.questions import Asked, Questions

ALIKE = 0.72
"""Cosine from which two questions ask the same. Checked on paraphrases of our own in tests/support."""

SHOWN = 5
"""Wordings of a gap that are shown."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that ask the same. ``asked`` counts all of them, ``unhelpful`` the thumbs down."""

    question: str
    pack: str
    asked: int
    unhelpful: int
    wordings: tuple[str, ...]
    outcomes: dict[str, int]
    nearest_section: str
    right_sections: tuple[str, ...]
    last_asked: float


def find(questions: Questions, embedder: Embedder, pack: str | None = None, limit: int = 50) -> list[Gap]:
    """Gaps, most asked first, at most ``limit``."""
    asked = questions.unanswered(pack)
    vectors = _vectors(asked, questions, embedder)
    groups: list[list[int]] = []
    middles: list[np.ndarray[tuple[int], np.dtype[np.float32]]] = []
    names: list[str] = []
    for number, each in enumerate(asked):
        near = [
            float(vectors[number] @ m / np.linalg.norm(m)) if n == each.pack else -1.0
            for m, n in zip(middles, names, strict=True)
        ]
        best = int(np.argmax(near)) if near else -1
        if best >= 0 and near[best] >= ALIKE:
            groups[best].append(number)
            middles[best] = middles[best] + vectors[number]
        else:
            groups.append([number])
            middles.append(vectors[number])
            names.append(each.pack)
    found = [_gap([asked[number] for number in group]) for group in groups]
    return sorted(found, key=lambda gap: (-gap.asked, -gap.unhelpful, -gap.last_asked))[:limit]


def _vectors(
    asked: Sequence[Asked], questions: Questions, embedder: Embedder
) -> list[np.ndarray[tuple[int], np.dtype[np.float32]]]:
    """One unit vector each; the same wording is read once."""
    known = {each.text: each.vector for each in asked if each.vector is not None}
    fresh = list(dict.fromkeys(each.text for each in asked if each.text not in known))
    known.update(zip(fresh, embedder.embed(fresh), strict=True) if fresh else ())
    for each in asked:
        if each.vector is None:
            questions.keep_vector(each.id, known[each.text])
    return [known[each.text] for each in asked]


def _gap(alike: Sequence[Asked]) -> Gap:
    wordings = Counter(each.text for each in alike)
    sections = Counter(each.section for each in alike if each.section)
    right = Counter(section for each in alike for section in each.right_sections)
    return Gap(
        question=wordings.most_common(1)[0][0],
        pack=alike[0].pack,
        asked=len(alike),
        unhelpful=sum(each.unhelpful for each in alike),
        wordings=tuple(text for text, _ in wordings.most_common(SHOWN)),
        outcomes=dict(Counter(each.outcome for each in alike)),
        nearest_section=sections.most_common(1)[0][0] if sections else "",
        right_sections=tuple(text for text, _ in right.most_common(SHOWN)),
        last_asked=max(each.at for each in alike),
    )
