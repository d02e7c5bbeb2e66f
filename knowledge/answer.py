"""What the knowledge base takes and gives: readings in, an answer with its sources out."""

from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["answer", "unsure", "refused"]


@dataclass(frozen=True, slots=True)
class LiveReading:
    """One live value, by VSS path. ``age_s`` is infinite when the value is missing."""

    name: str
    value: bool | int | float | str | tuple[str, ...] | None
    unit: str | None
    age_s: float


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer stands: the manual's title, the section's heading, the page (None where there are no
    pages).
    """

    title: str
    section: str
    page: int | None
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Passage:
    """One retrieved passage, with its section's heading path and its score."""

    section: str
    score: float
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Sentences with their sources, or an honest refusal.

    ``text`` is written, not yet made sayable. ``reason`` says why an answer is unsure or refused. ``live``
    holds the readings that the answer used, by VSS path. ``steps``, when there are any, are the same text in
    parts to be read one at a time ("next step").
    """

    question: str
    text: str
    outcome: Outcome
    reason: str = ""
    sources: tuple[Source, ...] = ()
    passages: tuple[Passage, ...] = ()
    live: dict[str, object] = field(default_factory=dict)
    timings_ms: dict[str, float] = field(default_factory=dict)
    steps: tuple[str, ...] = ()
