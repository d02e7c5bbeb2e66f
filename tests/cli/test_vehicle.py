"""`cabin vehicle`, as somebody types it."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import can
import pytest
from click.testing import CliRunner, Result

from assistant.cli.vehicle import vehicle
from assistant.vehicle.can.simulated_unit import SimulatedUnit
from tests.vehicle.brokers import Served

SPEED = "Vehicle.Speed"


def run(*words: str) -> Result:
    return CliRunner().invoke(vehicle, list(words))


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.kill()


def test_there_is_no_set() -> None:
    assert "set" not in vehicle.commands
    assert run("set", SPEED, "50").exit_code == 2


def test_every_signal_is_listed_with_what_the_car_reports() -> None:
    rows = {row["signal"]: row for row in map(json.loads, run("list", "--json").output.splitlines())}
    assert rows[SPEED]["value"] == 0.0 and rows[SPEED]["unit"] == "km/h" and rows[SPEED]["kind"] == "sensor"
    assert rows["Vehicle.Powertrain.FuelSystem.RelativeLevel"]["fitted"] is False


def test_a_signal_is_shown_with_its_unit() -> None:
    assert run("get", SPEED).output == "0 km/h\n"


def test_a_signal_that_the_car_lacks_ends_with_a_status_of_one() -> None:
    found = run("get", "Vehicle.Powertrain.FuelSystem.RelativeLevel")
    assert found.exit_code == 1 and "reports nothing" in found.output


def test_a_mistyped_signal_is_named_with_the_closest() -> None:
    assert "the closest is Vehicle.Speed" in str(run("get", "Vehicle.Sped").exception)


def test_a_scenario_tells_what_warns_and_when() -> None:
    rows = [json.loads(line) for line in run("scenario", "slow_puncture", "--json").stdout.splitlines()]
    low = "Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.IsPressureLow"
    assert any(row["signal"] == low and row["value"] is True for row in rows)
    assert rows == sorted(rows, key=lambda row: row["at"])


def test_without_a_name_the_scenarios_are_told() -> None:
    assert "overheating" in run("scenario").output


def test_a_recorded_drive_is_told_the_same_way_when_replayed(tmp_path: Path) -> None:
    drive = tmp_path / "drive.jsonl"
    assert run("record", str(drive), "--scenario", "slow_puncture", "--seconds", "1000").exit_code == 0
    played = [json.loads(line) for line in run("replay", "--json", str(drive)).stdout.splitlines()]
    codes = [row for row in played if row["signal"] == "Vehicle.Diagnostics.DTCList"]
    assert codes[-1]["value"] == ["C0077"]


def test_a_recording_with_a_bad_line_names_it(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"at": 0, "seen": {"Vehicle.Speed": "fast"}}\n')
    assert "bad.jsonl, line 1" in str(run("replay", str(bad)).exception)


def test_the_car_behind_a_broker_is_read_like_ours(served: Served) -> None:
    served.do(lambda car: car.console.set({SPEED: 66}))
    found = json.loads(run("get", "--json", SPEED, "--broker", f"127.0.0.1:{served.port}").output)
    assert found["value"] == 66.0 and found["age_s"] < 1


def test_changes_behind_a_broker_are_followed(served: Served) -> None:
    found = run("watch", "Vehicle.Cabin.Door.*.*.IsOpen", "--seconds", "0.3", "--broker", f"127.0.0.1:{served.port}")
    assert len(found.output.splitlines()) == 4


@pytest.mark.parametrize("where", ["127.0.0.1:none", "127.0.0.1:0", "127.0.0.1:99999"])
def test_a_broker_without_a_port_is_refused(where: str) -> None:
    assert "is no port" in str(run("get", SPEED, "--broker", where).exception)


def test_a_broker_that_is_not_there_says_what_to_do() -> None:
    assert "cabin vehicle serve" in str(run("get", SPEED, "--broker", "127.0.0.1:1").exception)


def test_an_open_door_to_the_network_is_not_served() -> None:
    assert "--secure" in str(run("serve", "--host", "0.0.0.0").exception)


@pytest.fixture
def socket(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedUnit]:
    """A control unit on a bus, and settings that name it."""
    settings = {"KIND": "can", "CAN_INTERFACE": "virtual", "CAN_CHANNEL": "cli"}
    for name, value in settings.items():
        monkeypatch.setenv(f"CABIN_VEHICLE__{name}", value)
    unit = SimulatedUnit(can.Bus(interface="virtual", channel="cli"), lambda: {SPEED: 42.0})
    unit.memory.stored = ["P0301"]
    yield unit
    unit.close()


def test_the_car_behind_a_diagnostic_socket_is_read_like_ours(socket: SimulatedUnit) -> None:
    assert run("get", SPEED).output == "42 km/h\n"
    assert run("get", "Vehicle.Diagnostics.DTCList").output == "P0301\n"


def test_the_doctor_asks_the_control_units(socket: SimulatedUnit) -> None:
    parts = {row["part"]: row["said"] for row in map(json.loads, run("doctor", "--json").output.splitlines())}
    assert "7E8" in parts["vehicle"] and "1 codes" in parts["snapshot"]


def test_silent_control_units_are_told(socket: SimulatedUnit) -> None:
    socket.faults.silent = True
    assert "ignition" in str(run("get", SPEED).exception)


def test_the_doctor_finds_the_simulated_car_well() -> None:
    found = run("doctor", "--json")
    assert found.exit_code == 0
    assert {"vehicle", "model", "scenarios"} <= {json.loads(line)["part"] for line in found.output.splitlines()}


def test_the_doctor_tells_what_of_a_broker_is_open_and_what_it_lacks(served: Served) -> None:
    found = run("doctor", "--json", "--broker", f"127.0.0.1:{served.port}")
    parts = {row["part"]: row for row in map(json.loads, found.output.splitlines())}
    assert parts["broker"]["state"] == "ok" and parts["motion"]["said"] == "parked"
    assert parts["line"]["state"] == "missing" and parts["token"]["state"] == "missing"


def test_the_doctor_says_when_the_broker_is_away() -> None:
    found = run("doctor", "--broker", "127.0.0.1:1")
    assert found.exit_code == 1 and "does not answer" in found.output


@pytest.fixture
def serving() -> Iterator[subprocess.Popen[str]]:
    """`cabin vehicle serve` as a process of its own, with its console."""
    cabin = Path(sys.executable).parent / "cabin"
    run = [str(cabin), "vehicle", "serve", "--port", "0", "--console"]
    # a shell starts what it runs in the background deaf to Ctrl+C, and that is inherited
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, before)
    yield process
    process.kill()
    process.communicate()


def test_a_served_car_is_moved_by_its_console_and_ends_quietly(serving: subprocess.Popen[str]) -> None:
    assert serving.stdin and serving.stdout and serving.stderr
    where = re.search(r"127\.0\.0\.1:\d+", serving.stdout.readline())
    assert where is not None
    for line, answer in (
        ('{"set": {"Vehicle.Speed": 50}}', "done"),
        ('{"sett": {}}', "no 'sett'"),
        ("[1, 2]", "no 1 here"),
        ("rubbish", "Expecting value"),
    ):
        serving.stdin.write(line + "\n")
        serving.stdin.flush()
        assert answer in serving.stdout.readline()
    assert run("get", SPEED, "--broker", where[0]).output == "50 km/h\n"
    serving.send_signal(signal.SIGINT)
    assert serving.wait(10) == 0
    assert serving.stderr.read() == ""
