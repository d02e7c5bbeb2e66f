"""The gate and the same rules written a second time in Cedar agree on everything that can be asked."""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby, islice, product
from multiprocessing import get_context
from pathlib import Path

import pytest

from policies.catalogue import Catalogue
from policies.command import Command, Means, Modality, Origin, Value, Zone
from policies.decision import Confirm, Refuse
from policies.gate import Gate
from policies.matrix import NOW, Case, Sight, cases, moving, outcome
from policies.motion import GEAR, PARK_LOCK, PARKING_BRAKE, SPEED, Motion, motion
from policies.rule import Class, named
from policies.rules import HERE, RuleTable
from policies.state import Reading, VehicleState
from tests.policies.cedar import opinion

EVIDENCE = tuple(Modality)  # the order in which cases() offers it
DRIVER = Origin(Means.TOUCH, Zone.DRIVER)
TOLD = 3  # disagreements to show of each signal
CORES = 2


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(RuleTable.load(), Catalogue.load(), "car")


def test_cedar_finds_no_fault_in_the_second_opinion() -> None:
    assert opinion.faults() == []


def test_every_signal_that_has_a_rule_has_a_group_in_the_second_opinion() -> None:
    grouped = {path for paths in opinion.groups().values() for path in paths}
    assert set(RuleTable.load()) - grouped == set()


def test_gate_and_second_opinion_agree_on_every_case(gate: Gate) -> None:
    groups = [list(alike) for _, alike in groupby(sorted(gate.rules, key=opinion.alike), key=opinion.alike)]
    with ProcessPoolExecutor(CORES, get_context("spawn")) as pool:
        found = list(pool.map(compared, sorted(groups, key=len, reverse=True)))
    assert [each for _, told in found for each in told] == []
    assert sum(asked for asked, _ in found) >= 100_000


def compared(paths: Sequence[str]) -> tuple[int, list[str]]:
    """How many cases signals that are alike have, and where the two differ in them."""
    gate = Gate(RuleTable.load(), Catalogue.load(), "car")
    known: dict[opinion.Signature, bool] = {}
    asked, told = 0, []
    for path in paths:
        every = list(cases(gate.rules, sights=Sight, signals=[path]))
        asked += len(every)
        told += islice(disagreements(gate, every, known), TOLD)
    return asked, told


GRAVE = [one.id for one in RuleTable.load().rules if one.cls in (Class.CRITICAL, Class.FORBIDDEN)]


@pytest.mark.parametrize("rule_id", GRAVE)
def test_a_grave_rule_that_is_weakened_makes_them_differ(tmp_path: Path, rule_id: str) -> None:
    text = HERE.read_text(encoding="utf-8")
    before, block = text.split(f"  - id: {rule_id}\n")
    weakened = re.sub("class: (critical|forbidden)", "class: attention\n    eases: a trial", block, count=1)
    (tmp_path / "rules.yaml").write_text(f"{before}  - id: {rule_id}\n{weakened}", encoding="utf-8")
    weak = Gate(RuleTable.load(tmp_path / "rules.yaml"), Catalogue.load(), "car")
    rule = next(one for one in weak.rules.rules if one.id == rule_id)
    path = named(rule.signals[0], weak.catalogue)[0].path
    voice = [case for case in cases(weak.rules, signals=[path]) if case.origin == Origin(Means.VOICE, Zone.DRIVER)]
    assert any("gate allow" in told and "Cedar" in told for told in disagreements(weak, voice, {}))


def test_whatever_has_no_rule_is_refused_by_both(gate: Gate) -> None:
    orders = [
        Command(path, value) for path in gate.catalogue if path not in gate.rules for value in (True, False, 0, 1, "ON")
    ]
    asked = [(command, moves, sure) for command in orders for moves in Motion for sure in Modality]
    requests = (opinion.change(command, DRIVER, moves, sure, None, {}) for command, moves, sure in asked)
    assert not any(opinion.allowed(requests))
    for command, moves, sure in asked:
        assert isinstance(gate.decide([command], DRIVER, VehicleState(moving(moves)), NOW, sure), Refuse), command


def disagreements(gate: Gate, every: Sequence[Case], known: dict[opinion.Signature, bool]) -> Iterator[str]:
    """Where the two differ, in words. ``every`` holds each case with all evidence in turn.

    ``known`` keeps what Cedar said: it is asked once about requests that it cannot tell apart.
    """
    decided = [(case, case.decide(gate)) for case in every]
    requests = [
        [request(case, command, decision.commands) for command in decision.commands] for case, decision in decided
    ]
    fresh = {one.signature: one for whole in requests for one in whole if one.signature not in known}
    known.update(zip(fresh, opinion.allowed(fresh.values()), strict=True))
    yes = [all(known[one.signature] for one in whole) for whole in requests]
    for at, (case, decision) in enumerate(decided):
        first = at - EVIDENCE.index(case.confirmed)
        by = tuple(sure for sure, allowed in zip(EVIDENCE, yes[first : first + len(EVIDENCE)], strict=True) if allowed)
        second = "allow" if yes[at] else "confirm" if by else "refuse"
        if outcome(decision) != second or (isinstance(decision, Confirm) and decision.by != by):
            yield f"gate {outcome(decision)} {decision.rules}, Cedar {second} {by}: {case}"


def request(case: Case, command: Command, whole: Sequence[Command]) -> opinion.Request:
    """``command`` as a part of ``whole``: the rest is done when it is."""
    will_be = {one.signal: one.value for one in whole if one.signal != command.signal}
    world: dict[str, Value] = {}
    for word, path, oldest in opinion.READINGS:
        reading = case.state.readings.get(path)
        if path in will_be:
            world[word] = will_be[path]
        elif reading is not None and NOW - reading.at <= oldest and not isinstance(reading.value, tuple):
            world[word] = reading.value
    before = case.state.get(command.signal)
    assert not isinstance(before, tuple)
    return opinion.change(command, case.origin, case.motion, case.confirmed, before, world)


# --- how the car moves --------------------------------------------------------------------------------------

SPEEDS = (None, -1.0, 0.0, 0.5, 0.51, 10.0, 10.01, 130.0, 130.01, 400.0, 400.01)
SPEED_AGES = (-0.101, -0.1, 0.0, 0.5, 0.501)
GEAR_AGES = (-0.101, -0.1, 0.0, 2.0, 2.001)
FLAGS = [None, *product((True, False), GEAR_AGES)]
GEARS = [None, *product((-1, 0, 1), (0.0, 2.0, 2.001))]


def seen(path: str, value: Value, age: float) -> dict[str, Reading]:
    """A reading of that age at the moment 0, where the age is exact."""
    return {path: Reading(value, -age)}


def test_gate_and_second_opinion_agree_on_how_the_car_moves() -> None:
    speeds = [{} if speed is None else seen(SPEED, speed, age) for speed, age in product(SPEEDS, SPEED_AGES)]
    still = [seen(SPEED, speed, 0.0) for speed in (0.0, 0.5, 0.51)]
    states = [*speeds, *(speed | seen(PARK_LOCK, True, 0.0) for speed in speeds)]
    for speed, park, brake, gear in product(still, FLAGS, FLAGS, GEARS):
        flags = ((PARK_LOCK, park), (PARKING_BRAKE, brake), (GEAR, gear))
        states.append(speed | {path: seen(path, *flag)[path] for path, flag in flags if flag is not None})
    first = [motion(VehicleState(state), 0.0) for state in states]
    requests = (opinion.be(one, in_cedar(state)) for state in states for one in Motion)
    answers = opinion.allowed(requests)
    different = []
    for state, mine in zip(states, first, strict=True):
        second = [one for one in Motion if next(answers)]
        if second != [mine]:
            different.append((state, mine, second))
    assert different[:TOLD] == []


def in_cedar(state: dict[str, Reading]) -> dict[str, dict[str, Value]]:
    """Raw readings in Cedar's whole numbers."""
    words = {SPEED: "speed", PARK_LOCK: "parkLock", PARKING_BRAKE: "parkingBrake", GEAR: "gear"}
    found: dict[str, dict[str, Value]] = {}
    for path, reading in state.items():
        value = round(reading.value * 100) if path == SPEED and isinstance(reading.value, float) else reading.value
        assert not isinstance(value, tuple)
        found[words[path]] = {"value": value, "age": round(-reading.at * 1000)}
    return found
