"""What a question about the car as it is now is about: tyres, range, service, faults, lamps, or driving on."""

import re
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge.pack import load_yaml
from knowledge.words import DATA

Topic = Literal["tyres", "range", "service", "faults", "lights", "safe"]
TOPICS: tuple[Topic, ...] = ("safe", "tyres", "range", "service", "faults", "lights")
"""In the order in which they are tried."""


class Pattern(BaseModel):
    """When a question is about one topic."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    asks: tuple[str, ...]
    unless: tuple[str, ...] = ()

    def fits(self, question: str) -> bool:
        return any(_compiled(p).search(question) for p in self.asks) and not any(
            _compiled(p).search(question) for p in self.unless
        )


class Patterns(BaseModel):
    """`data/live.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stale_after_s: float
    reserve_percent: float
    tyres: Pattern
    range: Pattern
    service: Pattern
    faults: Pattern
    lights: Pattern
    safe: Pattern


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


def load_patterns(path: Path = DATA / "live.yaml") -> Patterns:
    """Raises PackError naming line and key."""
    return load_yaml(path, Patterns)


def topic_of(question: str, patterns: Patterns) -> Topic | None:
    """Which live topic ``question`` is about; None when it is about the manual."""
    return next((topic for topic in TOPICS if getattr(patterns, topic).fits(question)), None)
