"""What was meant: the one value that the router hands on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["command", "status", "question", "dialogue", "none"]
Path = Literal["template", "meaning", "model", "none"]
SlotValue = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Ask:
    """One signal and how its value is to change.

    ``how`` is "set" (``value`` is absolute, in ``unit``), "by" (add ``value``, in ``unit``), "scale" (multiply by
    ``value``), "toggle", "least" or "most" (the end of its range).
    ``unit`` is as spoken ("celsius", "fahrenheit", "percent", "level", "km/h", "mph", ...) or None for the
    catalogue's own unit.
    """

    signal: str
    how: Literal["set", "by", "scale", "toggle", "least", "most"]
    value: SlotValue | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing meant by an utterance.

    ``asks`` is filled for commands, ``reads`` (signals to be told) for status questions. ``question`` holds the text
    for the manual. ``missing`` names the slot that is open when the request is incomplete ("open the window": how
    far?), with ``choices`` to offer. ``score`` runs from 0 to 1; a template match is 1.
    """

    name: str
    kind: Kind
    text: str
    asks: tuple[Ask, ...] = ()
    reads: tuple[str, ...] = ()
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    missing: str | None = None
    choices: tuple[str, ...] = ()
    path: Path = "none"
    score: float = 0.0
