"""What a car reports, and what is said of it: findings by urgency, and the live answer made of them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the car reports. ``rank``: 0 stop now, 1 soon, 2 at leisure, 3 nothing wrong."""

    rank: int
    text: str
    section: str = ""
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A live answer: its text, the titles of the sections that explain it, the readings it used."""

    text: str
    sections: tuple[str, ...]
    signals: tuple[str, ...]
    known: bool = True


def once(findings: Sequence[Finding]) -> list[Finding]:
    """The worst finding of each section: a reading, a lamp and a code may tell of the same thing."""
    seen: set[str] = set()
    return [f for f in findings if not f.section or not (f.section in seen or seen.add(f.section))]  # type: ignore[func-returns-value]


def listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
