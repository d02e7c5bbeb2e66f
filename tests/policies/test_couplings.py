"""What one change brings with it, and what a wrong couplings file says."""

from pathlib import Path

import pytest

from policies.command import Command, Value
from policies.couplings import Contradiction, Couplings, complete
from policies.rules import RuleError
from policies.state import Reading, VehicleState

COLD = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
DEFROST = "Vehicle.Cabin.HVAC.IsFrontDefrosterActive"
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
AIR = "Vehicle.Cabin.HVAC.Station.Row1.Driver.AirDistribution"
WINDOWS = [
    f"Vehicle.Cabin.Door.Row{row}.{side}Side.Window.Position" for row in (1, 2) for side in ("Driver", "Passenger")
]
ROOF = "Vehicle.Cabin.Sunroof.Position"
SHADE = "Vehicle.Cabin.Sunroof.Shade.Position"
LOW = "Vehicle.Body.Lights.Beam.Low.IsOn"
HIGH = "Vehicle.Body.Lights.Beam.High.IsOn"
FOG = "Vehicle.Body.Lights.Fog.Front.IsOn"
SHUT: dict[str, Value] = dict.fromkeys(WINDOWS, 0)


def after(asked: dict[str, Value], car: dict[str, Value]) -> dict[str, Value]:
    state = VehicleState({path: Reading(value, 0.0) for path, value in car.items()})
    whole = complete([Command(path, value) for path, value in asked.items()], state)
    assert complete(whole, state) == whole, "completing what is complete adds something"
    return {command.signal: command.value for command in whole}


@pytest.mark.parametrize(
    ("asked", "car", "whole"),
    [
        ({COLD: True}, SHUT | {FAN: 0}, {COLD: True, FAN: 20}),
        ({COLD: True}, SHUT | {FAN: 60}, {COLD: True}),
        ({COLD: True}, SHUT | {FAN: 20, WINDOWS[0]: 20, WINDOWS[3]: 21}, {COLD: True, WINDOWS[3]: 0}),
        ({COLD: False}, {FAN: 0}, {COLD: False}),
        ({COLD: True, WINDOWS[0]: 50}, SHUT | {FAN: 20, WINDOWS[0]: 80}, {COLD: True, WINDOWS[0]: 50}),
        (
            {DEFROST: True},
            SHUT | {FAN: 20, AIR: "DOWN", COLD: True},
            {DEFROST: True, FAN: 40, AIR: "UP_DOWN"},
        ),
        ({DEFROST: True}, SHUT | {FAN: 40, AIR: "UP_MIDDLE", COLD: True}, {DEFROST: True}),
        (
            {DEFROST: True},
            SHUT | {FAN: 0, AIR: "MIDDLE_DOWN", COLD: False},
            {DEFROST: True, FAN: 40, AIR: "UP_MIDDLE_DOWN", COLD: True},
        ),
        ({DEFROST: True}, SHUT | {COLD: True}, {DEFROST: True, FAN: 40, AIR: "UP"}),
        ({DEFROST: True}, SHUT | {FAN: True, AIR: "ODD", COLD: True}, {DEFROST: True, FAN: 40, AIR: "UP"}),
        ({FOG: True}, {LOW: False, HIGH: True}, {FOG: True, LOW: True, HIGH: False}),
        ({FOG: True}, {LOW: True, HIGH: False}, {FOG: True}),
        ({ROOF: 50}, {SHADE: 30}, {ROOF: 50, SHADE: 100}),
        ({ROOF: -20}, {SHADE: 100}, {ROOF: -20}),
        ({ROOF: 0}, {SHADE: 0}, {ROOF: 0}),
        ({COLD: True}, {FAN: 20}, {COLD: True} | SHUT),
    ],
)
def test_a_change_brings_what_it_needs(asked: dict[str, Value], car: dict[str, Value], whole: dict[str, Value]) -> None:
    assert after(asked, car) == whole


@pytest.mark.parametrize(
    "asked",
    [{FOG: True, HIGH: True}, {HIGH: True, FOG: True}, {ROOF: 50, SHADE: 0}, {DEFROST: True, FAN: 20}],
)
def test_what_contradicts_itself_is_not_completed(asked: dict[str, Value]) -> None:
    with pytest.raises(Contradiction):
        after(asked, {})


ONE = """version: 1
couplings:
  - id: one.way
    when: {WHEN}
    brings: {BRINGS}
    because: One brings the other.
"""


def write(tmp_path: Path, when: str, brings: str, more: str = "") -> Path:
    file = tmp_path / "couplings.yaml"
    file.write_text(ONE.replace("{WHEN}", when).replace("{BRINGS}", brings) + more)
    return file


GOOD = (f"{{signal: {FOG}, is: true}}", f"{{signals: {LOW}, set: true}}")


@pytest.mark.parametrize(
    ("when", "brings", "line", "says"),
    [
        ("{signal: Vehicle.Nonsense, is: true}", GOOD[1], 4, "neither in VSS 6.0"),
        (f"{{signal: {FOG}}}", GOOD[1], 4, "give one of: is, not"),
        (f"{{signal: {FOG}, is: 3}}", GOOD[1], 4, "true or false"),
        (f"{{signal: {FOG}, not: 3}}", GOOD[1], 4, "true or false"),
        (GOOD[0], "{signals: Vehicle.Speed, set: 3}", 5, "its kind is sensor"),
        (GOOD[0], f"{{signals: {LOW}}}", 5, "give one of: set, at_least, including"),
        (GOOD[0], f"{{signals: {FAN}, at_least: 20, if_above: 3}}", 5, "if_above goes with set"),
        (GOOD[0], f"{{signals: {FAN}, at_least: 200}}", 5, "0 to 100"),
        (GOOD[0], f"{{signals: {AIR}, including: SIDEWAYS}}", 5, "UP"),
    ],
)
def test_a_wrong_coupling_is_named_with_file_and_line(
    tmp_path: Path, when: str, brings: str, line: int, says: str
) -> None:
    file = write(tmp_path, when, brings)
    with pytest.raises(RuleError) as wrong:
        Couplings.load(file)
    assert str(wrong.value).startswith(f"{file}:{line}: rule 'one.way'")
    assert says in str(wrong.value)


def test_an_id_that_is_there_twice_is_wrong(tmp_path: Path) -> None:
    again = f"  - {{id: one.way, when: {GOOD[0]}, brings: {GOOD[1]}, because: Again.}}\n"
    with pytest.raises(RuleError, match=r":7: rule 'one.way': its id is there twice"):
        Couplings.load(write(tmp_path, *GOOD, more=again))


def test_couplings_that_pull_both_ways_end_in_a_contradiction(tmp_path: Path) -> None:
    back = f"  - {{id: back, when: {GOOD[0]}, brings: {{signals: {LOW}, set: false}}, because: No.}}\n"
    couplings = Couplings.load(write(tmp_path, *GOOD, more=back))
    with pytest.raises(Contradiction, match="No"):
        couplings.complete([Command(FOG, True)], VehicleState({}))
