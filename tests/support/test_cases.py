"""A driver's consent: what is shared, with whom, how long, and what is left of it afterwards."""

from collections.abc import Callable

import pytest

from knowledge.answer import LiveReading
from knowledge.errors import KnowledgeError
from knowledge.support.cases import GUESSES, LASTS_S, Cases, Look
from knowledge.support.snapshot import allowed, take
from tests.support.conftest import Rig

CAR = [
    LiveReading("Vehicle.VehicleIdentification.Brand", "Halden", None, 1.0),
    LiveReading("Vehicle.VehicleIdentification.Model", "Aurelia 1.5 T", None, 1.0),
    LiveReading("Vehicle.VehicleIdentification.Year", 2026, None, 1.0),
    LiveReading("Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure", 180, "kPa", 3.0),
    LiveReading("Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.IsPressureLow", True, None, 3.0),
    LiveReading("Vehicle.Diagnostics.DTCList", ("P0301", "P3999"), None, 2.0),
]
PRIVATE = [
    LiveReading("Vehicle.CurrentLocation.Latitude", 48.137, "degrees", 1.0),
    LiveReading("Vehicle.CurrentLocation.Longitude", 11.575, "degrees", 1.0),
    LiveReading("Vehicle.VehicleIdentification.VIN", "HLDAURP0000000002", None, 1.0),
    LiveReading("Vehicle.Occupant.Row1.DriverSide.Identifier.Subject", "anna.secret", None, 1.0),
    LiveReading("Vehicle.Driver.HeartRate", 171, "bpm", 1.0),
    LiveReading("Vehicle.Cabin.Infotainment.Media.Played.Track", "a song that tells", None, 1.0),
    LiveReading("Vehicle.Speed", 133.25, "km/h", 1.0),
    LiveReading("Vehicle.StartTime", "2026-01-01T08:00Z", None, 1.0),
]


def look(rig: Rig, code: str) -> dict[str, object]:
    told: dict[str, object] = rig.client.post(f"/v1/cases/{code}/snapshot", headers=rig.head("snapshot")).json()
    return told


def test_the_desk_sees_readings_codes_and_warnings_of_the_right_manual(rig: Rig) -> None:
    told = look(rig, rig.desk.cases.open(take(CAR, rig.time())))
    assert told["vehicle"] == {"pack": "aurelia", "variant": "petrol", "note": ""}
    readings = {r["name"]: r["value"] for r in told["readings"]}
    assert readings["Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure"] == 180
    assert [(c["code"], c["means"] is None) for c in told["codes"]] == [("P0301", False), ("P3999", True)]
    assert "Tyre pressure too low" in {w["name"] for w in told["warnings"]}


@pytest.mark.parametrize("wheel", ["Row1.Wheel.Left", "Row1.Wheel.Right", "Row2.Wheel.Left", "Row2.Wheel.Right"])
def test_any_soft_tyre_lights_its_lamp_at_the_desk(rig: Rig, wheel: str) -> None:
    tyres = ("Row1.Wheel.Left", "Row1.Wheel.Right", "Row2.Wheel.Left", "Row2.Wheel.Right")
    low = [LiveReading(f"Vehicle.Chassis.Axle.{each}.Tire.IsPressureLow", each == wheel, None, 3.0) for each in tyres]
    told = look(rig, rig.desk.cases.open(take([*CAR[:3], *low], rig.time())))
    assert "Tyre pressure too low" in {w["name"] for w in told["warnings"]}


def test_no_place_identity_body_speed_or_words_are_shared(rig: Rig) -> None:
    snapshot = take([*CAR, *PRIVATE], rig.time())
    assert not {r.name for r in snapshot.readings} & {r.name for r in PRIVATE}
    shown = rig.client.post(f"/v1/cases/{rig.desk.cases.open(snapshot)}/snapshot", headers=rig.head("snapshot")).text
    for private in ("48.137", "11.575", "HLDAURP", "anna", "171", "song", "133.25", "08:00"):
        assert private not in shown


def test_the_allow_list_names_no_place_person_or_words() -> None:
    for path in allowed():
        assert not any(
            word in path
            for word in ("Location", "VIN", "Occupant", "Driver.", "Infotainment", "Media", "Vehicle.Speed")
        )


def test_every_shared_signal_is_one_that_the_car_has() -> None:
    from policies.catalogue import Catalogue

    catalogue = Catalogue.load()
    assert not [path for path in allowed() if path not in catalogue]


@pytest.mark.parametrize(
    "value",
    ["call me on 07946 0958 or write to anna@example.org, the red car", "x" * 41, "<b>", ("a",), None, "", True],
)
def test_what_is_no_word_does_not_pass_for_one(value: object) -> None:
    reading = LiveReading("Vehicle.VehicleIdentification.Model", value, None, 0.0)
    assert take([reading], 0.0).readings == ()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "18", True])
def test_what_is_no_number_does_not_pass_for_one(value: object) -> None:
    reading = LiveReading("Vehicle.Exterior.AirTemperature", value, "Celsius", 0.0)
    assert take([reading], 0.0).readings == ()


def test_fault_codes_are_codes_only() -> None:
    reading = LiveReading("Vehicle.Diagnostics.DTCList", ("P0301", "my name is Anna"), None, 0.0)
    assert take([reading], 0.0).codes == ("P0301",)


def test_a_code_works_for_fifteen_minutes_and_then_nothing_is_left(rig: Rig) -> None:
    code = rig.desk.cases.open(take(CAR, rig.time()))
    rig.time.at += LASTS_S - 1
    assert "readings" in look(rig, code)
    rig.time.at += 2
    assert look(rig, code)["status"] == 404
    assert not list((rig.setup.records / "cases").glob("*.case"))


def test_the_driver_ends_it_and_nothing_is_left(rig: Rig) -> None:
    code = rig.desk.cases.open(take(CAR, rig.time()))
    rig.desk.cases.close(code)
    rig.desk.cases.close(code)
    assert look(rig, code)["status"] == 404
    assert not list((rig.setup.records / "cases").glob("*.case"))


def test_the_desk_sees_the_car_as_it_is_now_and_the_end_stays(rig: Rig) -> None:
    code = rig.desk.cases.open(take(CAR, rig.time()))
    ends = look(rig, code)["ends_at"]
    rig.time.at += 60
    assert rig.desk.cases.renew(code, take(CAR[:3], rig.time()))
    told = look(rig, code)
    assert (len(told["readings"]), told["ends_at"]) == (3, ends)
    rig.time.at += LASTS_S
    assert not rig.desk.cases.renew(code, take(CAR, rig.time()))


def test_on_disk_a_case_is_unreadable_and_its_code_is_nowhere(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    code = rig.desk.cases.open(take(CAR, rig.time()))
    look(rig, code)
    for path in rig.setup.records.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert code not in path.name
            for plain in (b"Aurelia", b"Tire.Pressure", b"P0301"):
                assert plain not in held, path
    case = next((rig.setup.records / "cases").glob("*.case"))
    assert case.stat().st_mode & 0o077 == 0
    assert code.encode() not in case.read_bytes()


def test_a_case_that_was_tampered_with_or_made_to_last_is_not_shown(rig: Rig) -> None:
    for spot in (0, 7, 15, -1):
        code = rig.desk.cases.open(take(CAR, rig.time()))
        path = max((rig.setup.records / "cases").glob("*.case"), key=lambda p: p.stat().st_mtime_ns)
        held = bytearray(path.read_bytes())
        held[spot] ^= 1
        path.write_bytes(bytes(held))
        assert look(rig, code)["status"] == 404


def test_every_look_is_on_record_with_who_looked_and_told_to_the_car(rig: Rig) -> None:
    told: list[Look] = []
    cases = Cases(rig.setup.records / "cases", rig.desk.database, now=rig.time, on_look=told.append)
    code = cases.open(take(CAR, rig.time()))
    cases.look(code, "anna")
    look(rig, code)
    assert [each.by for each in told] == ["anna"]
    assert [(each.by, each.at) for each in cases.looks(mark=cases.mark(code))] == [
        ("anna", rig.time()),
        ("snapshot", rig.time()),
    ]
    last = cases.looks()[-1].number
    assert cases.looks(after=last) == []


def test_where_a_look_cannot_be_recorded_nothing_is_shown(rig: Rig) -> None:
    def full(look: Look) -> None:
        raise KnowledgeError("the disk is full")

    cases = Cases(rig.setup.records / "cases", rig.desk.database, now=rig.time, on_look=full)
    code = cases.open(take(CAR, rig.time()))
    with pytest.raises(KnowledgeError, match="full"):
        cases.look(code, "anna")


def test_guessing_codes_ends_after_a_few_for_that_key_and_after_more_for_all(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    code = rig.desk.cases.open(take(CAR, rig.time()))
    wrong = [f"{n:06d}" for n in range(100) if f"{n:06d}" != code]
    statuses = [look(rig, wrong.pop()).get("status") for _ in range(GUESSES + 1)]
    assert statuses == [404] * GUESSES + [429]
    assert look(rig, code)["status"] == 429
    assert rig.desk.cases.look(code, "another key")
    rig.time.at += LASTS_S + 1
    assert look(rig, "000000")["status"] == 404


def test_guessing_with_many_keys_ends_too(rig: Rig) -> None:
    from knowledge.support.cases import GUESSES_ALL
    from knowledge.support.problems import Problem

    statuses = set()
    for n in range(GUESSES_ALL + 1):
        with pytest.raises(Problem) as caught:
            rig.desk.cases.look("000000", f"key {n}")
        statuses.add((n == GUESSES_ALL, caught.value.status))
    assert statuses == {(False, 404), (True, 429)}


@pytest.mark.parametrize("code", ["12345", "1234567", "abcdef", "١٢٣٤٥٦", "12 456"])
def test_what_is_no_code_is_said_to_be_none(rig: Rig, code: str) -> None:
    assert look(rig, code)["status"] == 422
