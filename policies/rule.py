"""Rules and cautions: what one entry of rules.yaml says, and what it covers."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_validator,
)

from policies.catalogue import Catalogue, Signal, Toward
from policies.command import Means, Modality, Value, Zone
from policies.motion import Motion
from policies.source import DataError

Who = Literal["driver", "passenger", "rear_left", "rear_right", "outside", "unknown", "own", "inside"]
"""A zone; ``own``: the seat that the signal belongs to; ``inside``: the four seats."""

INSIDE = frozenset({Zone.DRIVER, Zone.PASSENGER, Zone.REAR_LEFT, Zone.REAR_RIGHT})
MOTIONS = tuple(Motion)  # from the safest to the least safe
EVIDENCE = (
    Modality.NONE,
    Modality.VOICE,
    Modality.TOUCH,
    Modality.BIOMETRIC,
)  # from the weakest to the strongest
STRENGTH = {modality: rank for rank, modality in enumerate(EVIDENCE)}
NEVER = len(EVIDENCE)  # more evidence than there is


Change = tuple[Value, Toward]
"""A value to go to, and the direction in which it lies."""


class RuleError(DataError):
    """rules.yaml is wrong. The message names file, line and rule."""


class Class(StrEnum):
    """How much harm a change can do, and with it the weakest evidence that lets it happen."""

    COMFORT = "comfort"  # done at once
    ATTENTION = "attention"  # asks back; a spoken yes will do
    CRITICAL = "critical"  # touch or biometric, never a voice alone
    FORBIDDEN = "forbidden"  # no assistant


_EVIDENCE = {
    Class.COMFORT: 0,
    Class.ATTENTION: STRENGTH[Modality.VOICE],
    Class.CRITICAL: STRENGTH[Modality.TOUCH],
    Class.FORBIDDEN: NEVER,
}


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _motions(value: object) -> object:
    return list(MOTIONS) if value == "any" else _several(value)


Id = Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$")]
Words = Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1)]
Motions = Annotated[frozenset[Motion], BeforeValidator(_motions), Field(min_length=1)]
Plain = StrictBool | StrictInt | StrictFloat | StrictStr


class Strict(BaseModel):
    """Data of which nothing may be misspelt."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Span(Strict):
    """The numbers above one bound and up to another; either may be open."""

    above: float | None = None
    at_most: float | None = None

    def covers(self, value: object) -> bool:
        """False for what is no number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return (self.above is None or value > self.above) and (self.at_most is None or value <= self.at_most)


class Scope(Strict):
    """What rules and cautions share: the changes that they are about."""

    id: Id
    signals: Words
    to: Annotated[tuple[Plain, ...], Field(min_length=1)] | Span | None = None
    toward: Toward | None = None
    cls: Annotated[Class, Field(alias="class")]
    motion: Motions
    because: str = ""

    def covers(self, value: Value, toward: Toward) -> bool:
        """Is a change to ``value`` in the direction ``toward`` one of these."""
        if self.toward is not None and self.toward != toward:
            return False
        if self.to is None:
            return True
        return self.to.covers(value) if isinstance(self.to, Span) else _among(value, self.to)


def _among(value: Value, values: tuple[Plain, ...]) -> bool:
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in values)


class Rule(Scope):
    """Who may change a signal so, when, and with what evidence. For each change exactly one rule applies.

    ``confirm`` is the weakest evidence that will do, the class's own when left out. ``eases`` says in words
    why more speed may allow more here; without it that is an error. ``because`` is a sentence for the driver.
    """

    who: Annotated[tuple[Who, ...], BeforeValidator(_several), Field(min_length=1)]
    by: Annotated[frozenset[Means], Field(min_length=1)] = frozenset(Means) - {Means.SUPPORT}
    confirm: Modality | None = None
    eases: str | None = None

    @property
    def evidence(self) -> int:
        """Index into EVIDENCE of what is needed; NEVER when nothing will do."""
        if self.confirm is None or self.cls is Class.FORBIDDEN:
            return _EVIDENCE[self.cls]
        return STRENGTH[self.confirm]

    def admits(self, zone: Zone, signal: Signal) -> bool:
        """May somebody in ``zone`` ask."""
        who: tuple[str, ...] = self.who
        return zone in who or ("inside" in who and zone in INSIDE) or ("own" in who and zone is signal.zone)


class Condition(Strict):
    """What must be so in the car. A reading that is missing or older than ``oldest`` (s) counts as so."""

    signal: str
    equals: Plain | None = Field(default=None, alias="is")
    above: float | None = None
    at_most: float | None = None
    oldest: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.equals, self.above, self.at_most].count(None) != 2:
            raise ValueError("give one of: is, above, at_most")
        return self

    def holds(self, value: object) -> bool:
        """``value`` is None when unknown."""
        if value is None:
            return True
        if self.equals is not None:
            return value == self.equals
        return Span(above=self.above, at_most=self.at_most).covers(value)


class Caution(Scope):
    """Something that makes a change more serious than its rule says, while all of ``when`` holds.

    It only ever adds: the strictest of the rule and its cautions decides.
    """

    when: Annotated[tuple[Condition, ...], Field(min_length=1)]
    zones: Annotated[frozenset[Zone], Field(min_length=1)] = frozenset(Zone)

    @property
    def evidence(self) -> int:
        """Index into EVIDENCE of what is needed; NEVER when nothing will do."""
        return _EVIDENCE[self.cls]


class Rate(Strict):
    """How often an actuator may leave its safe value: at most ``moves`` times in ``within`` seconds."""

    id: Id
    signals: Words
    moves: Annotated[int, Field(ge=1)]
    within: Annotated[float, Field(gt=0)]


@dataclass(frozen=True, slots=True)
class Entry:
    """All that is said about one signal."""

    signal: Signal
    rules: tuple[Rule, ...] = ()
    cautions: tuple[Caution, ...] = ()
    rates: tuple[Rate, ...] = ()

    def changes(self) -> Iterator[Change]:
        """One change for each region of values and direction that any rule can tell apart."""
        for value in self._values():
            towards = self.signal.toward(None, value)
            yield from ((value, toward) for toward in towards)

    def _values(self) -> list[Value]:
        signal = self.signal
        if signal.type == "boolean":
            return [True, False]
        scopes: tuple[Scope, ...] = (*self.rules, *self.cautions)
        if signal.type == "string":
            named = {one for scope in scopes if isinstance(scope.to, tuple) for one in scope.to}
            return sorted(signal.allowed) or [*sorted(map(str, named)), signal.example or ""]
        whole = "int" in signal.type
        low, high = signal.minimum, signal.maximum
        marks: set[float] = {mark for mark in (low, high) if mark is not None}
        if isinstance(signal.safe, int | float):
            marks.add(signal.safe)
        for scope in scopes:
            bounds = (scope.to.above, scope.to.at_most) if isinstance(scope.to, Span) else (scope.to or ())
            for bound in bounds:
                if isinstance(bound, int | float):
                    marks |= {bound, bound + (1 if whole else 0.5)}
        kept = sorted(mark for mark in marks if (low is None or low <= mark) and (high is None or mark <= high))
        return [int(mark) if whole else float(mark) for mark in kept or [0]]


def named(pattern: str, catalogue: Catalogue) -> list[Signal]:
    """The actuators that ``pattern`` names; ``*`` is one step of a path. Raises ValueError for none."""
    if "*" not in pattern:
        signal = catalogue.get(pattern)
        if signal is None:
            raise ValueError(f"{pattern} is neither in VSS 6.0 nor in overlay.vspec (signals.yaml lists both)")
        if signal.kind != "actuator":
            raise ValueError(f"{pattern} can only be read: its kind is {signal.kind}")
        return [signal]
    steps = pattern.split(".")
    found = [signal for signal in catalogue.values() if signal.kind == "actuator" and _fits(signal.path, steps)]
    if not found:
        raise ValueError(f"no signal that can be set is called {pattern}")
    return found


def _fits(path: str, pattern: list[str]) -> bool:
    steps = path.split(".")
    return len(steps) == len(pattern) and all(
        wanted in ("*", step) for step, wanted in zip(steps, pattern, strict=True)
    )
