"""The question sets of the knowledge benchmark: read, validated and split."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from knowledge.answer import LiveReading
from knowledge.pack import BUILT_IN, QUERIES, load_yaml
from knowledge.words import content, load_synonyms
from knowledge.words import plainly as plainly

DATA = Path(__file__).parent / "data"
AGE_S = 5.0
_SYNONYMS = load_synonyms()


class Question(BaseModel):
    """One question; what its answer must hold and where it may stand."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str
    sections: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    safety: bool = False
    car: str = ""
    empty: bool = False

    def missing(self, text: str) -> list[str]:
        """The key facts that ``text`` lacks."""
        return [fact for fact in self.facts if not re.search(fact, text, re.I)]


class Questions(BaseModel):
    """One file of questions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answerable: tuple[Question, ...]
    unanswerable: tuple[Question, ...]
    live: tuple[Question, ...] = ()
    cars: dict[str, dict[str, tuple[Any, ...]]] = {}

    def readings(self, question: Question) -> list[LiveReading]:
        """What the car of a live question reports; a question marked empty has a car that reports nothing."""
        if question.empty:
            return []
        merged = {**self.cars["sound"], **self.cars[question.car]}
        found = []
        for path, (value, unit, *age) in merged.items():
            seconds = float("inf") if value is None else float(age[0]) if age else AGE_S
            found.append(LiveReading(path, tuple(value) if isinstance(value, list) else value, unit, seconds))
        return found


@dataclass
class Row:
    """What one system made of one question. ``ranks`` are the titles of each passage, best first."""

    question: Question
    outcome: str
    text: str
    cited: tuple[str, ...]
    ranks: tuple[tuple[str, ...], ...]
    ms: float

    @property
    def right(self) -> bool:
        """Answered with every key fact, from a gold section."""
        return self.outcome == "answer" and self.on_gold and not self.question.missing(self.text)

    @property
    def on_gold(self) -> bool:
        return any(section in self.question.sections for section in self.cited)

    @property
    def kept(self) -> bool:
        """Not lost: answered, or a gold section is one of the two that an unsure answer names."""
        return self.outcome == "answer" or (self.outcome == "unsure" and self.on_gold)

    @property
    def wrong(self) -> bool:
        """Confidently wrong: answered from elsewhere than a gold section."""
        return self.outcome == "answer" and not self.right and not self.on_gold

    def within(self, k: int) -> bool:
        """Whether a gold section is among the first ``k`` passages."""
        return any(title in self.question.sections for titles in self.ranks[:k] for title in titles)


PARTS = {
    "fitting": "knowledge_questions.yaml",
    "held-out": "knowledge_held_out.yaml",
    "another": "knowledge_another.yaml",
}
"""The questions that weights are fitted on, those kept aside, and those to the manual of another maker, ANOTHER."""
ANOTHER = DATA / "vega"


def load(part: str = "fitting") -> Questions:
    """The questions of one of PARTS."""
    return load_yaml(DATA / PARTS[part], Questions)


def fair_pack(scratch: Path, alike: float = 1.0) -> Path:
    """A copy of the demo pack in ``scratch`` without any query that says the same as a question of any part.

    The queries were written from the manual's sections, most when the questions for fitting were known, though never
    the held-out ones. What came out alike would only be recognised. ``alike`` is the share of common meaning words from
    which two say the same.
    """
    target = scratch / "aurelia"
    shutil.copytree(BUILT_IN / "aurelia", target)
    parts = [load(part) for part in PARTS]
    asked = {_gist(q.q) for part in parts for q in (*part.answerable, *part.unanswerable, *part.live)}
    queries = load_yaml(target / QUERIES, dict[str, list[str]])
    left = {
        title: [q for q in texts if not _said(_gist(q), asked, alike)] or [title] for title, texts in queries.items()
    }
    (target / QUERIES).write_text(yaml.safe_dump(left), encoding="utf-8")
    return target


def _said(query: frozenset[str], asked: set[frozenset[str]], alike: float) -> bool:
    return query in asked or any(len(query & words) >= alike * len(query | words) for words in asked if query & words)


def _gist(text: str) -> frozenset[str]:
    """The meaning words of ``text``, each as the first of its synonyms."""
    return frozenset(content(_SYNONYMS.canonical(plainly(text).lower())))
