"""The cabin's end of a shared car: what begins and ends it, and what the journal holds of it."""

import json
from pathlib import Path

import pytest

from assistant.bootstrap import Engines
from assistant.clock import ManualClock
from assistant.errors import StorageError
from assistant.sharing import EVERY_S, SIGNAL, Sharing
from knowledge.answer import LiveReading
from knowledge.support.cases import LASTS_S, Cases
from knowledge.support.database import FILE, Database
from knowledge.support.problems import Problem

TYRE = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure"


class Car:
    """A car's readings and time, moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.pressure = 250
        self.cases = Cases(folder / "cases", Database(folder / FILE), now=self.wall)
        self.sharing = Sharing(lambda: self.cases, self.readings, self.clock, self.wall)

    def wall(self) -> float:
        return 1_000_000 + self.clock.now()

    def readings(self) -> list[LiveReading]:
        place = LiveReading("Vehicle.CurrentLocation.Latitude", 48.1, "degrees", 0.0)
        return [LiveReading(TYRE, self.pressure, "kPa", 0.0), place]

    def seen(self) -> dict[str, object]:
        snapshot, _ = self.cases.look(self.sharing.code, "anna")
        return {reading.name: reading.value for reading in snapshot.readings}


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
    with pytest.raises(Problem, match="No case"):
        car.cases.look(code, "anna")


def test_it_ends_by_itself_after_a_quarter_of_an_hour(car: Car) -> None:
    car.sharing.follow({SIGNAL: True})
    car.clock.advance(LASTS_S)
    assert car.sharing.renew()[-1][1]["by"] == "time"
    assert not car.sharing.is_on


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


def test_nothing_of_the_simulated_car_leaves_but_what_the_list_allows(engines: Engines, tmp_path: Path) -> None:
    from knowledge.support.snapshot import allowed

    car = Car(tmp_path)
    sharing = Sharing(lambda: car.cases, engines.rig().cabin.readings, car.clock, car.wall)
    sharing.follow({SIGNAL: True})
    snapshot, _ = car.cases.look(sharing.code, "anna")
    shared = {reading.name for reading in snapshot.readings}
    assert shared <= set(allowed())
    assert len(shared) > 20
