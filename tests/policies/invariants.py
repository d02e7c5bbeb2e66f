"""What must hold of every single decision, over every case of the matrix."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from policies.command import Command, Means, Modality, Origin, Zone
from policies.decision import Allow, Confirm, Refuse
from policies.gate import Gate
from policies.matrix import NOW, Case, Sight, World, cases, moving
from policies.motion import Motion
from policies.state import VehicleState
from tests.policies.oracle import (
    ATTENTION,
    ATTENTION_ROUGH,
    CRITICAL,
    CRITICAL_MOVING,
    FORBIDDEN,
    FORBIDDEN_AT_SPEED,
    HARMLESS,
    HARMLESS_OUTSIDE,
    PARKED_ONLY,
    SAFE,
    SEEN_ONLY,
    listed,
)

SEATS = {
    "Row1.Driver": Zone.DRIVER,
    "Row1.Passenger": Zone.PASSENGER,
    "Row2.Driver": Zone.REAR_LEFT,
    "Row2.Passenger": Zone.REAR_RIGHT,
}
MOTIONS = (Motion.PARKED, Motion.STANDING, Motion.CREEPING, Motion.MOVING, Motion.FAST, Motion.UNKNOWN)
DRIVER = Origin(Means.VOICE, Zone.DRIVER)


def freedom(decision: object) -> int:
    """2 when it happens, 1 when it can be confirmed, 0 when it does not happen."""
    return 2 if isinstance(decision, Allow) else 1 if isinstance(decision, Confirm) else 0


def broken_by_enumeration(gate: Gate, signals: Iterable[str] | None = None) -> Iterator[str]:
    """Every invariant of single decisions that does not hold, over every case of the matrix."""
    for path in gate.rules if signals is None else signals:
        seen: dict[tuple[object, ...], int] = {}
        every = cases(gate.rules, sights=Sight, signals=[path])
        for (command, _toward), same in groupby(every, key=lambda case: (case.command, case.toward)):
            yield from _broken(gate, command, same, seen)
            yield from _more_speed(command, seen)
            seen.clear()
    yield from unlisted(gate)


def counted(gate: Gate) -> int:
    """How many cases ``broken_by_enumeration`` looks at."""
    return sum(1 for _ in cases(gate.rules, sights=Sight))


def _broken(gate: Gate, command: Command, same: Iterable[Case], seen: dict[tuple[object, ...], int]) -> Iterator[str]:
    critical, critical_moving = listed(command, CRITICAL), listed(command, CRITICAL_MOVING)
    forbidden, forbidden_moving = listed(command, FORBIDDEN), listed(command, FORBIDDEN_AT_SPEED)
    parked_only, safe = listed(command, PARKED_ONLY), listed(command, SAFE)
    harmless, outside = listed(command, HARMLESS), listed(command, HARMLESS_OUTSIDE)
    seen_only, attention = listed(command, SEEN_ONLY), listed(command, ATTENTION)
    rough = listed(command, ATTENTION_ROUGH)
    seat = next((zone for part, zone in SEATS.items() if f".{part}" in command.signal), None)
    front = re.search(r"Row1\.Driver\.(FanSpeed|AirDistribution)", command.signal)  # both front seats' air
    before = 0
    for case in same:
        decision = case.decide(gate)
        free, motion, origin = freedom(decision), case.motion, case.origin
        nearer = case.toward == "safe" and type(command.value) is int  # a window goes up, or stays
        zone, touched = origin.zone, case.confirmed in (Modality.TOUCH, Modality.BIOMETRIC)
        if not decision.rules or not decision.says:
            yield f"no rule or no sentence: {case}"
        if critical or (critical_moving and motion not in (Motion.PARKED, Motion.STANDING)):
            if free == 2 and not touched:
                yield f"critical without its own touch or eye scan: {case}"
            if isinstance(decision, Confirm) and Modality.VOICE in decision.by:
                yield f"critical may be confirmed by voice: {case}"
            if zone is not Zone.DRIVER and free:
                yield f"critical for somebody who is not the driver: {case}"
        if (forbidden or (forbidden_moving and motion is not Motion.PARKED)) and free:
            yield f"forbidden: {case}"
        if parked_only and motion is not Motion.PARKED and free:
            yield f"only parked: {case}"
        if origin.means is Means.SUPPORT and free:
            yield f"the support desk moves something: {case}"
        if motion is Motion.UNKNOWN and free and not nearer and (seen_only or critical):
            yield f"on bad state: {case}"
        if attention and free == 2 and case.confirmed is Modality.NONE:
            yield f"does not ask back: {case}"
        if rough and not nearer and case.world is not World.CALM and free == 2 and case.confirmed is Modality.NONE:
            yield f"does not ask back in a rough world: {case}"
        if zone is Zone.UNKNOWN and free and (free == 1 or not (harmless or nearer)):
            yield f"an unknown voice does more than harmless comfort: {case}"
        if zone is Zone.OUTSIDE and free and (free == 1 or not outside):
            yield f"somebody outside does more than harmless comfort: {case}"
        theirs = seat is zone or (seat is None and harmless)
        if zone in (Zone.REAR_LEFT, Zone.REAR_RIGHT) and free and not (safe or nearer or theirs):
            yield f"a rear passenger changes what is not theirs: {case}"
        if zone is Zone.PASSENGER and free and seat not in (None, zone) and not (safe or nearer or front):
            yield f"the passenger changes another seat: {case}"
        if safe and zone is Zone.DRIVER and origin.means is not Means.SUPPORT and free != 2:
            yield f"the safe direction is blocked for the driver: {case}"
        if case.confirmed is not Modality.NONE and free < before:
            yield f"more evidence allows less: {case}"
        before = free
        seen[case.toward, case.world, origin.means, zone, case.confirmed, motion] = free


def _more_speed(command: Command, seen: dict[tuple[object, ...], int]) -> Iterator[str]:
    for key, free in seen.items():
        faster = MOTIONS.index(key[-1]) + 1
        if faster < len(MOTIONS) and seen.get((*key[:-1], MOTIONS[faster]), 0) > free:
            yield f"more speed allows more: {command} {key}"


def unlisted(gate: Gate) -> Iterator[str]:
    """Whatever has no rule, or is out of range, is refused: every sensor, every unknown word, every odd value."""
    state = VehicleState(moving(Motion.PARKED))
    strange: list[Command] = [Command("Vehicle.Nonsense", True), Command("", 0), Command("vehicle.speed", 1)]
    for path, signal in gate.catalogue.items():
        if signal.kind != "actuator":
            strange += [Command(path, value) for value in (True, 1, 1.5, "ON")]
            continue
        odd = [float("nan"), float("inf"), 10**12, -(10**12), "BOGUS\n", b"x", None]
        strange += [Command(path, value) for value in odd]
        strange += [Command(path, "ON" if signal.type != "string" else 1)]
    for command in strange:
        for confirmed in Modality:
            if not isinstance(gate.decide([command], DRIVER, state, NOW, confirmed), Refuse):
                yield f"unlisted or out of range: {command}"
