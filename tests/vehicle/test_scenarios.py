"""Scripted scenarios happen as they say, and a recorded drive can be lived through again."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from assistant.errors import StorageError, VehicleError
from assistant.vehicle import data, scenario
from assistant.vehicle.recording import Recorder, replay
from knowledge import faults
from tests.vehicle.conftest import Garage

CODES = "Vehicle.Diagnostics.DTCList"
REAR_LEFT = "Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire."
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
OUTSIDE = "Vehicle.Exterior.AirTemperature"


def start(garage: Callable[..., Garage], name: str) -> Garage:
    built = garage(scenario.load(name).profile)
    built.car.console.load_scenario(name)
    return built


def test_every_code_that_the_car_can_store_is_one_that_the_assistant_can_explain() -> None:
    stored = {entry["code"] for entry in yaml.safe_load((data.HERE / "codes.yaml").read_text("utf-8"))}
    assert stored and stored <= set(faults.catalogue())


def test_all_six_scenarios_are_there() -> None:
    assert scenario.names() == (
        "cold_start", "failing_alternator", "motorway", "off_road", "overheating", "slow_puncture",
    )  # fmt: skip


def test_a_slow_puncture_ends_in_a_warning(garage: Callable[..., Garage]) -> None:
    built = start(garage, "slow_puncture")
    built.drive(300)
    assert built.get(REAR_LEFT + "IsPressureLow") is False
    built.drive(900)
    assert built.get(REAR_LEFT + "IsPressureLow") is True
    assert built.get(CODES) == ["C0077"]


def test_overheating_stores_a_code_with_the_state_of_that_moment(garage: Callable[..., Garage]) -> None:
    built = start(garage, "overheating")
    built.drive(900)
    assert "P0217" in built.car.diagnosis.codes
    kept = built.car.diagnosis.freeze_frames["P0217"]
    assert kept["Vehicle.Speed"] == 80.0
    assert 118 < float(kept["Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature"]) < 125


def test_an_overheating_code_stays_after_the_engine_has_cooled(garage: Callable[..., Garage]) -> None:
    built = start(garage, "overheating")
    built.drive(900)
    built.car.console.set({"Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature": 60})
    built.drive(30)
    assert "P0217" in built.car.diagnosis.codes


def test_a_cleared_code_comes_back_while_its_cause_lasts(garage: Callable[..., Garage]) -> None:
    built = start(garage, "overheating")
    built.drive(600)
    built.apply({"Vehicle.Diagnostics.IsClearRequested": True})
    assert built.get(CODES) == []
    built.drive(10)
    assert built.get(CODES) == ["P0217"]


def test_a_failing_alternator_runs_the_battery_down(garage: Callable[..., Garage]) -> None:
    built = start(garage, "failing_alternator")
    built.drive(30)
    assert built.get("Vehicle.LowVoltageBattery.CurrentVoltage") == 14.3
    built.drive(2 * 3600)
    assert float(built.get("Vehicle.LowVoltageBattery.CurrentVoltage")) < 11.6
    assert built.get(CODES) == ["P0622", "P0562"]


def test_a_cold_start_begins_cold_and_warms_up(garage: Callable[..., Garage]) -> None:
    built = start(garage, "cold_start")
    assert built.get("Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature") == -15.0
    built.drive(1800)
    assert float(built.get("Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature")) > 70
    assert float(built.get("Vehicle.Cabin.HVAC.AmbientAirTemperature")) > 10
    assert built.get(CODES) == []


def test_the_motorway_leads_through_rain_and_back(garage: Callable[..., Garage]) -> None:
    built = start(garage, "motorway")
    built.drive(1300)
    assert built.get("Vehicle.Speed") == 120.0
    assert built.get("Vehicle.Body.Raindetection.Intensity") == 60
    built.drive(700)
    assert built.get("Vehicle.Speed") == 60.0
    assert built.get("Vehicle.Body.Raindetection.Intensity") == 0


def test_off_road_has_no_network_and_loses_a_sensor(garage: Callable[..., Garage]) -> None:
    built = start(garage, "off_road")
    assert built.car.world.network is False
    built.drive(600)
    assert built.get(OUTSIDE) is None
    assert built.get(CODES) == ["P0073"]


def test_an_unknown_scenario_is_named_with_those_there_are(electric: Garage) -> None:
    with pytest.raises(VehicleError, match=r"'flood'.*motorway"):
        electric.car.console.load_scenario("flood")


def test_a_wrong_scenario_is_named_with_file_line_and_key(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("about: x\nsteps:\n  - at: 0\n    sett: {}\n")
    with pytest.raises(VehicleError, match=r"bad\.yaml:4: steps\.0\.sett"):
        data.read(file, scenario.Scenario)


def record(built: Garage, file: Path) -> None:
    with Recorder(built.car, built.clock, file) as recorder:
        recorder.note()
        for _ in range(20):
            built.drive(60)
            recorder.note()


def test_a_replayed_drive_shows_what_was_recorded(garage: Callable[..., Garage], tmp_path: Path) -> None:
    recorded = start(garage, "slow_puncture")
    record(recorded, tmp_path / "drive.jsonl")
    again = garage()
    assert replay(again.car, tmp_path / "drive.jsonl") == 1200.0
    again.drive(1200)
    seen = {path: reading.value for path, reading in recorded.car.state().readings.items()}
    assert {path: reading.value for path, reading in again.car.state().readings.items()} == seen


def test_a_sensor_that_was_lost_is_lost_again_in_the_replay(garage: Callable[..., Garage], tmp_path: Path) -> None:
    recorded = start(garage, "off_road")
    record(recorded, tmp_path / "drive.jsonl")
    again = garage()
    replay(again.car, tmp_path / "drive.jsonl")
    assert again.get(OUTSIDE) == 18.0
    again.drive(600)
    assert again.get(OUTSIDE) is None


def test_a_replayed_car_still_obeys_a_permit(garage: Callable[..., Garage], tmp_path: Path) -> None:
    record(start(garage, "slow_puncture"), tmp_path / "drive.jsonl")
    again = garage()
    replay(again.car, tmp_path / "drive.jsonl")
    again.drive(10)
    assert again.apply({WINDOW: 50}) == {WINDOW: 50}


def test_a_recording_keeps_only_what_changed(electric: Garage, tmp_path: Path) -> None:
    with Recorder(electric.car, electric.clock, tmp_path / "drive.jsonl") as recorder:
        recorder.note()
        electric.apply({WINDOW: 50})
        recorder.note()
    first, second = (json.loads(line) for line in (tmp_path / "drive.jsonl").read_text().splitlines())
    assert len(first["seen"]) > 200
    assert second["seen"][WINDOW] == 50
    assert len(second["seen"]) < 10


@pytest.mark.parametrize(
    "line",
    ["nonsense", "{}", '{"at": 0, "seen": {"Vehicle.Sped": 1}}', '{"at": -1, "seen": {}}', '{"at": 0, "seen": 5}'],
)
def test_a_wrong_recording_is_named_with_its_line(electric: Garage, tmp_path: Path, line: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text('{"at": 0, "seen": {}}\n' + line + "\n")
    with pytest.raises(VehicleError, match=r"bad.jsonl, line 2"):
        replay(electric.car, file)


def test_an_empty_or_missing_recording_is_an_error(electric: Garage, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    for name in ("empty.jsonl", "missing.jsonl"):
        with pytest.raises(VehicleError, match=name):
            replay(electric.car, tmp_path / name)


def test_a_place_that_cannot_be_written_is_named(electric: Garage, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"drive.jsonl: cannot be written"):
        Recorder(electric.car, electric.clock, tmp_path / "nowhere" / "drive.jsonl")
