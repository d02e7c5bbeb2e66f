"""The catalogue: what may be asked of each signal, and that it says what VSS 6.0 and the overlay say."""

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import policies
from policies.catalogue import Catalogue
from policies.command import Zone
from policies.source import DataError

ROOT = Path(__file__).parents[2]
RELEASE = ROOT.parent / "shared" / "vss" / "vss_release_6.0.json"
OVERLAY = Path(policies.__file__).parent / "overlay.vspec"
CATALOGUE = Catalogue.load()
released = pytest.mark.skipif(not RELEASE.exists(), reason="../shared/vss/vss_release_6.0.json is not there")

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"
COLOUR = "Vehicle.Cabin.Light.AmbientLight.Row1.DriverSide.Color"
CALL = "Vehicle.Cabin.Infotainment.Phone.Call"
LOCK = "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"


@pytest.mark.parametrize(
    ("path", "given", "taken"),
    [
        (WINDOW, 50, 50),
        (WINDOW, 50.0, 50),
        (TEMPERATURE, 21, 21.0),
        (TEMPERATURE, 28, 28.0),
        (TEMPERATURE, 16.0, 16.0),
        (MODE, "SPORT", "SPORT"),
        (MODE, "sport", "SPORT"),
        (LOCK, False, False),
        (CALL, "Anna", "Anna"),
        (COLOUR, "#ff8800", "#ff8800"),
        ("Vehicle.Powertrain.Transmission.SelectedGear", -1, -1),
        ("Vehicle.ADAS.CruiseControl.SpeedSet", 100, 100.0),
        ("Vehicle.Exterior.AirTemperature", -60, -60.0),
    ],
)
def test_a_value_comes_out_in_the_signals_own_type(path: str, given: object, taken: object) -> None:
    value = CATALOGUE[path].check(given)
    assert value == taken
    assert type(value) is type(taken)


@pytest.mark.parametrize(
    ("path", "given", "says"),
    [
        (WINDOW, 101, "whole numbers 0 to 100 percent"),
        (WINDOW, -1, "whole numbers 0 to 100 percent"),
        (WINDOW, 50.5, "whole numbers"),
        (WINDOW, math.nan, "whole numbers"),
        (WINDOW, math.inf, "whole numbers"),
        (WINDOW, True, "whole numbers"),
        (WINDOW, "50", "whole numbers"),
        (TEMPERATURE, 15.9, "16 to 28 Celsius"),
        (TEMPERATURE, 28.1, "16 to 28 Celsius"),
        ("Vehicle.Exterior.AirTemperature", "cold", "numbers Celsius"),
        ("Vehicle.Speed", math.nan, "numbers km/h"),
        (MODE, "LUDICROUS", "NORMAL, SPORT, ECONOMY, SNOW or RAIN"),
        (MODE, 1, "NORMAL"),
        (LOCK, 1, "true or false"),
        (LOCK, "true", "true or false"),
        (LOCK, None, "true or false"),
        (COLOUR, "orange", "text like #"),
        (CALL, "A" * 121, "up to 120 characters"),
        (CALL, "Anna\n", "up to 120 characters"),
        ("Vehicle.Diagnostics.DTCList", "P0300", "only read"),
    ],
)
def test_a_value_out_of_range_is_refused_with_what_is_allowed(path: str, given: object, says: str) -> None:
    with pytest.raises(ValueError, match="takes") as refused:
        CATALOGUE[path].check(given)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (WINDOW, "driver's window"),
        ("Vehicle.Cabin.Door.Row2.PassengerSide.Window.Position", "rear right window"),
        ("Vehicle.Cabin.Seat.Row1.PassengerSide.HeatingCooling", "front passenger's seat heating"),
        ("Vehicle.ADAS.LaneKeepingAssist.IsEnabled", "lane keeping assist"),
        (MODE, "drive mode"),
        ("Vehicle.AverageSpeed", "average speed"),
    ],
)
def test_a_signal_has_a_name_to_be_spoken(path: str, name: str) -> None:
    assert CATALOGUE[path].name == name


def test_no_spoken_name_sounds_like_a_path() -> None:
    odd = [signal.name for signal in CATALOGUE.values() if not signal.name or "_" in signal.name or "." in signal.name]
    assert odd == []


def test_a_seats_signals_belong_to_the_seat() -> None:
    assert CATALOGUE[WINDOW].zone is Zone.DRIVER
    assert CATALOGUE["Vehicle.Cabin.HVAC.Station.Row2.Passenger.Temperature"].zone is Zone.REAR_RIGHT
    assert CATALOGUE[MODE].zone is None


@pytest.mark.parametrize(
    ("path", "before", "after", "toward"),
    [
        (WINDOW, 50, 20, ("safe",)),
        (WINDOW, 50, 50, ("safe",)),
        (WINDOW, 50, 51, ("unsafe",)),
        (WINDOW, None, 0, ("safe",)),
        (WINDOW, None, 50, ("safe", "unsafe")),
        (WINDOW, True, 50, ("safe", "unsafe")),
        ("Vehicle.Cabin.Sunroof.Position", -50, -20, ("safe",)),
        ("Vehicle.Cabin.Sunroof.Position", -50, 20, ("unsafe",)),
        ("Vehicle.ADAS.CruiseControl.AdaptiveDistanceSet", 40.0, 60.0, ("safe",)),
        ("Vehicle.ADAS.CruiseControl.AdaptiveDistanceSet", 40.0, 20.0, ("unsafe",)),
        (LOCK, False, True, ("safe",)),
        (LOCK, False, False, ("unsafe",)),
        (MODE, "SPORT", "NORMAL", ("safe",)),
        (MODE, "NORMAL", "SPORT", ("unsafe",)),
        (TEMPERATURE, 20.0, 21.0, ("unsafe",)),
    ],
)
def test_the_safe_direction_is_towards_the_safe_value(
    path: str, before: object, after: Any, toward: tuple[str, ...]
) -> None:
    assert CATALOGUE[path].toward(before, after) == toward


def test_an_unknown_path_is_not_in_the_catalogue() -> None:
    assert "Vehicle.Nonsense" not in CATALOGUE
    assert len(CATALOGUE) == len(list(CATALOGUE))
    with pytest.raises(KeyError):
        CATALOGUE["Vehicle.Nonsense"]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("A: {kind: actuator, type: boolean}\nB: {kind: pedal, type: boolean}\n", 2, "B.kind"),
        ("A: {kind: actuator, type: uint8, min: 5, max: 1}\n", 1, "A: min 5 is above max 1"),
        ("A: {kind: actuator, type: boolean, safe: 1}\n", 1, "true or false"),
        ("A: {kind: actuator, type: string, example: 'x', pattern: '['}\n", 1, "A: "),
        ("A: {kind: actuator, type: string, example: 'x', pattern: 'y'}\n", 1, "text like y"),
        ("A: {kind: actuator, type: boolean}\nA: {kind: actuator, type: boolean}\n", 2, "is there twice"),
    ],
)
def test_a_wrong_entry_is_named_with_file_and_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    file = tmp_path / "signals.yaml"
    file.write_text(text)
    with pytest.raises(DataError) as wrong:
        Catalogue.load(file)
    assert str(wrong.value).startswith(f"{file}:{line}: ")
    assert says in str(wrong.value)


def _leaves(children: dict[str, Any], above: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, node in children.items():
        if "children" in node:
            yield from _leaves(node["children"], f"{above}{name}.")
        else:
            yield above + name, node


@released
def test_every_signal_is_as_vss_6_and_the_overlay_say() -> None:
    known = dict(_leaves(json.loads(RELEASE.read_text())))
    for path, node in yaml.safe_load(OVERLAY.read_text()).items():
        if node["type"] != "branch":
            known[path] = known.get(path, {}) | node
    wrong = []
    for path, signal in CATALOGUE.items():
        node = known.get(path)
        if node is None:
            wrong.append(f"{path} is neither in VSS nor in the overlay")
            continue
        if (node["type"], node["datatype"], node.get("unit")) != (signal.kind, signal.type, signal.unit):
            wrong.append(f"{path}: {signal.kind} {signal.type} {signal.unit}, not {node}")
        if tuple(node.get("allowed", ())) != signal.allowed:
            wrong.append(f"{path}: other words than {node.get('allowed')}")
        if "min" in node and (signal.minimum is None or signal.minimum < node["min"]):
            wrong.append(f"{path}: below {node['min']}")
        if "max" in node and (signal.maximum is None or signal.maximum > node["max"]):
            wrong.append(f"{path}: above {node['max']}")
    assert wrong == []


@released
def test_vss_tools_accept_the_overlay_on_top_of_the_release(tmp_path: Path) -> None:
    spec = tmp_path / "release.vspec"
    nodes: dict[str, Any] = {}

    def flatten(children: dict[str, Any], above: str = "") -> None:
        for name, node in children.items():
            nodes[above + name] = {key: value for key, value in node.items() if key != "children"}
            flatten(node.get("children", {}), f"{above}{name}.")

    flatten(json.loads(RELEASE.read_text()))
    spec.write_text(yaml.safe_dump(nodes, sort_keys=False))
    units = {node["unit"] for node in nodes.values() if "unit" in node}
    types = sorted({node["datatype"] for node in nodes.values() if "datatype" in node})
    (tmp_path / "units.yaml").write_text(
        yaml.safe_dump({u: {"definition": u, "unit": u, "quantity": "any", "allowed-datatypes": types} for u in units})
    )
    (tmp_path / "quantities.yaml").write_text(yaml.safe_dump({"any": {"definition": "any"}}))
    out = tmp_path / "both.json"
    run = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("vspec")), "export", "json", "--strict", "--vspec", str(spec)),
            *("-l", str(OVERLAY), "-u", str(tmp_path / "units.yaml"), "-q", str(tmp_path / "quantities.yaml")),
            *("--output", str(out)),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    both = dict(_leaves(json.loads(out.read_text())))
    assert both["Vehicle.Cabin.Sunroof.Position"]["type"] == "actuator"
    assert both["Vehicle.Powertrain.Transmission.IsHighTorqueActive"]["datatype"] == "boolean"
