"""The cabin's end of a shared car: what begins and ends it, and what the journal holds of it."""

import json
from pathlib import Path

import pytest

from assistant.bootstrap import Engines
from assistant.clock import ManualClock
from assistant.errors import StorageError, VehicleError
from assistant.sharing import AGAIN_S, EVERY_S, SIGNAL, Sharing, switch_off
from assistant.utterance import Utterance
from knowledge.answer import LiveReading
from knowledge.errors import KnowledgeError
from knowledge.support.cases import LASTS_S, Cases
from knowledge.support.database import FILE, Database
from knowledge.support.problems import Problem
from policies.command import Modality, Zone

TYRE = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure"


class Car:
    """A car's readings and time, moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.pressure, self.switch = 250, True
        self.database = Database(folder / FILE)
        self.cases = Cases(folder / "cases", self.database, now=self.wall)
        self.sharing = Sharing(lambda: self.cases, self.readings, self.clock, self.wall)

    def wall(self) -> float:
        return 1_000_000 + self.clock.now()

    def readings(self) -> list[LiveReading]:
        place = LiveReading("Vehicle.CurrentLocation.Latitude", 48.1, "degrees", 0.0)
        switch = LiveReading(SIGNAL, self.switch, None, 0.0)
        return [LiveReading(TYRE, self.pressure, "kPa", 0.0), switch, place]

    def seen(self) -> dict[str, object]:
        snapshot, _ = self.cases.look(self.sharing.code, "anna")
        return {reading.name: reading.value for reading in snapshot.readings}


def full(*_: object) -> None:
    raise KnowledgeError("the disk is full")


@pytest.fixture
def car(tmp_path: Path) -> Car:
    return Car(tmp_path)


def test_what_the_driver_shares_is_seen_under_six_digits_without_the_place(car: Car) -> None:
    entries = car.sharing.follow({SIGNAL: True})
    assert (len(car.sharing.code), car.sharing.code.isdigit()) == (6, True)
    assert car.seen() == {TYRE: 250}
    assert [kind for kind, _ in entries] == ["sharing"]
    assert car.sharing.code not in str(entries)


def test_the_desk_sees_the_car_as_it_is_now(car: Car) -> None:
    car.sharing.follow({SIGNAL: True})
    car.pressure = 180
    car.clock.advance(EVERY_S)
    car.sharing.renew()
    assert car.seen() == {TYRE: 180}


def test_every_look_reaches_the_journal_once(car: Car) -> None:
    car.sharing.follow({SIGNAL: True})
    car.seen()
    car.seen()
    assert [(kind, fields["by"]) for kind, fields in car.sharing.renew()] == [("look", "anna")] * 2
    assert car.sharing.renew() == []


def test_the_journal_takes_what_sharing_writes(car: Car, tmp_path: Path) -> None:
    from assistant.journal import Journal

    journal = Journal.open(tmp_path / "journal.jsonl")
    entries = car.sharing.follow({SIGNAL: True})
    car.seen()
    entries += car.sharing.follow({SIGNAL: False})
    journal.append_many(entries)
    kinds = [json.loads(line)["kind"] for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    assert [kind for kind in kinds if kind in ("sharing", "look")] == ["sharing", "look", "sharing"]


def test_the_driver_ends_it_and_the_last_looks_are_kept(car: Car) -> None:
    car.sharing.follow({SIGNAL: True})
    code = car.sharing.code
    car.seen()
    entries = car.sharing.follow({SIGNAL: False})
    assert [kind for kind, _ in entries] == ["look", "sharing"]
    assert entries[-1][1]["by"] == "driver"
    assert not car.sharing.over
    with pytest.raises(Problem, match="No case"):
        car.cases.look(code, "anna")


def test_it_ends_by_itself_after_a_quarter_of_an_hour(car: Car) -> None:
    car.sharing.follow({SIGNAL: True})
    car.clock.advance(LASTS_S)
    assert car.sharing.left() == 0
    assert car.sharing.renew()[-1][1]["by"] == "time"
    assert not car.sharing.is_on
    assert car.sharing.over


def test_saying_it_again_or_nothing_changes_nothing(car: Car) -> None:
    assert car.sharing.follow({SIGNAL: False}) == []
    assert car.sharing.follow({}) == []
    car.sharing.follow({SIGNAL: True})
    code = car.sharing.code
    assert car.sharing.follow({SIGNAL: True}) == []
    assert car.sharing.code == code


def test_where_it_cannot_be_kept_nothing_is_shared_and_the_driver_is_told(car: Car) -> None:
    def broken() -> Cases:
        raise Problem(503, "full", "the disk is full")

    sharing = Sharing(broken, car.readings, car.clock, car.wall)
    with pytest.raises(StorageError, match="disk is full"):
        sharing.follow({SIGNAL: True})
    assert not sharing.is_on
    assert sharing.over


def test_a_case_that_cannot_be_erased_now_is_erased_later_and_no_look_is_lost(
    car: Car, monkeypatch: pytest.MonkeyPatch
) -> None:
    car.sharing.follow({SIGNAL: True})
    code = car.sharing.code
    car.seen()
    with monkeypatch.context() as patched:
        patched.setattr(car.cases, "close", full)
        with pytest.raises(StorageError, match="disk is full"):
            car.sharing.follow({SIGNAL: False})
        with pytest.raises(StorageError, match="disk is full"):
            car.sharing.renew()
    entries = car.sharing.renew()
    assert [(kind, fields["by"]) for kind, fields in entries] == [("look", "anna"), ("sharing", "driver")]
    with pytest.raises(Problem, match="No case"):
        car.cases.look(code, "anna")


def test_looks_outlive_a_renewal_that_fails(car: Car, monkeypatch: pytest.MonkeyPatch) -> None:
    car.sharing.follow({SIGNAL: True})
    car.seen()
    car.clock.advance(EVERY_S)
    with monkeypatch.context() as patched:
        patched.setattr(car.cases, "renew", full)
        with pytest.raises(StorageError, match="disk is full"):
            car.sharing.renew()
    assert [kind for kind, _ in car.sharing.renew()] == ["look"]
    assert car.sharing.renew() == []


def test_the_case_is_erased_where_its_looks_cannot_be_read(car: Car, monkeypatch: pytest.MonkeyPatch) -> None:
    car.sharing.follow({SIGNAL: True})
    code = car.sharing.code
    car.seen()
    with monkeypatch.context() as patched:
        patched.setattr(car.cases, "looks", full)
        with pytest.raises(StorageError, match="disk is full"):
            car.sharing.follow({SIGNAL: False})
    assert not car.sharing.is_on
    with pytest.raises(Problem, match="No case"):
        car.cases.look(code, "anna")
    assert {kind for kind, _ in car.sharing.renew()} == {"look", "sharing"}


def test_a_look_that_was_under_way_at_the_end_is_kept_too(car: Car) -> None:
    car.sharing.follow({SIGNAL: True})
    mark = car.cases.mark(car.sharing.code)
    car.sharing.follow({SIGNAL: False})
    row = "INSERT INTO looks (at, case_mark, by) VALUES (?, ?, ?)"
    car.database.write(row, (car.wall(), mark, "bert"))
    assert [fields["by"] for _, fields in car.sharing.renew()] == ["bert"]


def test_what_is_switched_off_past_the_cabin_is_erased_at_the_next_renewal(car: Car) -> None:
    car.sharing.follow({SIGNAL: True})
    car.switch = False
    car.clock.advance(EVERY_S)
    assert car.sharing.renew()[-1][1]["by"] == "driver"
    assert not car.sharing.is_on


def test_nothing_of_the_simulated_car_leaves_but_what_the_list_allows(engines: Engines, tmp_path: Path) -> None:
    from knowledge.support.snapshot import allowed

    car = Car(tmp_path)
    sharing = Sharing(lambda: car.cases, engines.rig().cabin.readings, car.clock, car.wall)
    sharing.follow({SIGNAL: True})
    snapshot, _ = car.cases.look(sharing.code, "anna")
    shared = {reading.name for reading in snapshot.readings}
    assert shared <= set(allowed())
    assert len(shared) > 20


# --- the switch in the car --------------------------------------------------------------------------------


class Shared:
    """A real cabin that shares its simulated car, as if its driver had touched yes."""

    def __init__(self, engines: Engines, folder: Path) -> None:
        self.rig = engines.rig()
        self.cabin = self.rig.cabin
        cases = Cases(folder / "cases", Database(folder / FILE))
        self.cabin.sharing = Sharing(lambda: cases, self.cabin.readings, self.rig.clock, lambda: self.rig.clock.now())
        self.rig.console.set({SIGNAL: True})
        self.cabin.sharing.follow({SIGNAL: True})

    def switch(self) -> object:
        return self.rig.console.get([SIGNAL])[SIGNAL]


@pytest.fixture
def shared(engines: Engines, tmp_path: Path) -> Shared:
    return Shared(engines, tmp_path)


async def test_when_the_time_is_over_the_car_is_switched_off_with_a_permit(shared: Shared) -> None:
    shared.rig.clock.advance(LASTS_S)
    shared.cabin.sharing.renew()
    assert shared.switch() is True
    noted = await switch_off(shared.cabin)
    assert shared.switch() is False
    assert [kind for kind, _ in noted] == ["decision", "permit", "outcome"]
    assert await switch_off(shared.cabin) == []


async def test_while_the_car_is_shared_its_switch_stays_on(shared: Shared) -> None:
    assert await switch_off(shared.cabin) == []
    assert shared.switch() is True


async def test_a_challenge_that_waits_is_not_replaced_by_the_end_of_sharing(shared: Shared) -> None:
    reply = await shared.cabin.take_turn(Utterance("switch to sport mode", zone=Zone.DRIVER))
    shared.rig.clock.advance(1)
    shared.cabin.sharing.end("time")
    assert await switch_off(shared.cabin) == []
    assert reply.challenge is not None
    assert (await shared.cabin.touch(reply.challenge, Modality.TOUCH)).decision == "allow"


async def test_a_car_that_does_not_switch_off_is_asked_again_but_not_at_every_turn(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(permit: object) -> None:
        raise VehicleError("the car is out of reach")

    shared.cabin.sharing.end("time")
    with monkeypatch.context() as patched:
        patched.setattr(shared.cabin.vehicle, "apply", lost)
        assert "out of reach" in str((await switch_off(shared.cabin))[-1])
        assert await switch_off(shared.cabin) == []
    shared.rig.clock.advance(AGAIN_S)
    await switch_off(shared.cabin)
    assert shared.switch() is False
