"""The question sets of the knowledge benchmark: read, validated and split."""

import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from knowledge.answer import LiveReading
from knowledge.pack import load_yaml
from knowledge.words import plainly as plainly

DATA = Path(__file__).parent / "data"
AGE_S = 5.0


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


PARTS = {
    "fitting": "knowledge_questions.yaml",
    "held-out": "knowledge_held_out.yaml",
    "aside": "knowledge_aside.yaml",
}
"""The questions that weights are fitted on, and two parts kept aside, written before the first and second fitting."""


def load(part: str = "fitting") -> Questions:
    """The questions of one of PARTS."""
    return load_yaml(DATA / PARTS[part], Questions)
