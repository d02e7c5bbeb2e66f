"""The whole input space of the gate, one row for each thing that could be asked, and what is decided."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any

from policies.catalogue import Signal, Toward
from policies.command import Command, Means, Modality, Origin, Value, Zone
from policies.decision import Allow, Confirm, Decision
from policies.gate import Gate
from policies.motion import CREEP, FAST, FASTEST, GEAR_AGE, PARK_LOCK, PARKING_BRAKE, SPEED, SPEED_AGE, Motion
from policies.rule import Class, Condition, Entry
from policies.rules import RuleTable
from policies.state import Reading, VehicleState

NOW = 1000.0  # s, the moment of every row

_SPEEDS = {
    Motion.PARKED: 0.0,
    Motion.STANDING: 0.0,
    Motion.CREEPING: CREEP,
    Motion.MOVING: FAST,
    Motion.FAST: FASTEST,
}


class World(StrEnum):
    """What the conditions of a command's cautions are like."""

    CALM = "calm"  # none of them holds
    ROUGH = "rough"  # all of them hold
    SILENT = "silent"  # nobody knows


class Sight(StrEnum):
    """How well the gate sees the car move. All but fresh make the motion unknown."""

    FRESH = "fresh"
    STALE = "stale"
    MISSING = "missing"
    ABSURD = "absurd"  # out of range


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that could be asked of the gate. ``moves`` is how the car really moves, whatever is seen of it."""

    command: Command
    toward: Toward
    world: World
    moves: Motion
    sight: Sight
    origin: Origin
    confirmed: Modality
    state: VehicleState

    @property
    def motion(self) -> Motion:
        """The motion that the gate can know of."""
        return self.moves if self.sight is Sight.FRESH else Motion.UNKNOWN

    def decide(self, gate: Gate) -> Decision:
        """What ``gate`` decides."""
        return gate.decide((self.command,), self.origin, self.state, NOW, self.confirmed)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the matrix."""

    case: Case
    cls: Class | None
    decision: Decision

    def as_json(self) -> dict[str, Any]:
        """The row in plain words, for programs and tables."""
        case = self.case
        return {
            "command": f"{case.command.signal} = {_plain(case.command.value)}",
            "signal": case.command.signal,
            "value": case.command.value,
            "toward": case.toward,
            "world": str(case.world),
            "class": None if self.cls is None else str(self.cls),
            "origin": str(case.origin.means),
            "zone": str(case.origin.zone),
            "motion": str(case.motion),
            "confirmation": str(case.confirmed),
            "decision": outcome(self.decision),
            "by": [str(one) for one in self.decision.by] if isinstance(self.decision, Confirm) else [],
            "rules": list(self.decision.rules),
            "says": self.decision.says,
        }


def outcome(decision: Decision) -> str:
    """``allow``, ``confirm`` or ``refuse``."""
    if isinstance(decision, Allow):
        return "allow"
    return "confirm" if isinstance(decision, Confirm) else "refuse"


def rows(gate: Gate, cases_: Iterable[Case] | None = None) -> Iterator[Row]:
    """Every row of ``gate``'s own table, or the decisions on ``cases_``. By signal, then value, then motion."""
    for case in cases(gate.rules) if cases_ is None else cases_:
        entry = gate.rules.get(case.command.signal)
        yield Row(case, None if entry is None else class_of(entry, case), case.decide(gate))


def class_of(entry: Entry, case: Case) -> Class | None:
    """The class that the rules give to ``case``, before any caution; None where no rule speaks about it."""
    rules = [rule for rule in entry.rules if rule.covers(case.command.value, case.toward)]
    here = [rule.cls for rule in rules if case.motion in rule.motion]
    return next(iter(here or [rule.cls for rule in rules]), None)


def cases(
    rules: RuleTable,
    sights: Iterable[Sight] = (Sight.FRESH, Sight.MISSING),
    signals: Iterable[str] | None = None,
) -> Iterator[Case]:
    """Every change that a rule can tell apart, in every world, motion, origin, zone and with every evidence.

    A bad sight is tried where it tempts most, on a parked car. ``signals`` narrows the enumeration.
    """
    sights = tuple(sights)
    origins = [Origin(means, zone) for means, zone in product(Means, Zone)]
    for path in rules if signals is None else signals:
        entry = rules[path]
        for (value, toward), world in product(entry.changes(), _worlds(entry)):
            for moves, sight in _seen(sights):
                state = _state(entry, value, toward, world, moves, sight)
                for origin, confirmed in product(origins, Modality):
                    yield Case(Command(path, value), toward, world, moves, sight, origin, confirmed, state)


def moving(moves: Motion, sight: Sight = Sight.FRESH) -> dict[str, Reading]:
    """The readings of a car that moves like that, as well seen as that, at NOW."""
    if sight is Sight.MISSING or moves is Motion.UNKNOWN:
        return {}
    at = NOW - SPEED_AGE - 0.001 if sight is Sight.STALE else NOW
    speed = -1.0 if sight is Sight.ABSURD else _SPEEDS[moves]
    still = moves is Motion.PARKED
    gear_at = at if sight is Sight.FRESH else at - GEAR_AGE
    return {
        SPEED: Reading(speed, at),
        PARK_LOCK: Reading(still, gear_at),
        PARKING_BRAKE: Reading(still, gear_at),
    }


def _seen(sights: tuple[Sight, ...]) -> Iterator[tuple[Motion, Sight]]:
    for sight in sights:
        if sight is Sight.FRESH:
            yield from ((moves, sight) for moves in _SPEEDS)
        else:
            yield Motion.PARKED, sight


def _worlds(entry: Entry) -> tuple[World, ...]:
    return tuple(World) if entry.cautions else (World.CALM,)


def _state(entry: Entry, value: Value, toward: Toward, world: World, moves: Motion, sight: Sight) -> VehicleState:
    readings = moving(moves, sight)
    before = _before(entry.signal, value, toward)
    if before is not None:
        readings[entry.signal.path] = Reading(before, NOW)
    if world is not World.SILENT:
        for caution in entry.cautions:
            for condition in caution.when:
                readings[condition.signal] = Reading(_reading(condition, world is World.ROUGH), NOW)
    return VehicleState(readings)


def _before(signal: Signal, value: Value, toward: Toward) -> Value | None:
    """A value from which going to ``value`` is a change in that direction; None where any will do."""
    safe = signal.safe
    if isinstance(safe, bool | str) or safe is None or isinstance(value, str):
        return None
    return signal.check(value if toward == "safe" else safe)


def _reading(condition: Condition, holds: bool) -> Value:
    """A reading for which ``condition`` holds, or does not."""
    if condition.equals is not None:
        return condition.equals if holds else not condition.equals
    if condition.above is not None:
        return int(condition.above) + (1 if holds else 0)
    return int(condition.at_most or 0) + (0 if holds else 1)


def _plain(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
